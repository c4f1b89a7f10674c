"""What the judges of whole networks begin with: call the student's function, get a model."""

from course_utils.checks.core import NOT_A_FUNCTION, Failed, call


def build(answer: object):
    """Return the Keras model that a student's function builds.

    Raises:
        NotAnswered: If the function is still the stub.
        Failed: If the answer is no function, or does not return a model; the message is a hint.

    Used in: the judges of chapters 06 and 07.
    """
    import keras

    if isinstance(answer, keras.Model):
        raise Failed(
            "This is a net. The check wants the function that builds it, to build one of its own: "
            "pass the function's name without parentheses."
        )
    if not callable(answer):
        raise Failed(NOT_A_FUNCTION)
    net = call(answer)
    if not isinstance(net, keras.Model):
        raise Failed(
            "Your function does not return a Keras model. End it with a return of "
            "keras.Model(inputs, outputs)."
        )
    return net
