"""The library's functions, each on whatever stands for a network: a name, a path, a graph, a measurement.

import resnet_analyzer as ra
ra.measure("resnet50@torchvision", input=224).totals.macs
ra.formula("resnet50").at(n=224)["macs"]
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .dim import Dim
from .errors import UsageError
from .graph import Graph
from .measurement import PLOTS, Measurement
from .measurement import measure as measure_graph
from .targets import load

if TYPE_CHECKING:
    from .analyses.conventions import Told
    from .analyses.diff import Difference
    from .analyses.fields import Field
    from .analyses.formula.closed import ClosedForm
    from .analyses.memory import Memory
    from .analyses.order import Least
    from .analyses.receptive_field import View
    from .analyses.reconcile import Reconciliation
    from .analyses.roofline import Roofline
    from .analyses.solve.budget import Answer
    from .analyses.training import Course
    from .analyses.training_memory import TrainingMemory
    from .analyses.verify import Verified
    from .plots.base import Picture
    from .request import Request

Named = str | os.PathLike[str]


def measure(what: Graph | Measurement | Named, batch: Dim | None = None, **asked: Any) -> Measurement:
    """Measure a graph, or whatever a name stands for (`load` says what can be asked), alone or in a `batch`.

    Work is counted for the whole batch. CheckFailed where a rule does not hold for plain sizes; arrays
    mark the cells in `valid`, symbols list what must hold in `assumptions`. UsageError for anything else.

    >>> measure("resnet50", input=224).totals.macs
    3857973248
    """
    if isinstance(what, (Graph, Measurement)):
        if asked:
            raise UsageError(f"{', '.join(asked)}: goes with a network's name; a graph is measured as it stands")
        if isinstance(what, Graph):
            return measure_graph(what, batch)
        return what if batch is None else measure_graph(what.graph, batch)
    return measure_graph(load(what, batch=batch, **asked))


def formula(what: Named, variables: str | Sequence[str] = "n", batch: int = 1, **asked: Any) -> ClosedForm:
    """Exact closed forms of a network's figures in `variables`, as `n`, `h,w`, `width` or `batch`.

    UsageError or UnknownName for what is no network, or cannot vary.

    >>> formula("resnet50").at(n=224)["macs"]
    3857973248
    """
    from .analyses.formula.closed import closed_form
    from .analyses.formula.recipe import recipe_of_target
    from .targets import resolve

    found = resolve(os.fspath(what), _requested(asked), whole=False)
    names = variables.split(",") if isinstance(variables, str) else list(variables)
    return closed_form(recipe_of_target(found, batch), names)


def solve(
    what: Named,
    budgets: Mapping[str, int | str],
    variable: str = "n",
    start: int | None = None,
    stop: int | None = None,
    step: int = 1,
    **asked: Any,
) -> Answer:
    """The largest value of a variable within budgets: the side `n` of the input, `width`, `batch`, `blocks1` …

    `budgets` are the most that figures may be: params, all_params, macs, flops, activations, or `memory` in bytes.
    Values are looked for from `start` to `stop` in steps. CheckFailed where none is small enough.

    >>> found = solve("resnet50", {"macs": "4.1G"})
    >>> found.values, found.figures["macs"], found.beyond["n"]["macs"]
    ({'n': 224}, 3857973248, 4382657728)
    """
    from .analyses.budgets import limits_of
    from .analyses.formula.recipe import recipe_of_target
    from .analyses.solve.budget import WORDS, Budget, Range
    from .analyses.solve.counted import search_of
    from .targets import resolve

    wanted = [Budget(each.figure, int(each.value)) for each in limits_of(budgets)]
    unknown = [each.figure for each in wanted if each.figure not in WORDS]
    if unknown or not wanted:
        raise UsageError(f"solve: budgets are of {', '.join(WORDS)}{f', not of {unknown[0]}' if unknown else ''}")
    recipe = recipe_of_target(resolve(os.fspath(what), _requested(asked), whole=False))
    return search_of(recipe, [Range(variable, start, stop, step)], wanted).answer()


def memory(
    what: Graph | Measurement | Named, itemsize: int = 4, in_place: bool = False, fuse_bn: bool = False, **asked: Any
) -> Memory:
    """Bytes of one inference: the weights, and the most activations alive at one moment (float32 if `itemsize` is 4).

    >>> memory("resnet50").peak   # three maps of 56·56·256 numbers of 4 bytes
    9633792
    """
    from .analyses.memory import memory as of_measurement

    return of_measurement(measure(what, **asked), itemsize, in_place, fuse_bn)


def least_memory(
    what: Graph | Measurement | Named, itemsize: int = 4, in_place: bool = False, fuse_bn: bool = False, **asked: Any
) -> Least:
    """The least peak over all orders of the layers, in bytes, with the lower bound that proves it.

    >>> found = least_memory("googlenet")
    >>> found.peak, found.bound, found.certain
    (6422528, 6422528, True)
    """
    from .analyses.memory import least_memory as of_measurement

    return of_measurement(measure(what, **asked), itemsize, in_place, fuse_bn)


def training_memory(
    what: Graph | Measurement | Named,
    dtype: str = "float32",
    optimizer: str = "momentum",
    checkpoint: str = "none",
    in_place: bool = False,
    **asked: Any,
) -> TrainingMemory:
    """Bytes of one step of training: weights, gradients, the optimizer's state, and what is alive at the peak.

    >>> training_memory("resnet50@torchvision", batch=2).kept   # what torch's autograd saves
    172031488
    """
    from .analyses.training_memory import Setting
    from .analyses.training_memory import training_memory as of_measurement

    return of_measurement(measure(what, **asked), Setting(dtype, optimizer, checkpoint, in_place))


def training(
    what: Graph | Measurement | Named,
    images: int = 1,
    epochs: int = 1,
    optimizer: str = "momentum",
    checkpoint: str = "none",
    **asked: Any,
) -> Course:
    """What training costs: forward, gradients of inputs and of weights, per step, per epoch and in all.

    >>> course = training("resnet50@torchvision", images=1281167, epochs=90, batch=256)
    >>> f"{course.flops / 10**18:.2f} exaFLOPs"
    '2.83 exaFLOPs'
    """
    from .analyses.training import training as of_measurement
    from .analyses.training_memory import Setting

    setting = Setting(optimizer=optimizer, checkpoint=checkpoint)
    return of_measurement(measure(what, **asked), images, epochs, setting)


def roofline(what: Graph | Measurement | Named, device: str = "h100", dtype: str = "float32", **asked: Any) -> Roofline:
    """Lower bounds on the time of one inference on a device, by its name or its JSON file, layer by layer.

    >>> found = roofline("resnet50", device="t4", dtype="float16")
    >>> found.layers[0].bound_by, found.seconds > found.fused_seconds > found.cached.seconds
    ('memory', True)
    """
    from .analyses.device import device as named
    from .analyses.roofline import roofline as of_measurement

    return of_measurement(measure(what, **asked), named(device), dtype)


def receptive_fields(what: Graph | Measurement | Named, **asked: Any) -> Mapping[str, View | None]:
    """What a unit of each layer sees of the input, by the layer's name; None where it is unknown.

    >>> receptive_fields("resnet18")["stage5/block2/relu"].size
    (435, 435)
    """
    from .analyses.receptive_field import receptive_fields as of_rows

    return of_rows(measure(what, **asked).rows)


def receptive(what: Graph | Measurement | Named, **asked: Any) -> tuple[Field, ...]:
    """The receptive field of every layer in figures: size, stride, offset, shortest and longest path, share seen.

    >>> receptive("resnet50@torchvision")[-4].size
    (427, 427)
    """
    from .analyses.fields import fields

    return fields(measure(what, **asked))


def reconcile(what: Named, *numbers: str | int, **asked: Any) -> Reconciliation:
    """Whose numbers these are: for each the tools, styles and units that give it, the simplest first.

    Printed, or in a notebook, it is the tables of the command. UsageError for what is no number as tools print them.

    >>> found = reconcile("resnet50", "3.86G", "4.11G", "25.56M")
    >>> print(*[each.explanations[0].convention.name for each in found])
    macs fvcore params
    """
    from .analyses.reconcile import reconcile as reconciled
    from .targets import resolve

    return reconciled(resolve(os.fspath(what), _requested(asked)), list(map(str, numbers)))


def _requested(asked: Mapping[str, Any]) -> Request:
    """What `load` can be asked, as a request; what is no such name is an option of a network or a design's variable."""
    from .request import Request, sizes_of

    plain = {name: asked.get(name) for name in ("classes", "batch", "style")}
    sizes, trust, arguments = sizes_of(asked.get("input")), tuple(asked.get("trust", ())), asked.get("arguments") or {}
    options = {name: value for name, value in asked.items() if name not in (*plain, "input", "trust", "arguments")}
    return Request(sizes, trust=trust, arguments=arguments, options=options, **plain)


