"""The exercises of appendix A2, how fast and why."""

import math
from collections.abc import Callable

from course_utils.checks.answers import Choice, Value, as_number
from course_utils.checks.core import NOT_A_FUNCTION, Exercise, call
from course_utils.language import translate

# Layers on machines: multiply-adds, bytes to be moved, operations and bytes per second at best.
# Once either limit decides, and once one multiply-add must count as two operations to decide.
_CASES = [
    (300e6, 4e6, 150e9, 10e9),
    (4e6, 4e6, 150e9, 10e9),
    (32e6, 4e6, 150e9, 10e9),
    (32e6, 2e6, 700e9, 10e9),
    (0, 4e6, 150e9, 10e9),
    (45e6, 8e6, 100e9, 10e9),
]


def _least_seconds(multiply_adds: float, num_bytes: float, peak: float, bandwidth: float) -> float:
    return max(2 * multiply_adds / peak, num_bytes / bandwidth)


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_MISTAKES: list[tuple[Callable[[float, float, float, float], float], str]] = [
    (
        lambda work, size, peak, bandwidth: 2 * work / peak + size / bandwidth,
        "Your function lets the machine do one after the other. The roofline supposes the best "
        "case: while it multiplies, the next numbers are already on their way.",
    ),
    (
        lambda work, size, peak, bandwidth: max(work / peak, size / bandwidth),
        "Almost: how many operations is one multiply-add? The peak counts a multiplication and an "
        "addition apart.",
    ),
    (
        lambda work, size, peak, bandwidth: min(2 * work / peak, size / bandwidth),
        "Your function returns the time of whoever is done first. A layer is done when both the "
        "multiplying and the moving are.",
    ),
    (
        lambda work, size, peak, bandwidth: 2 * work / peak,
        "Your function looks at the multiplying alone. What does it say of relu, which multiplies "
        "nothing and still has to read and write every value?",
    ),
    (
        lambda work, size, peak, bandwidth: size / bandwidth,
        "Your function looks at the moving alone. A layer that uses each number a thousand times "
        "may need longer for its multiplications.",
    ),
    (
        lambda work, size, peak, bandwidth: min(peak, bandwidth * 2 * work / size),
        "That is the height of the roof, a rate in operations per second. Asked is a time: the "
        "seconds that this layer needs under that roof.",
    ),
]


