"""The course's figures. Every function draws on axes it is given or makes, and returns them.

None calls ``show()``: a notebook shows a figure when its cell ends. Pictures are arrays of shape
(height, width) or (height, width, channels); colours stay distinguishable for colour-blind eyes.
"""

from course_utils.plots.blocks import show_residual_block, show_stacks, show_stages
from course_utils.plots.curves import show_history, show_lines
from course_utils.plots.explanations import show_confusion, show_heat_maps, show_reliability
from course_utils.plots.graphs import show_graph
from course_utils.plots.learning import show_descents, show_one_weight
from course_utils.plots.pictures import show_maps, show_numbers, show_pictures
from course_utils.plots.speed import (
    show_areas,
    show_roofline,
    show_speedups,
    show_timeline,
    show_work_and_time,
)
from course_utils.plots.style import BLUE, GREEN, ORANGE, PINK, use_style
from course_utils.plots.transfer import show_changes, show_trainable
from course_utils.plots.windows import (
    show_convolution_step,
    show_fields,
    show_pooling,
    show_windows,
)

__all__ = [
    "BLUE",
    "GREEN",
    "ORANGE",
    "PINK",
    "show_areas",
    "show_changes",
    "show_confusion",
    "show_convolution_step",
    "show_descents",
    "show_fields",
    "show_graph",
    "show_heat_maps",
    "show_history",
    "show_lines",
    "show_maps",
    "show_numbers",
    "show_one_weight",
    "show_pictures",
    "show_pooling",
    "show_reliability",
    "show_residual_block",
    "show_roofline",
    "show_speedups",
    "show_stacks",
    "show_stages",
    "show_timeline",
    "show_trainable",
    "show_windows",
    "show_work_and_time",
    "use_style",
]