def diff(first: Graph | Measurement | Named, second: Graph | Measurement | Named) -> Difference:
    """What changed from one network to another, layer by layer; the effects add up to the difference of the totals.

    >>> print(*[change.macs for change in diff("resnet50@paper", "resnet50@torchvision").changes if change.macs])
    77070336 77070336 77070336
    """
    from .analyses.diff import diff as of_measurements

    return of_measurements(measure(first), measure(second))


def tool_numbers(what: Graph | Measurement | Named, **asked: Any) -> Mapping[str, Told]:
    """What other tools print for a network, by the convention's name: the number, its items, what the tool misses.

    >>> tool_numbers("resnet50@torchvision")["thop"].number
    4133742592
    """
    from .analyses.conventions import conventions as of_measurement

    return {each.convention.name: each for each in of_measurement(measure(what, **asked))}


def draw(
    what: Graph | Measurement | Named | Sequence[Any], kind: str = "architecture", theme: str = "light", **asked: Any
) -> Picture:
    """A picture of a network, or of several: its `svg`, `png` and `pdf` are bytes, and a notebook shows it.

    Kinds are those of `resnet-analyze draw --list`: architecture, cost, resolution, layers, block …
    UnknownName for a kind that is none.

    >>> draw("resnet18", "cost").title
    'Cost of ResNet-18'
    """
    several: list[Any] = list(what) if isinstance(what, (list, tuple)) else [what]
    return PLOTS[kind].draw([measure(each, **asked) for each in several], theme)


