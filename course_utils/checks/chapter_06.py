"""The exercises of chapter 06, residual blocks."""

from course_utils.checks.answers import Choice, Parts, Value
from course_utils.checks.core import Exercise
from course_utils.checks.judges import deep_net, normalizing, residual_block

_SLOPE, _LAYERS = 0.25, 6
_PLAIN, _EACH, _PAIRS = (
    _SLOPE**_LAYERS,
    (1 + _SLOPE) ** _LAYERS,
    (1 + _SLOPE**2) ** (_LAYERS // 2),
)

_TOO_ROUND = (
    "The way may be right, but this is rounded too far: two digits, zeros in front not counted."
)

_ARRIVES = Parts(
    {
        "The plain chain": Value(
            _PLAIN,
            "The gradient is multiplied by the slope of one layer after the other. How often?",
            [
                *((round(_PLAIN, digits), _TOO_ROUND) for digits in (2, 3, 4)),
                (_SLOPE * _LAYERS, "You add the slopes up. In a chain they multiply."),
                (_SLOPE / _LAYERS, "You share one slope out. In a chain slopes multiply."),
                (
                    _SLOPE ** (_LAYERS - 1),
                    "You pass one layer too few: the gradient at the end is that of the last "
                    "layer's output, so that the last layer's slope counts as well.",
                ),
                (
                    1 / _PLAIN,
                    "This says how many times smaller the gradient becomes. Asked for is the share "
                    "that arrives, a number below 1.",
                ),
            ],
            tolerance=5e-6,
        ),
        "A shortcut around each layer": Value(
            _EACH,
            "The slope of x + f(x) is 1 + f′. How many such blocks follow each other?",
            [
                (round(_EACH), _TOO_ROUND),
                (_PLAIN, "This is the plain chain again. What is the slope of x + f(x)?"),
                (
                    1 + _PLAIN,
                    "That would be one single shortcut, around the whole chain. Here each layer "
                    "has its own, and what the layer lets through comes on top of its 1.",
                ),
                (1 + _SLOPE, "That is what one block does. The blocks stand in a row."),
                ((1 + _SLOPE) * _LAYERS, "You add the blocks' slopes up. They multiply, too."),
            ],
            tolerance=0.02,
        ),
        "A shortcut around every two layers": Value(
            _PAIRS,
            "First find the slope of one block, two layers and a shortcut; then count the blocks.",
            [
                (
                    (1 + 2 * _SLOPE) ** (_LAYERS // 2),
                    "Inside a block the two layers form a chain of their own: their slopes "
                    "multiply before the shortcut's 1 is added.",
                ),
                (
                    (1 + _SLOPE) ** (_LAYERS // 2),
                    "The number of blocks is right. But there are two layers inside each: what do "
                    "two of these slopes in a row make?",
                ),
                (
                    (1 + _SLOPE**2) ** _LAYERS,
                    "The slope of a block is right. How many blocks are six layers?",
                ),
                (1 + _SLOPE**2, "That is what one block does. The blocks stand in a row."),
                (_EACH, "This is the same as with a shortcut around each layer; count anew."),
            ],
            tolerance=0.002,
        ),
    }
)

_IN, _WIDE, _OUT = 48, 144, 96
_BORN = "These are too many: a bias for each filter is in it. The question says that none has one."

_NEW_BLOCK = Parts(
    {
        "The uppermost box": Value(
            _IN * _WIDE,
            "A 1×1 convolution has a weight for each pair of a channel that comes in and a filter.",
            [
                (9 * _IN * _WIDE, "The kernel is 1×1 here, not 3×3."),
                (_IN * _WIDE + _WIDE, _BORN),
                (_WIDE, "Each filter reads all channels that come in, not one."),
            ],
        ),
        "The depthwise box": Value(
            9 * _WIDE,
            "A depthwise convolution gives each channel a window of its own and mixes nothing. How "
            "many channels arrive here, and how many weights has a window?",
            [
                (
                    9 * _WIDE * _WIDE,
                    "That is a full convolution, in which each filter reads all channels. "
                    "*Depthwise* is only the first half of a separable one.",
                ),
                (
                    9 * _WIDE + _WIDE * _WIDE,
                    "That is a whole separable convolution. The 1×1 half that mixes the channels "
                    "is drawn as a box of its own.",
                ),
                (9 * _IN, "How many channels arrive here? The box above has changed their number."),
                (
                    9 * _OUT,
                    "How many channels arrive here? Only the next box changes their number.",
                ),
                (9, "That is one window. Each channel has its own."),
                (9 * _WIDE / 4, "Strides make the maps smaller, not the kernels."),
                (9 * _WIDE + _WIDE, _BORN),
            ],
        ),
        "The third box": Value(
            _WIDE * _OUT,
            "How many channels come out of the depthwise box, and how many filters read them?",
            [
                (_IN * _OUT, "It reads what the depthwise box hands on, not the block's input."),
                (9 * _WIDE * _OUT, "The kernel is 1×1 here, not 3×3."),
                (_WIDE * _OUT + _OUT, _BORN),
            ],
        ),
        "The shortcut": Value(
            _IN * _OUT,
            "Which channels arrive at the box on the right? Follow the orange line back.",
            [
                (_WIDE * _OUT, "The shortcut begins at the input of the block: what is there?"),
                (4 * _IN * _OUT, "Strides of 2 skip places. They give the kernel no weights."),
                (_IN * _OUT / 4, "Strides make the maps smaller, not the kernels."),
                (9 * _IN * _OUT, "The kernel is 1×1 here, not 3×3."),
                (0, "A shortcut is free only where the input is added as it is."),
                (_IN * _OUT + _OUT, _BORN),
            ],
        ),
    }
)

_BIASES = Choice(
    "a",
    {
        "b": "Between the second convolution and its normalization stands a relu. What is added "
        "before a relu decides how much of each channel is cut off; can a mean subtracted after it "
        "bring that back?",
        "c": "Nothing subtracts what the dense layer adds: no normalization follows it. And one of "
        "the convolutions has something between itself and its normalization.",
        "d": "Follow a constant that the first convolution adds to one of its channels. What does "
        "the very next layer do with the mean of that channel?",
    },
)

_COMPANY = Choice(
    "c",
    {
        "a": "A net that knows its training photos by heart would still say the same about the "
        "same photo every time. Here the *other* photos in the batch make the difference.",
        "b": "Late statistics give wrong answers, as in section 6, but always the same ones: at "
        "inference they stand still and no other photo can change them.",
        "d": "The small number under the root is the same in each call and the same for all "
        "photos. Where does the layer take mean and variance from, if company matters?",
    },
)

EXERCISES = [
    Exercise(
        number="06.1",
        title="A residual block to repair",
        praise=(
            "Your block adds in every case, projects only where it must, and lets everything past "
            "that comes over the shortcut. You could build a ResNet from it."
        ),
        judge=residual_block.judge_repaired_block,
    ),
    Exercise(
        number="06.2",
        title="What arrives at the first layer?",
        praise=(
            "Six sigmoids at their very best leave next to nothing. Of the three, blocks of two "
            "stay nearest to 1: everything gets past, and little is added."
        ),
        judge=_ARRIVES,
    ),
    Exercise(
        number="06.3",
        title="A block that you have not met",
        praise=(
            "You can read the blocks of MobileNetV2 now. The 3×3 windows do all the looking around "
            "and have the fewest weights; a full convolution there would have 144 times as many."
        ),
        judge=_NEW_BLOCK,
    ),
    Exercise(
        number="06.4",
        title="Batch normalization by hand",
        praise=(
            "Your function is the layer, in training and at inference. You have seen what its two "
            "lives share: only the moving statistics, written by the one and read by the other."
        ),
        judge=normalizing.judge_norm,
    ),
    Exercise(
        number="06.5",
        title="Fold the normalization away",
        praise=(
            "One convolution of yours computes what Keras' two layers compute. Phones run nets "
            "folded like this: at inference, batch normalization costs nothing at all."
        ),
        judge=normalizing.judge_fold,
    ),
    Exercise(
        number="06.6",
        title="Project: deep, cheap, and awake",
        praise=(
            "Forty convolutions in a row, for the price of a small net, and blame gets through to "
            "all of them. This one is worth training."
        ),
        judge=deep_net.judge_deep_net,
    ),
    Exercise(
        number="06.Q1",
        title="Which bias can go?",
        praise=(
            "Only a normalization that follows *at once* takes a bias away. Between the second "
            "convolution and its normalization the relu has already used it."
        ),
        judge=_BIASES,
    ),
    Exercise(
        number="06.Q2",
        title="The same photo, two answers",
        praise=(
            "In training mode a photo is judged by the company it keeps. Call the net with "
            "training=False, or use predict, which does."
        ),
        judge=_COMPANY,
    ),
]
