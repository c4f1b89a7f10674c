"""The number format that training computes in, chosen by what the hardware does well.

Weights stay in 32 bits everywhere; only the products are computed in 16 where that is faster.
"""

from pathlib import Path

from course_utils.language import translate

#: What processors with matrix units for bfloat16 call them.
_MATRIX_UNITS = "amx_bf16"
#: From this generation on, NVIDIA's GPUs have units for bfloat16.
_FIRST_GPU_WITH_BFLOAT16 = (8, 0)


def choose(precision: str = "auto") -> str:
    """Set Keras' number format for all models built from now on, say which, and return it.

    Args:
        precision: ``"float32"``, ``"mixed_bfloat16"``, or ``"auto"``: mixed_bfloat16 where a GPU
            or the processor has matrix units for it, else float32. Without such units 16 bits are
            slower than 32.

    Raises:
        ValueError: For any other word.

    Used in: 04, 05, 06, 07, 08, A2.
    """
    if precision not in ("auto", "float32", "mixed_bfloat16"):
        raise ValueError(
            f"precision is {precision!r}; choose 'auto', 'float32' or 'mixed_bfloat16'"
        )
    import keras

    reason = translate("as asked for")
    if precision == "auto":
        units = _units_for_bfloat16()
        precision = "mixed_bfloat16" if units else "float32"
        reason = units or translate("no matrix units for bfloat16 found")
    keras.mixed_precision.set_global_policy(precision)
    print(translate("Precision {precision}: {reason}", precision=precision, reason=reason))
    return precision


def _units_for_bfloat16() -> str:
    """Return in words what computes bfloat16 fast here; empty if nothing does."""
    import tensorflow as tf

    for device in tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(device)
        if details.get("compute_capability", (0, 0)) >= _FIRST_GPU_WITH_BFLOAT16:
            name = details.get("device_name", translate("the GPU"))
            return translate("{name} has units for it", name=name)
        return ""  # an older GPU decides, whatever the processor could do
    processor = Path("/proc/cpuinfo")
    if processor.exists() and _MATRIX_UNITS in processor.read_text(encoding="utf-8").split():
        return translate("the processor has units for it ({units})", units=_MATRIX_UNITS)
    return ""
