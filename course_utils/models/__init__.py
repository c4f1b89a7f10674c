"""The networks of the course: blocks, convnets trained from scratch, and transfer learning.

Every builder returns an uncompiled functional Keras model that runs under any Keras backend. At
its default ``input_shape`` it has exactly the parameters that the lectures print; a smaller one
makes it faster to train, down to a smallest size that a ValueError names.

What the models expect: the two digit models take values between 0 and 1, all others take pixels
between 0 and 255 and do their own scaling.
"""

from course_utils.models.augmentation import RandomAffine, build_augmentation
from course_utils.models.blocks import conv_pool_block, residual_block, separable_block
from course_utils.models.normalization import BatchNormalization
from course_utils.models.scratch import (
    build_first_edition_convnet,
    build_horse_or_human_convnet,
    build_mini_xception,
    build_mlp,
    build_mnist_convnet,
    build_residual_convnet,
    build_rps_convnet,
    build_small_convnet,
)
from course_utils.models.small_base import build_small_base, load_small_base, source_animals
from course_utils.models.transfer import build_transfer_model, unfreeze

__all__ = [
    "BatchNormalization",
    "RandomAffine",
    "build_augmentation",
    "build_first_edition_convnet",
    "build_horse_or_human_convnet",
    "build_mini_xception",
    "build_mlp",
    "build_mnist_convnet",
    "build_residual_convnet",
    "build_rps_convnet",
    "build_small_base",
    "build_small_convnet",
    "build_transfer_model",
    "conv_pool_block",
    "load_small_base",
    "residual_block",
    "separable_block",
    "source_animals",
    "unfreeze",
]
