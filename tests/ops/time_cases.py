"""Examples of the ops that work over steps in time, and of resizing."""

from __future__ import annotations

from fractions import Fraction

from resnet_analyzer.ops.adapted import Adapted
from resnet_analyzer.ops.batch_norm import BatchNorm
from resnet_analyzer.ops.bidirectional import Bidirectional
from resnet_analyzer.ops.conv import Conv2d
from resnet_analyzer.ops.conv_lstm import ConvLSTM1d, ConvLSTM2d, ConvLSTM3d
from resnet_analyzer.ops.dense import Dense
from resnet_analyzer.ops.masking import MaskedAverage, Masking
from resnet_analyzer.ops.recurrent import GRU, LSTM, RecurrentState, SimpleRNN
from resnet_analyzer.ops.resize import TAPS, Resize
from resnet_analyzer.ops.time_distributed import TimeDistributed
from resnet_analyzer.shape import Shape

from .case import FIRST, MAP, ROW, SLID_FIRST, VECTOR, VOLUME, Case, case

STATE = Shape("b", 8)
FILM_FIRST = Shape("b", "d", "c", "h", "w")


def over_time(op: type, *more: dict[str, bool]) -> list[Case]:
    """A recurrent layer alone, with all its steps, with states, with units that vary, on what it does not take."""
    return [
        case(op(8), ROW),
        case(op(8, return_sequences=True, use_bias=False), ROW, STATE),
        case(op(8, activation="relu"), ROW, STATE, STATE),
        case(lambda sizes: op(sizes["n"]), ROW),
        case(op(8), ROW, Shape("b", 7)),
        case(op(8), MAP),
        *(case(op(8, **each), ROW) for each in more),
    ]


TIME_CASES: dict[str, list[Case]] = {
    "Bidirectional": [
        *(case(Bidirectional(LSTM(8), merge), ROW) for merge in ("concat", "sum", "mul", "ave", None)),
        case(Bidirectional(GRU(8, return_sequences=True), backward=SimpleRNN(4, return_sequences=True)), ROW),
        case(lambda sizes: Bidirectional(LSTM(sizes["n"])), ROW),
        case(Bidirectional(LSTM(8)), ROW, STATE, STATE, STATE, STATE),
        case(Bidirectional(LSTM(8)), MAP),
    ],
    "ConvLSTM1d": [case(ConvLSTM1d(4, 3, padding="same"), MAP), case(ConvLSTM1d(4, 2, 2), MAP)],
    "ConvLSTM2d": [
        case(ConvLSTM2d(4, 3, padding="same", use_bias=False), VOLUME),
        case(ConvLSTM2d(4, (3, 2), (1, 2), return_sequences=True), VOLUME),
        case(ConvLSTM2d(4, 3, dilation_rate=2, **FIRST), FILM_FIRST),
        case(lambda sizes: ConvLSTM2d(sizes["n"], 2), VOLUME),
        case(ConvLSTM2d(4, 3), MAP),
    ],
    "ConvLSTM3d": [case(ConvLSTM3d(4, (1, 2, 3)), Shape("b", 2, "d", "h", "w", "c"))],
    "GRU": over_time(GRU, {"reset_after": False}, {"reset_after": False, "use_bias": False}),
    "LSTM": over_time(LSTM, {"two_biases": True}),
    "MaskedAverage": [
        *(case(MaskedAverage(keep), Shape("b", "w", "c"), Shape("b", "w")) for keep in (False, True)),
        case(MaskedAverage(), VECTOR, VECTOR),
    ],
    "Masking": [case(Masking(), each) for each in (ROW, MAP)],
    "RecurrentState": [
        case(RecurrentState(8), Shape("b", "h", 8)),
        case(lambda sizes: RecurrentState(sizes["c"]), VECTOR),
    ],
    "Resize": [
        *(case(Resize(7, interpolation=word), MAP) for word in TAPS),
        case(Resize((3, 5), interpolation="bilinear", **FIRST), SLID_FIRST[2]),
        case(Resize(scale=2), ROW),
        case(Resize(scale=(Fraction(2, 3), 1.5), interpolation="bicubic", antialias=True), MAP),
        case(Resize(scale=0.3, interpolation="trilinear"), VOLUME),
        case(lambda sizes: Resize((sizes["n"], 2 * sizes["n"])), MAP),
        case(Resize(scale=0.1), MAP),
        case(Resize((3, 5)), ROW),
        case(Resize(3), VECTOR),
    ],
    "SimpleRNN": over_time(SimpleRNN, {"two_biases": True}),
    "TimeDistributed": [
        case(TimeDistributed(Dense(10)), ROW),
        case(TimeDistributed(Adapted(Dense(10), rank=2)), ROW),
        case(TimeDistributed(Conv2d(8, 3, 2, padding="same")), VOLUME),
        case(TimeDistributed(BatchNorm()), MAP),
        case(lambda sizes: TimeDistributed(Dense(sizes["n"])), VOLUME),
        case(TimeDistributed(Conv2d(8, 3)), VOLUME),
        case(TimeDistributed(Conv2d(8, 3)), ROW),
        case(TimeDistributed(Dense(10)), VECTOR),
    ],
}
