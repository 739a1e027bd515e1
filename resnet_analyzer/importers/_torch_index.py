"""Python's indexing of a tensor (`x[:, 0, None, ::2]`) as operators of ATen, one after another."""

from __future__ import annotations

from typing import Any


def picked(tracer: Any, tensor: Any, index: Any) -> Any:
    """The tensor that an index picks, every step recorded."""
    torch = tracer.torch
    entries = list(index) if isinstance(index, tuple) else [index]
    read = [each for each in entries if each is not None and each is not Ellipsis and not isinstance(each, bool)]
    axes = sum(each.ndim if _is_mask(torch, each) else 1 for each in read)
    missing = [slice(None)] * (tensor.ndim - axes)
    at = next((place for place, each in enumerate(entries) if each is Ellipsis), len(entries))
    entries = [*entries[:at], *missing, *[each for each in entries[at:] if each is not Ellipsis]]
    axis = 0
    tensors: dict[int, Any] = {}
    for each in entries:
        if each is None:
            tensor = tracer.apply("unsqueeze", torch.unsqueeze, tensor, axis)
            axis += 1
        elif isinstance(each, slice):
            if (each.start, each.stop, each.step) != (None, None, None):
                tensor = _sliced(tracer, tensor, axis, each)
            axis += 1
        elif isinstance(each, int) and not isinstance(each, bool):
            tensor = tracer.apply("select", torch.select, tensor, axis, each)
        else:
            held = each if isinstance(each, torch.Tensor) else torch.as_tensor(each, device="meta")
            tensors[axis] = tracer.twin(held)
            axis += held.ndim if _is_mask(torch, held) else 1
    return _indexed(tracer, tensor, tensors) if tensors else tensor


def _is_mask(torch: Any, value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.dtype in (torch.bool, torch.uint8) and value.ndim > 0


def _sliced(tracer: Any, tensor: Any, axis: int, part: slice) -> Any:
    def run(tensor: Any, axis: int, start: Any, end: Any, step: Any) -> Any:
        whole = (slice(None),) * axis
        return tracer.torch.Tensor.__getitem__(tensor, (*whole, slice(start, end, step)))

    return tracer.apply("slice", run, tensor, axis, part.start, part.stop, 1 if part.step is None else part.step)


def _indexed(tracer: Any, tensor: Any, tensors: dict[int, Any]) -> Any:
    def run(tensor: Any, places: Any) -> Any:
        return tracer.torch.Tensor.__getitem__(
            tensor, tuple([slice(None) if each is None else each for each in places])
        )

    places = [tensors.get(axis) for axis in range(max(tensors) + 1)]
    return tracer.apply("index", run, tensor, places)