def write_design(what: Graph | Named, **asked: Any) -> str:
    """The text of a design file that reads back as this very network; UsageError where it cannot be written."""
    from .design import write_design as written

    return written(what if isinstance(what, Graph) else load(what, **asked))


def verify(
    what: Named, like: str | None = None, budgets: Mapping[str, int | str] | None = None, **asked: Any
) -> Verified:
    """A design checked: what is wrong and where, tried repairs, advice, which network it is; any target: its budgets.

    `budgets` are the most that a figure of the totals, or `memory` in bytes, may be: a number, or a text as "300M".
    `like` is a network that it must equal, by name or as another target. The rest is what `load` can be asked;
    of a design `input` and its variables. UsageError for a budget or a target that is none.

    >>> found = verify("resnet50", budgets={"macs": "3.8G", "params": 26_000_000})
    >>> found.valid, [each.result for each in found.failed]
    (False, ['macs: 3,857,973,248, budget <= 3.8G: fails · 57.97 M (1.5 %) over'])
    """
    from .analyses.budgets import limits_of
    from .analyses.verify import is_design, other, verify_target
    from .analyses.verify import verify as verify_design

    target, limits, request = os.fspath(what), limits_of(budgets or {}), _requested(asked)
    if is_design(target):
        if set(asked) - {"input", *request.options} or isinstance(request.input, Mapping):
            raise UsageError(f"{target}: verify takes a design's input and variables; its other settings are in it")
        equal = other(like) if like else None
        return verify_design(target, request.input, limits, equal, variables=request.options)
    return verify_target(target, request, limits, other(like) if like else None)
