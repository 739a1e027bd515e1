"""What a person names: a registered network, a design, a model file, a factory; resolved here, once, for everyone.

    resnet50   resnet50@torchvision   design.yaml   model.keras   package.module:factory

Commands and `load` ask here, and get a graph with what is known of where it comes from.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .architectures.base import Architecture, find
from .dim import Dim, is_exactly
from .errors import UsageError
from .frozen import NamedTuple
from .graph import Graph
from .request import Request, how_to_close, named_shapes, sizes_of
from .shape import Shape

SIGNS = "./:\\"  # no registered name has one of these; every file and every factory has


class Target(NamedTuple):
    """A network that somebody named: its graph, and the registered architecture if it is one.

    `style` is the one chosen, `as_published` tells that size, classes and options are those it was made for,
    `request` is what was asked, `name` who was asked.
    """

    graph: Graph
    architecture: Architecture | None = None
    style: str = ""
    as_published: bool = False
    request: Request = Request()
    name: str = ""


def is_source(target: str) -> bool:
    """Whether a target is a file or a factory, and not a registered name.

    >>> is_source("resnet50@keras"), is_source("design.yaml"), is_source("package.module:make")
    (False, True, True)
    """
    return any(sign in target for sign in SIGNS)


def is_design(target: str) -> bool:
    """Whether a target is a design file, by its ending and what it holds."""
    from .importers.base import importer_for

    found = importer_for(target) if is_source(target) else None
    return found is not None and found.name == "design"


def split_target(target: str, style: str | None = None) -> tuple[str, str | None]:
    """The name and the style of `name` or `name@style`; UsageError if the option `style` is another one.

    >>> split_target("resnet50@keras"), split_target("resnet50", "paper")
    (('resnet50', 'keras'), ('resnet50', 'paper'))
    """
    name, at, own = target.partition("@")
    if at and not (name and own):
        raise UsageError(f"{target!r}: expected NAME@STYLE, as resnet50@keras")
    if at and style not in (None, own):
        raise UsageError(f"{target} and --style {style} do not agree: give one of them")
    return name, own if at else style


def resolve(target: str, request: Request = Request(), whole: bool = True) -> Target:  # noqa: B008 (immutable)
    """The network that a name stands for, under a request; `whole` asks for one whose sizes are all numbers.

    The style in a name (`resnet50@keras`) goes before the request's.

    UsageError or UnknownName where there is none, or where the request asks what it cannot be asked.
    """
    if is_source(target):
        found = _from_source(target, request)
    else:
        name, style = split_target(target)
        found = registered(find(name), request._replace(style=style or request.style))
    if whole and found.graph.is_open:
        raise UsageError(f"{target}: it leaves the input's size open: give one, as {how_to_close(found.graph)}")
    return found


def registered(architecture: Architecture, request: Request) -> Target:
    """A registered network under a request."""
    if request.arguments:
        raise UsageError(f"{architecture.name}: --arg goes with package.module:factory; a network has --set")
    if request.trust:
        raise UsageError(f"{architecture.name}: --trust goes with a model file, not with a registered network")
    shape = _input_of(architecture, request)
    graph = _with_batch(architecture.graph(shape, request.classes, request.style, **request.options), request)
    own = graph.inputs[0].op.shape[1:] == architecture.input  # type: ignore[attr-defined]
    plain = own and not request.options and request.classes in (None, architecture.classes)
    published = plain and is_exactly(request.batch or 1, 1)
    return Target(graph, architecture, request.style or architecture.styles[0], published, request, architecture.name)


def _input_of(architecture: Architecture, request: Request) -> tuple[Dim, ...] | Shape | None:
    """The size that a registered network gets: its own where nothing else is asked."""
    given, channels = request.input, request.channels
    if isinstance(given, Mapping):
        (node,) = architecture.graph(style=request.style).inputs
        return named_shapes(architecture.name, given, {node.name: node.op.shape})[node.name]  # type: ignore[attr-defined]
    if given is None:
        return None if channels is None else (*architecture.input[:2], channels)
    if len(given) == 3 and channels is not None and given[2] != channels:
        raise UsageError(f"--input {'x'.join(map(str, given))} and --channels {channels} do not agree: give one")
    return (*given, channels) if len(given) == 2 and channels is not None else given


def _from_source(target: str, request: Request) -> Target:
    """A file or a factory under a request."""
    if request.style or (request.options and not is_design(target)):
        kinds = "registered networks, not for files; --set is for designs too"
        raise UsageError(f"{target}: --style and --set are for {kinds}")
    if request.arguments and (os.path.exists(target) or ":" not in target):
        raise UsageError(f"{target}: --arg goes with package.module:factory, not with a file")
    given = request.input
    if request.channels is not None:
        if given is None or isinstance(given, Mapping) or len(given) != 2:
            raise UsageError(f"{target}: --channels goes with a registered network, or with --input HxW")
        request = request._replace(input=(*given, request.channels))
    from .importers.base import load_with
    from .importers.framework import quiet_imports

    with quiet_imports():
        graph = load_with(target, request)
    return Target(_with_batch(graph, request), None, str(graph.about.get("style", "")), False, request, target)


def _with_batch(graph: Graph, request: Request) -> Graph:
    return graph if request.batch is None or is_exactly(request.batch, 1) else graph.with_batch(request.batch)


def load(
    target: str | os.PathLike[str],
    input: int | tuple[Dim, ...] | Shape | Mapping[str, tuple[Dim, ...]] | None = None,
    classes: Dim | None = None,
    batch: Dim | None = None,
    style: str | None = None,
    trust: tuple[str, ...] = (),
    arguments: Mapping[str, Any] | None = None,
    **options: Any,
) -> Graph:
    """The graph of whatever a name stands for: a registered network, a design, a model file, `package.module:factory`.

    `input` is a size, (height, width), (height, width, channels), or whole shapes by the inputs' names;
    None is the source's own. `style` is for registered networks, `options` (width=32) are theirs, or a design's
    variables, `trust` names packages whose code a file may run, `arguments` are those of a factory.
    UsageError, with what is known, for anything else.
    """
    name = os.fspath(target) if isinstance(target, os.PathLike) else target
    if not isinstance(name, str):
        raise UsageError(f"load takes a name or a path, not {target!r:.60}")
    request = Request(sizes_of(input), classes, tuple(trust), batch, style, options, None, arguments or {})
    return resolve(name, request, whole=False).graph
