"""Memory under one stated model: of inference or training, in which numbers, with what kept and written over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..dim import Dim
from ..dim.polynomial import polynomial
from ..errors import UnknownName
from ..frozen import NamedTuple
from ..measurement import Measurement
from .formula.form import ClosedForm, form_of, over_symbols
from .formula.recipe import Recipe
from .memory import live_bytes, memory, peak_of
from .schedule import exact, steps_of
from .training_memory import ITEMSIZE, PLAIN, Setting, training_memory


class Model(NamedTuple):
    """What memory is counted under: `setting` is how the network is trained, `fuse_bn` is for inference alone.

    `bytes_given` replaces the bytes of the type, at inference.
    """

    mode: str = "inference"
    setting: Setting = PLAIN
    fuse_bn: bool = False
    bytes_given: int | None = None

    @property
    def itemsize(self) -> int:
        """Bytes of an activation. UnknownName for a type that is none."""
        if self.setting.dtype not in ITEMSIZE:
            raise UnknownName("type", self.setting.dtype, ITEMSIZE)
        return ITEMSIZE[self.setting.dtype] if self.bytes_given is None else self.bytes_given

    def total(self, measurement: Measurement) -> int:
        """All bytes of a network of plain sizes.

        >>> from resnet_analyzer.architectures.base import architecture
        >>> from resnet_analyzer.measurement import measure
        >>> Model().total(measure(architecture("resnet50"))) == 4 * 25_610_152 + 9_633_792
        True
        """
        if self.mode == "training":
            return training_memory(measurement, self.setting).total  # type: ignore[return-value]
        return memory(measurement, self.itemsize, self.setting.in_place, self.fuse_bn).total

    def says(self) -> str:
        """The model in words."""
        dtype, optimizer, checkpoint, in_place = self.setting
        writes = "in place where it may" if in_place else "never in place"
        if self.mode == "training":
            kept = "no checkpoints" if checkpoint == "none" else f"checkpoints: {checkpoint}"
            return f"training, {dtype}, {optimizer}, {kept}, {writes}"
        folded = ", batch norm folded" if self.fuse_bn else ""
        return f"inference, {dtype}, layer by layer, {writes}{folded}"


INFERENCE = Model()


def form_of_figures(
    recipe: Recipe, variables: Sequence[str], figures: Callable[[Measurement], tuple[Mapping[str, Dim], bool]]
) -> ClosedForm:
    """Any figures of a network as formulas: `figures` works them out, and tells whether they are lower bounds."""
    names = recipe.expanded(list(variables))
    measurement, supposed = over_symbols(recipe, names, {})
    base = form_of(recipe, names, measurement, supposed)
    found, bounded = figures(measurement)
    spelled = {name: polynomial(value) for name, value in found.items()}  # type: ignore[arg-type]
    return replace(base, figures=spelled, lower_bounds=tuple(spelled) if bounded else ())


def memory_form(recipe: Recipe, variables: Sequence[str], model: Model = INFERENCE) -> ClosedForm:
    """Bytes of weights and at the peak as formulas; a peak is a maximum of polynomials.

    >>> from resnet_analyzer.architectures.base import ARCHITECTURES
    >>> from resnet_analyzer.analyses.formula.recipe import recipe_of
    >>> form = memory_form(recipe_of(ARCHITECTURES["resnet50"]), ["n"])
    >>> form.at(n=224)["peak"]
    9633792
    """
    return form_of_figures(recipe, variables, lambda measurement: _figures(measurement, model))


def _figures(measurement: Measurement, model: Model) -> tuple[Mapping[str, Dim], bool]:
    if model.mode == "training":
        found = training_memory(measurement, model.setting)
        parts = {"weights": found.weights, "gradients": found.gradients, "state": found.state, "kept": found.kept}
        return {**parts, "peak": found.peak, "total": found.total}, not found.exact
    steps = steps_of(measurement.rows, model.fuse_bn)
    peak = peak_of(live_bytes(measurement, model.itemsize, model.setting.in_place, model.fuse_bn))
    weights = measurement.totals.all_params * model.itemsize
    known = exact(steps) and "all_params" not in measurement.lower_bounds
    return {"weights": weights, "peak": peak, "total": weights + peak}, not known
