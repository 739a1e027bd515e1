"""PyTorch's operators as neutral records: what a file and a traced module have in common.

Operators are those of ATen, by name (`aten.conv2d`), their arguments by the names of its schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..dim import equal, is_number, product
from ..errors import UsageError
from ..ops.base import FROZEN, TRAINABLE
from ..ops.spelling import Array, Stored
from . import _torch_recurrent as recurrent
from .records import Argument, Declared, Record, Recorded, Ref, Slot, printable, references

MOST_RECORDS = 200_000
MOST_LETTERS = 120  # of a name

# operators that make numbers of nothing but a shape
CREATION = (
    "zeros", "ones", "full", "empty", "arange", "linspace", "eye", "scalar_tensor", "rand", "randn", "randint",
    "zeros_like", "ones_like", "full_like", "empty_like", "rand_like", "randn_like", "new_zeros", "new_ones",
    "new_full", "new_empty", "empty_strided", "empty_permuted", "tril_indices", "triu_indices",
    "tensor", "randperm", "hann_window",
)  # fmt: skip
# operators whose work counts, be all that they read the model's own
WORK = (
    "conv1d", "conv2d", "conv3d", "convolution", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "linear",
    "matmul", "bmm", "mm", "addmm", "baddbmm", "einsum", "scaled_dot_product_attention", "lstm", "gru", "rnn_tanh",
    "rnn_relu", "bilinear", "mv", "dot", "tensordot", "_convolution",
)  # fmt: skip
# of those that read the model's own alone: rows nevertheless; a class token is expanded to the batch
SHOWN = (*WORK, "expand")
# operators that are a layer: a module whose weights they read is called as one
LAYERS = (*WORK, "batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "prelu", "embedding")
# what says something of sizes or of the program, and makes no tensor
SILENT = (
    "sym_size", "sym_numel", "sym_stride", "sym_storage_offset", "_assert_scalar", "_assert_async",
    "_assert_tensor_metadata", "sym_constrain_range", "sym_constrain_range_for_size", "_set_grad_enabled",
)  # fmt: skip
CONTAINERS = (
    ".Sequential",
    ".ModuleList",
    ".ModuleDict",
    ".Module",
)  # torch.nn's modules that run nothing of their own
RESHAPES = {"view": "size", "reshape": "shape", "_unsafe_view": "size", "_reshape_alias": "size", "expand": "size"}


@dataclass
class Maker:
    """Makes records of operators one by one; knows the names that are taken, and the parameters.

    `parameters` are all that the module has, by what is stored: several names of one are one. `made_by` is the whole
    name of the class of the module that runs.
    """

    parameters: dict[str, Slot] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    constants: int = 0
    roots: dict[str, str] = field(default_factory=dict)
    made_by: str = ""

    def free(self, name: str) -> str:
        """A name that no record has yet, fit to be printed."""
        name = printable(name, MOST_LETTERS) or "output"
        found, number = name, 1
        while found in self.taken:
            number += 1
            found = f"{name}_{number}"
        self.taken.add(found)
        return found

    def input(self, name: str, shape: Declared) -> Ref:
        """The record of an input."""
        record = Record(self.free(name), "Input", "torch", outputs=(shape,))
        self.records.append(record)
        return Ref(record.name, 0, shape)

    def parameter(self, name: str, shape: tuple[Any, ...], dtype: str, trained: bool, storage: str) -> Stored:
        """A parameter; `storage` is the same for several names of one."""
        module, _, own = printable(name, MOST_LETTERS).rpartition(".")
        slot = Slot(own, shape, TRAINABLE if trained else FROZEN, storage, module)
        root = self.roots.setdefault(storage, name)
        self.taken.add(printable(name, MOST_LETTERS))
        self.parameters.setdefault(root, replace(slot, identity=root))
        return Stored(shape, dtype, root, None, (root,))

    def operation(
        self,
        kind: str,
        arguments: Sequence[tuple[str, Any]],
        outputs: Sequence[Declared | None],
        path: str,
        leaf: bool,
        fold: bool = True,
    ) -> list[Any]:
        """What an operator makes of its arguments: a `Ref` or a `Stored` for each output.

        `path` is the module that calls it, `leaf` whether that is a layer of PyTorch's own. With `fold` what is
        made of the model's own tensors alone is no record, but a `Stored` of the declared shape.
        """
        if len(self.records) > MOST_RECORDS:
            raise UsageError(f"more than {MOST_RECORDS:,} operations")
        kind = kind.rstrip("_") or kind
        if kind in ("addcmul", "addcdiv"):
            return self._added_product(kind, dict(arguments), outputs, path, fold)
        if kind in recurrent.KINDS and "layer" not in dict(arguments):
            found = recurrent.expanded(self, kind, dict(arguments), outputs, path, fold)
            if found is not None:
                return found
        tensors = [tensor for _, value in arguments for tensor in _tensors(value)]
        constant = tensors and kind not in SHOWN and all(isinstance(each, Stored) for each in tensors)
        if fold and (kind in CREATION or constant):
            read = tensors if kind not in CREATION else ()
            made = [self.constant(shape, read, f"{path}.{kind}" if path else kind) for shape in outputs]
            if None not in made:
                return made
        own = kind in LAYERS and any(isinstance(each, Stored) and _module_of(each.name) == path for each in tensors)
        name = self.free(path if path and (leaf or own) else f"{path}.{kind}" if path else kind)
        above = path if name != path and not name.startswith(f"{path}_") else path.rpartition(".")[0]
        scope = printable("/".join(above.split(".")), MOST_LETTERS)
        settings, given = _general(kind, arguments)
        record = Record(
            name,
            printable(f"aten.{kind}", 80),
            "torch",
            settings,
            tuple([Argument(each, value) for each, value in given]),
            tuple(outputs) or (None,),
            scope=scope,
            made_by=_made_by(self.made_by, own),
        )
        self.records.append(record)
        return [Ref(name, place, shape) for place, shape in enumerate(outputs)]

    def _added_product(
        self, kind: str, given: dict[str, Any], outputs: Sequence[Declared | None], path: str, fold: bool
    ) -> list[Any]:
        """self + tensor1·tensor2 (or tensor1/tensor2) as two operators."""
        factors = [("self", given.get("tensor1")), ("other", given.get("tensor2"))]
        (made,) = self.operation("mul" if kind == "addcmul" else "div", factors, (None,), path, False, fold)
        return self.operation("add", [("self", given.get("self")), ("other", made)], outputs, path, False, fold)

    def constant(self, shape: Declared | None, read: Sequence[Any], name: str) -> Stored | None:
        """A tensor that is made of the model's own alone; None where its shape is not known."""
        if shape is None or any(size is None or isinstance(size, str) for size in shape):
            return None
        roots = tuple(dict.fromkeys(root for stored in read for root in stored.roots))
        self.constants += 1
        return Stored(shape, read[0].dtype if read else "", f"{name}:{self.constants}", None, roots)  # type: ignore[arg-type]

    def recorded(self, title: str, says: str, outputs: Sequence[Any]) -> Recorded:
        """All records, without outputs that nothing reads at their end."""
        kept = {ref.key for ref in outputs if isinstance(ref, Ref)}
        read = kept | {ref.key for record in self.records for ref in record.inputs}
        used = [each for each in self.records if each.kind != "aten.final_state" or (each.name, 0) in read]
        records = tuple([_trimmed(record, read) for record in used])
        inputs = tuple(record.name for record in records if record.kind == "Input")
        found = tuple(each for each in outputs if isinstance(each, Ref))
        return Recorded(title, records, inputs, found, says, tuple(self.parameters.values()), None)


