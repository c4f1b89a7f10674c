"""The course's figures. Every function draws on axes it is given or makes, and returns them.

None calls ``show()``: a notebook shows a figure when its cell ends. Pictures are arrays of shape
(height, width) or (height, width, channels); colours stay distinguishable for colour-blind eyes.
"""

from course_utils.plots.curves import show_history, show_lines
from course_utils.plots.pictures import show_maps, show_numbers, show_pictures
from course_utils.plots.style import BLUE, GREEN, ORANGE, PINK, use_style
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
    "show_convolution_step",
    "show_fields",
    "show_history",
    "show_lines",
    "show_maps",
    "show_numbers",
    "show_pictures",
    "show_pooling",
    "show_windows",
    "use_style",
]
