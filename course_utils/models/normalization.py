"""Batch normalization in one pass over the maps, with the weights and results of Keras' layer.

Keras computes a batch normalization from a dozen elementary operations, each of which reads and
writes whole maps. In networks of separable convolutions that takes more time than the
convolutions. TensorFlow has one operation for all of it.
"""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="course_utils")
class BatchNormalization(layers.BatchNormalization):
    """Keras' batch normalization with the same weights and results, several times as fast.

    Under TensorFlow, maps of shape (batch, height, width, channels) are normalized by
    ``tf.raw_ops.FusedBatchNormV3``, which also takes 16-bit maps without converting them first.
    Everything else (another backend, axis or rank, a mask, renormalization, synchronized
    statistics) is left to Keras' layer. It bears the same name, because Keras derives the paths
    inside a weights file from it: weights saved from one can be loaded into the other.

    Takes the arguments of ``keras.layers.BatchNormalization``.

    Used in: 06, 08, A2
    """

    def call(self, inputs, training=None, mask=None):
        """Normalize ``inputs`` and, in training, move the statistics towards this batch's."""
        if not self._can_be_fused(inputs, mask):
            return super().call(inputs, training=training, mask=mask)
        # A frozen batch normalization uses the statistics that it has, as Keras' layer does.
        if not (training and self.trainable):
            return self._fused(inputs, self.moving_mean, self.moving_variance, is_training=False)[0]
        outputs, mean, variance = self._fused(inputs, mean=(), variance=(), is_training=True)
        num_values = keras.ops.size(inputs) // inputs.shape[-1]
        # TensorFlow's operation divides by n - 1, Keras' layer by n.
        num_values = keras.ops.cast(num_values, variance.dtype)
        variance *= keras.ops.maximum(num_values - 1, 1) / num_values
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1 - self.momentum))
        return outputs

    def _can_be_fused(self, inputs, mask) -> bool:
        rank = len(inputs.shape)
        return (
            keras.backend.backend() == "tensorflow"
            and rank == 4
            and self.axis in (-1, rank - 1)
            and mask is None
            and not getattr(self, "renorm", False)  # Keras before 3.13 has none
            and not self.synchronized
            and self.variable_dtype == "float32"  # what the operation wants beside 16-bit maps
            and keras.backend.standardize_dtype(inputs.dtype) in ("float32", "bfloat16", "float16")
        )

    def _fused(self, inputs, mean, variance, is_training):
        """Return the normalized maps, and the mean and variance (over n - 1) that were used."""
        import tensorflow as tf  # only here: the other backends need no TensorFlow

        num_channels = inputs.shape[-1]
        return tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=tf.ones(num_channels) if self.gamma is None else self.gamma,
            offset=tf.zeros(num_channels) if self.beta is None else self.beta,
            mean=mean,
            variance=variance,
            epsilon=self.epsilon,
            is_training=is_training,
        )[:3]
