"""Whatever names a network: a registered one, a design file, a model file, a `package.module:factory`."""

from __future__ import annotations

from ..errors import UsageError
from ..graph import Graph
from ..importers.base import Request, load_with
from ._network import SIZE, Wanted, is_source, resolve


def graph_of(target: str, wanted: Wanted, trust: tuple[str, ...] = ()) -> Graph:
    """The graph that a target and the options ask for, wherever it comes from."""
    if not is_source(target):
        return resolve(target, wanted).graph
    if wanted.style or wanted.settings:
        raise UsageError(f"{target}: --style and --set are for registered networks, not for files")
    from ..importers.framework import quiet_imports

    with quiet_imports():
        return load_with(target, Request(_size(wanted), wanted.classes, trust))


def _size(wanted: Wanted) -> tuple[int, ...] | None:
    """The input's size as far as the options say it; the source knows the rest."""
    if wanted.input_size is None:
        return None
    match = SIZE.fullmatch(wanted.input_size)
    parts = [int(part) for part in match.groups() if part] if match else []
    if not parts or 0 in parts:
        raise UsageError(f"--input {wanted.input_size!r}: expected a size, HxW or HxWxC in whole numbers of at least 1")
    size = parts * 2 if len(parts) == 1 else parts
    return (*size, wanted.channels) if wanted.channels and len(size) == 2 else tuple(size)
