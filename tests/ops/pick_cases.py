"""Examples of the ops that pick numbers by places, of quantisation, and of recurrent layers that read steps first."""

from __future__ import annotations

from resnet_analyzer.ops.pick import GatherElements, GatherND, OneHot, Scatter, Triangle
from resnet_analyzer.ops.quantize import Dequantize, Quantize
from resnet_analyzer.ops.recurrent import GRU, LSTM, SimpleRNN
from resnet_analyzer.ops.recurrent_layers import LastStep, RecurrentLayer
from resnet_analyzer.shape import Shape

from .case import MAP, ROW, VECTOR, Case, case, everywhere

STEPS = Shape("h", "b", "c")

PICK_CASES: dict[str, list[Case]] = {
    "Dequantize": everywhere(Dequantize()),
    "GatherElements": [
        case(GatherElements(1), ROW, Shape("b", 3, "c")),
        case(GatherElements(), VECTOR, VECTOR),
        case(GatherElements(), ROW, VECTOR),
        case(GatherElements(1, broadcasts=True), ROW, Shape("b", 3, 1)),
    ],
    "GatherND": [
        case(GatherND(), MAP, Shape("m", 2)),
        case(GatherND(1), MAP, Shape("b", "n", 3)),
        case(GatherND(), VECTOR, Shape(4, 3)),
    ],
    "LastStep": [case(LastStep(), Shape("h", 2, "b", 8)), case(LastStep(True), Shape("b", "h", 1, "c"))],
    "OneHot": [*everywhere(OneHot(10)), case(lambda sizes: OneHot(sizes["n"], 1), ROW), case(OneHot(10, 5), ROW)],
    "Quantize": everywhere(Quantize()),
    "RecurrentLayer": [
        *(case(RecurrentLayer(LSTM(8, two_biases=True), count), STEPS) for count in (1, 2)),
        case(RecurrentLayer(GRU(8, reset_after=False, two_biases=True), 2), STEPS, Shape(2, "b", 8)),
        case(RecurrentLayer(SimpleRNN(8), batch_first=True), ROW, Shape("b", 1, 8)),
        case(lambda sizes: RecurrentLayer(LSTM(sizes["n"])), STEPS),
        case(RecurrentLayer(LSTM(8)), STEPS, Shape(1, "b", 7), Shape(1, "b", 8)),
        case(RecurrentLayer(LSTM(8)), MAP),
    ],
    "Scatter": [case(Scatter(), ROW, Shape(3, 1), Shape(3, "c")), case(Scatter(), MAP, MAP, MAP)],
    "Triangle": everywhere(Triangle()),
}