def _judge_least_seconds(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for case in _CASES:
        result = as_number(call(answer, *case))
        if result is None:
            return "Your function does not return one number. Return a time in seconds."
        results.append(float(result))
    if _agree(results, _CASES, _least_seconds):
        return None
    for mistake, hint in _MISTAKES:
        if _agree(results, _CASES, mistake):
            return hint
    work, size, peak, bandwidth = next(
        case
        for case, result in zip(_CASES, results, strict=True)
        if not math.isclose(result, _least_seconds(*case), rel_tol=1e-6)
    )
    return translate(
        "Look at {work:g} million multiply-adds and {size:g} million bytes on a machine with "
        "{peak:g} billion operations and {bandwidth:g} billion bytes a second. How long do the "
        "operations take by themselves, how long the bytes?",
        work=work / 1e6,
        size=size / 1e6,
        peak=peak / 1e9,
        bandwidth=bandwidth / 1e9,
    )


# Batches, seconds to read one and to compute on one, whether reading goes ahead. Once reading is
# slower and once computing, each with and without; a single batch has nothing to hide behind.
_EPOCHS = [
    (10, 0.02, 0.05, False),
    (10, 0.02, 0.05, True),
    (8, 0.5, 0.125, False),
    (8, 0.5, 0.125, True),
    (1, 0.3, 0.4, True),
    (5, 0.0, 0.2, True),
]


def _epoch(num_batches: int, reading: float, computing: float, ahead: bool) -> float:
    if not ahead:
        return num_batches * (reading + computing)
    return reading + (num_batches - 1) * max(reading, computing) + computing


_EPOCH_MISTAKES: list[tuple[Callable[[int, float, float, bool], float], str]] = [
    (
        lambda number, reading, computing, ahead: number * (reading + computing),
        "Your function never looks at `ahead`, or takes it for no help. While the net computes on "
        "one batch, the next one is being read: the two happen at the same time.",
    ),
    (
        lambda number, reading, computing, ahead: (
            number * (max(reading, computing) if ahead else reading + computing)
        ),
        "Almost: in the middle of the epoch it is so. But what does the net do while the very "
        "first batch is read, and what is read while it computes on the last? Draw three batches.",
    ),
    (
        lambda number, reading, computing, ahead: (
            reading + number * computing if ahead else number * (reading + computing)
        ),
        "You let reading ahead hide everything behind the computing. That holds where reading is "
        "the faster of the two. Where it is slower, the net still waits.",
    ),
    (
        lambda number, reading, computing, ahead: (
            reading + number * max(reading, computing) if ahead else number * (reading + computing)
        ),
        "You count one batch too much: after the first was read, how often do reading and "
        "computing happen side by side, and what is left when the last batch has been read?",
    ),
    (
        lambda number, reading, computing, ahead: (
            number * computing if ahead else number * (reading + computing)
        ),
        "With `ahead` your net never waits. But somebody has to read the first batch before it "
        "can begin, and where reading is slower than computing it waits for each.",
    ),
    (
        lambda number, reading, computing, ahead: _epoch(number, reading, computing, not ahead),
        "Your function is upside down: it reads ahead where it should not, and one after the "
        "other where it should read ahead.",
    ),
    (
        lambda number, reading, computing, ahead: _epoch(number, reading, computing, True),
        "Your function always reads ahead. Without it, reading and computing take turns, and their "
        "times add up.",
    ),
]


def _judge_epoch(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for case in _EPOCHS:
        result = as_number(call(answer, *case))
        if result is None:
            return "Your function does not return one number. Return the seconds of an epoch."
        results.append(float(result))
    if _agree(results, _EPOCHS, _epoch):
        return None
    for mistake, hint in _EPOCH_MISTAKES:
        if _agree(results, _EPOCHS, mistake):
            return hint
    number, reading, computing, ahead = next(
        case
        for case, result in zip(_EPOCHS, results, strict=True)
        if not math.isclose(result, _epoch(*case), rel_tol=1e-6)
    )
    return translate(
        "Look at an epoch of {number} with {reading:g} s to read and {computing:g} s to compute a "
        "batch, {how}. Draw it as in section 2, one bar for the reader and one for the net, and "
        "see when the last batch is done.",
        number=number,
        reading=reading,
        computing=computing,
        how=translate("reading ahead" if ahead else "not reading ahead"),
    )


def _agree(results: list[float], cases: list[tuple], rule: Callable[..., float]) -> bool:
    return all(
        math.isclose(result, rule(*case), rel_tol=1e-6)
        for case, result in zip(cases, results, strict=True)
    )


_COUNTER = Value(
    expected=256,
    otherwise=(
        "With eight binary digits every whole number can be written as long as it needs no more "
        "than eight. Which is the first one that needs nine and does not end in a zero? What "
        "becomes of it?"
    ),
    mistakes=[
        (
            1_000,
            "So it would be in 32 bits. Here numbers have eight binary digits, and the larger a "
            "number is, the further its neighbour lies away. When is that further than one?",
        ),
        (
            255,
            "Close: that is the largest number in eight binary digits. Its successor ends in "
            "zeros, which cost no digits. Add one more, and once more.",
        ),
        (
            128,
            "Seven digits are stored, but the leading one need not be, as it is always the same. "
            "With it there are eight: go on counting.",
        ),
        (
            512,
            "You went on for too long: up there, numbers already lie further apart than one. Where "
            "do gaps of two begin?",
        ),
        (
            257,
            "Write that number in binary: how many digits does it take from the first to the last "
            "that is not zero?",
        ),
        (
            65_536,
            "Not how many numbers 16 bits can tell apart is asked, but how finely. Only eight "
            "of the bits are for digits, and the counter has to take every single step.",
        ),
    ],
)

_DEPTHWISE = Value(
    expected=576 / 400,
    tolerance=0.005,
    otherwise=(
        "Compute for each layer how long it multiplies and how long it moves its 8 bytes, in "
        "units of one operation. The longer of the two is its time. Then divide the two times."
    ),
    mistakes=[
        (
            32,
            "That is how many times fewer it multiplies. But is the depthwise layer limited by its "
            "multiplications? In the time of its 8 bytes the machine could do 400 operations.",
        ),
        (
            1,
            "Both move the same bytes, that is right. But is the full convolution done when its "
            "bytes are? Compare its operations with what the machine does meanwhile.",
        ),
        (
            400 / 576,
            "The right two times, divided the wrong way round: how many times as fast is the one "
            "that takes less time?",
        ),
        (
            22.22,
            "You compared rates, operations per second. The depthwise layer works at a low rate, "
            "but has little to do. Compare times.",
        ),
        (
            976 / 418,
            "You let the machine do one after the other. Under the roofline it multiplies and "
            "moves at the same time: the longer of the two counts.",
        ),
        (
            576 / 50,
            "You took 50 operations as the time of the memory. That is the time of one byte; how "
            "many bytes does a value take?",
        ),
    ],
)

_FASTER = Choice(
    right="a",
    hints={
        "b": (
            "You divided the whole epoch. The pictures are read by the same processor as before: "
            "which part of the epoch gets shorter?"
        ),
        "c": (
            "The waiting stays, that is right. But a GPU that is three times as fast still needs a "
            "third of its time."
        ),
        "d": (
            "Most of the epoch stays as it is, but not all of it: for some of the time the net "
            "does compute."
        ),
    },
)

_FUSED = Choice(
    right="d",
    hints={
        "a": (
            "A relu has no multiplications that could be saved: section 4 counts zero. What does "
            "it do with every value before and after it compares it with 0?"
        ),
        "b": (
            "Look at the column of section 4 whose layers multiply nothing. Their times are not "
            "zero. What are they made of?"
        ),
        "c": "A relu has no weights, neither alone nor together with a convolution.",
    },
)


EXERCISES = [
    Exercise(
        number="A2.1",
        title="The roofline of a layer",
        praise=(
            "Your function is the roofline, read as a time. With two numbers of a machine and two "
            "of a layer you can now say, before any code is written, how fast it can be at best."
        ),
        judge=_judge_least_seconds,
    ),
    Exercise(
        number="A2.2",
        title="The length of an epoch",
        praise=(
            "Reading ahead costs one line of code and turns a sum into a maximum. The first batch "
            "can't be hidden, and a slow reader can't either: then it is the net that waits."
        ),
        judge=_judge_epoch,
    ),
    Exercise(
        number="A2.3",
        title="A counter in bfloat16",
        praise=(
            "From there on each step is rounded away. A weight of 1 that gets 0.001 added stands "
            "still just so. That is why mixed precision keeps weights and sums in 32 bits."
        ),
        judge=_COUNTER,
    ),
    Exercise(
        number="A2.4",
        title="32 times fewer, but how much faster?",
        praise=(
            "Of a promise of 32 this machine keeps less than one and a half, with the best program "
            "there can be. The rest of the promise waits for bytes."
        ),
        judge=_DEPTHWISE,
    ),
    Exercise(
        number="A2.Q1",
        title="A faster net that waits",
        praise=(
            "A GPU three times as fast, and a sixth of the time saved. Before you buy one, measure "
            "which part of an epoch it would shorten."
        ),
        judge=_FASTER,
    ),
    Exercise(
        number="A2.Q2",
        title="Two layers in one go",
        praise=(
            "The map is written once instead of written, read and written again. Libraries call "
            "this fusing; it saves no operation worth counting, and often much time."
        ),
        judge=_FUSED,
    ),
]