def _tensors(value: Any) -> Iterator[Any]:
    """Every tensor in an argument's value, in order."""
    if isinstance(value, (Ref, Array)):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _tensors(part)


def _module_of(parameter: str) -> str:
    return parameter.rpartition(".")[0]


def _trimmed(record: Record, read: set[tuple[str, int]]) -> Record:
    """The record without its last outputs that nothing reads, but for the first one."""
    outputs = list(record.outputs)
    while len(outputs) > 1 and (record.name, len(outputs) - 1) not in read:
        outputs.pop()
    return record if len(outputs) == len(record.outputs) else replace(record, outputs=tuple(outputs))


def _general(kind: str, arguments: Sequence[tuple[str, Any]]) -> tuple[Mapping[str, Any], Sequence[tuple[str, Any]]]:
    """Settings and arguments, the target of a reshape said so that it holds for other sizes where it can."""
    name = RESHAPES.get(kind)
    given = dict(arguments)
    target = given.get(name) if name else None
    first = next((value for _, value in arguments if isinstance(value, Ref)), None)
    if first is None or first.shape is None or not isinstance(target, (list, tuple)):
        return {}, arguments
    general = _target(list(target), first.shape, kind == "expand")
    return {}, [(each, general if each == name else value) for each, value in arguments]


def _target(target: list[Any], shape: Declared, expand: bool) -> list[Any]:
    """A target with 0 (of expand −1) for sizes that are the input's own, and −1 for one that is left."""
    own = list(shape)
    if expand:
        first = len(target) - len(own)
        return [
            -1 if place >= first and not is_number(size) and _same(size, own[place - first]) else size
            for place, size in enumerate(target)
        ]
    found = list(target)
    for place, size in enumerate(found):
        batch = place == 0 and type(size) is int and size == 1
        if place < len(own) and size is not None and (batch or not is_number(size)) and _same(size, own[place]):
            found[place] = 0
    open_sizes = [place for place, size in enumerate(found) if not is_number(size)]
    if len(open_sizes) == 1 and -1 not in found:
        found[open_sizes[0]] = -1
    return found


def _same(one: Any, other: Any) -> bool:
    return one is not None and other is not None and not isinstance(other, str) and equal(one, other) is True


def _made_by(kind: str, own: bool) -> str:
    """Which module makes an operator, by the whole name of its class; `own`: of weights that are its own.

    >>> _made_by("torch.nn.modules.conv.Conv2d", True), _made_by("torchvision.ops.misc.Permute", False)
    ('Conv2d', 'function')
    >>> _made_by("torchvision.models.convnext.LayerNorm2d", True)
    'torchvision.models.convnext.LayerNorm2d'
    """
    if kind.startswith("torch.nn.modules.") and not kind.endswith(CONTAINERS):
        return printable(kind.rpartition(".")[2], 60)
    return printable(kind, MOST_LETTERS) if own and kind else "function"


def elements(shape: Declared) -> Any:
    """How many numbers a tensor of that shape holds."""
    return product(*shape)  # type: ignore[arg-type]


__all__ = ["Maker", "SILENT", "elements", "references"]
