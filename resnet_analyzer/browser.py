"""The face of the page in the browser (`docs/app`): a question as JSON, an answer as JSON.

Every figure comes from the same functions that commands call; no rule stands here, nor in the page's JavaScript.
Files lie in the working folder, and are read there as a command reads them. Nothing here needs numpy, matplotlib,
networkx or click.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from shlex import join
from typing import Any

from .architectures.base import ARCHITECTURES, Architecture
from .dim import is_number
from .errors import AnalyzerError, UsageError
from .frozen import NamedTuple
from .graph import Graph
from .importers.base import importer_for
from .measurement import PLOTS, WRITERS, Measurement, measure
from .numbers import grouped, short
from .report.language import FOR_MACHINES, picture_in, translated
from .report.measured import flow_of, measured_report
from .report.model import Report
from .report.words import Words
from .request import Request
from .settings import typed
from .shape import is_map
from .targets import Target, resolve

PICTURES = {"drawing": "architecture", "cost": "cost"}
FIXED = ("onnx", "torch")  # importers of files that say which of their sizes are open
SIDE, OTHER = 224, 128  # what an open size is at first: a side of an image, anything else
FIGURES = ("params", "moving_statistics", "macs", "flops", "activations", "layers")
WHOLE = ("params", "moving_statistics", "activations", "layers")  # shown digit by digit
MOST_KEPT = 4  # measured networks
TOO_LARGE = "too large to be read in a browser: the command line may have the memory"


class Shown(NamedTuple):
    """A network under the settings that a page has, measured."""

    target: str
    found: Target
    measurement: Measurement
    controls: tuple[dict[str, Any], ...]
    command: tuple[str, ...]


class Page:
    """What one page asks; the networks that it looked at last are kept, measured."""

    def __init__(self) -> None:
        self._kept: dict[str, Shown] = {}
        self._open: dict[str, Graph] = {}

    def answer(self, text: str) -> str:
        """The answer to a question, both JSON: `{"error": …}` in one line for what cannot be answered.

        >>> json.loads(Page().answer('{"ask": "show", "network": {"target": "resnet5"}, "view": {}}'))["error"]
        'no ImageNet ResNet has 5 layers. Nearest: 18 and 34; any other by --blocks 3,4,23,3.'
        """
        question = json.loads(text)
        try:
            return json.dumps(getattr(self, f"_{question['ask']}")(question), ensure_ascii=False)
        except AnalyzerError as error:
            line = " ".join(str(error).split())[:600]
        except (MemoryError, RecursionError):
            line = TOO_LARGE
        return json.dumps({"error": Words(question.get("language", "en")).text(line)}, ensure_ascii=False)

    def forget(self) -> None:
        """Files have changed: nothing that was read of them holds."""
        self._kept.clear()
        self._open.clear()

    # --- questions -----------------------------------------------------------------------------

    def _networks(self, question: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "networks": [{"name": name, "title": each.title} for name, each in ARCHITECTURES.items()],
            "formats": sorted({"markdown", "csv", "json", "latex", "html"} & set(WRITERS)),
        }

    def _show(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """A network's summary, and one view of it."""
        shown = self._shown(question["network"])
        return {"summary": _summary(shown, question.get("language", "en")), "view": self._view(shown, question)}

    def _view(self, shown: Shown, question: Mapping[str, Any]) -> dict[str, Any]:
        view, language = question["view"], question.get("language", "en")
        if view.get("kind") in PICTURES:
            picture = picture_in(PLOTS[PICTURES[view["kind"]]].draw(shown.measurement), language)
            return {"svg": picture.svg.decode(), "alt": picture.alt, "title": picture.title}
        report, command = self._report(shown, view)
        words = join(["resnet-analyze", command, *shown.command, *_flags(view)])
        return {"html": WRITERS["html"].fragment(translated(report, language)), "command": words}

    def _save(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """A view as the text of a file."""
        shown, view, name = self._shown(question["network"]), question["view"], question["format"]
        if name == "svg":
            picture = PLOTS[PICTURES.get(view.get("kind"), "architecture")].draw(shown.measurement)
            picture = picture_in(picture, question.get("language", "en"))
            return {"text": picture.svg.decode(), "name": f"{_stem(shown)}-{picture.name}.svg"}
        if name == "html":
            from .report.whole import whole_report

            report = whole_report(shown.measurement)
        else:
            report, _ = self._report(shown, view)
        writer = WRITERS[name]
        language = "en" if name in FOR_MACHINES else question.get("language", "en")
        return {"text": writer.render(translated(report, language), 120, False), "name": f"{_stem(shown)}{writer.suffixes[0]}"}  # fmt: skip  # noqa: E501

    def _verify(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """A design's text checked: findings with their places, repairs with the whole text after each."""
        from .analyses.verify import verify_text
        from .report.verify import verify_report

        found = verify_text("design.yaml", question["text"], identity=bool(question.get("whole")))
        report = verify_report(found)
        answer: dict[str, Any] = {**report.data()}
        say = Words(question.get("language", "en")).text
        for index, finding in enumerate(answer["findings"]):
            finding["message"] = say(finding["message"])
            texts = [each.text for each in found.repairs.get(index, ())]
            finding["repairs"] = [
                {**told, "change": say(told["change"]), "text": text}
                for told, text in zip(finding["repairs"], texts, strict=True)
            ]
        answer["report"] = WRITERS["html"].fragment(translated(report, question.get("language", "en")))
        if found.measurement is not None:
            picture = picture_in(PLOTS["architecture"].draw(found.measurement), question.get("language", "en"))
            answer["svg"] = picture.svg.decode()
        return answer

    def _design(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """A network as the text of a design file."""
        from .design import write_design

        return {"text": write_design(self._shown(question["network"]).found.graph)}

    # --- reports -------------------------------------------------------------------------------

    def _report(self, shown: Shown, view: Mapping[str, Any]) -> tuple[Report, str]:
        """The report of a view, and the command that writes it."""
        kind, measurement = view.get("kind", "table"), shown.measurement
        if kind == "memory":
            from .analyses.memory_model import Model
            from .report.memory import memory_report

            return memory_report(measurement, Model(view.get("mode", "inference")), view.get("by", "stage")), kind
        if kind == "receptive":
            from .report.receptive import receptive_report

            return receptive_report(measurement, view.get("by", "stage")), kind
        if kind == "conventions":
            from .report.conventions import conventions_report

            return conventions_report(measurement, bool(view.get("items"))), kind
        if kind == "formula":
            return self._formula(shown, view), kind
        if kind == "reconcile":
            return _reconciled(shown, view), kind
        if kind == "diff":
            return self._diff(shown, view), kind
        notes = _published(shown)
        return measured_report(measurement, view.get("by", "stage"), bool(view.get("how")), notes), "show"

    def _formula(self, shown: Shown, view: Mapping[str, Any]) -> Report:
        from .analyses.formula.closed import closed_form
        from .analyses.formula.recipe import recipe_of_target
        from .report.formula import formula_report

        names = [name for name in str(view.get("in", "n")).split(",") if name.strip()]
        found = shown.found._replace(request=shown.found.request._replace(batch=1))
        return formula_report(closed_form(recipe_of_target(found, int(shown.measurement.batch)), names))  # type: ignore[call-overload]

    def _diff(self, shown: Shown, view: Mapping[str, Any]) -> Report:
        from .analyses.diff import diff
        from .report.diff import diff_report

        other = self._shown(view["other"])
        return diff_report(diff(shown.measurement, other.measurement), (shown.target, other.target))

    # --- networks ------------------------------------------------------------------------------

    def _shown(self, asked: Mapping[str, Any]) -> Shown:
        """The network that is asked for, measured; the last few are kept."""
        key = json.dumps(asked, sort_keys=True)
        if key not in self._kept:
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = self._measured(asked)
        return self._kept[key]

    def _measured(self, asked: Mapping[str, Any]) -> Shown:
        target = str(asked["target"])
        plain = {name: asked.get(name) for name in ("style", "options")}
        key = json.dumps([target, plain], sort_keys=True)
        known = ARCHITECTURES.find(target.partition("@")[0])
        options = {name: typed(name, text, _option(known, name)) for name, text in (asked.get("options") or {}).items()}
        request = Request(style=asked.get("style") or None, options=options)
        if key not in self._open:
            if len(self._open) >= MOST_KEPT:
                self._open.clear()
            self._open[key] = resolve(target, request, whole=False).graph
        opened = self._open[key]
        request = request._replace(
            input=_sizes(opened, asked.get("sizes") or {}), batch=asked.get("batch"), classes=asked.get("classes")
        )
        found = resolve(target, request)
        measurement = measure(found.graph)
        controls = _controls(target, opened, found, known)
        return Shown(target, found, measurement, tuple(controls), tuple(_words(target, request, asked)))


def _option(known: Architecture | None, name: str) -> Any:
    """An example of an option's values; UsageError where there is no such option."""
    if known is None or name not in known.options:
        raise UsageError(f"{name}: no option of this network")
    return known.options[name]


def _sides(graph: Graph) -> tuple[int, int] | None:
    """The axes of the only image of a graph that are its height and width; None for other inputs."""
    shapes = [node.op.shape for node in graph.inputs]  # type: ignore[attr-defined]
    if len(shapes) != 1 or not is_map(shapes[0]):
        return None
    return (2, 3) if graph.data_format == "channels_first" else (1, 2)


def _sizes(graph: Graph, given: Mapping[str, int]) -> Any:
    """What is asked of the inputs: height and width of the only image, or whole shapes by their names."""
    sides = _sides(graph)
    shapes = {node.name: node.op.shape for node in graph.inputs}  # type: ignore[attr-defined]
    if sides is not None:
        (shape,) = shapes.values()
        own = [shape[axis] for axis in sides]
        sizes = tuple(given.get(name, size if is_number(size) else SIDE) for name, size in zip("hw", own, strict=True))
        return None if sizes == tuple(own) else sizes
    open_ones = {name: shape for name, shape in shapes.items() if not all(map(is_number, shape))}
    if not open_ones:
        return None
    return {
        name: tuple(size if is_number(size) else given.get(str(size), OTHER) for size in shape)
        for name, shape in open_ones.items()
    }


def _controls(target: str, opened: Graph, found: Target, known: Architecture | None) -> list[dict[str, Any]]:
    """What a page lets people change: sizes, the batch, and the options of a registered network."""
    importer = importer_for(target) if known is None else None
    fixes = importer is not None and importer.name in FIXED
    controls: list[dict[str, Any]] = []
    sides = _sides(opened)
    shape = opened.inputs[0].op.shape if opened.inputs else ()  # type: ignore[attr-defined]
    if sides is not None:
        now = found.graph.inputs[0].op.shape  # type: ignore[attr-defined]
        for name, axis in zip("hw", sides, strict=True):
            fixed = fixes and is_number(shape[axis])
            controls.append({"group": "sizes", "name": name, "value": now[axis], "fixed": fixed})
    else:
        controls += _open_sizes(opened, found)
    controls.append({"group": "", "name": "batch", "value": found.request.batch or 1, "fixed": False})
    if known is None:
        return controls
    if known.classes:
        classes = found.graph.about.get("classes", known.classes)
        controls.append({"group": "", "name": "classes", "value": classes, "fixed": False})
    if len(known.styles) > 1:
        controls.append({"group": "", "name": "style", "value": found.style, "words": list(known.styles)})
    for name, value in {**known.options, **found.request.options}.items():
        kind = "yes" if type(value) is bool else "number" if type(value) is int else "text"
        controls.append({"group": "options", "name": name, "value": _spelled(value), "kind": kind})
    return controls


def _open_sizes(opened: Graph, found: Target) -> list[dict[str, Any]]:
    """The sizes that inputs leave open, by the names that they have."""
    now = {node.name: node.op.shape for node in found.graph.inputs}  # type: ignore[attr-defined]
    values: dict[str, Any] = {}
    for node in opened.inputs:
        for axis, size in enumerate(node.op.shape):  # type: ignore[attr-defined]
            if not is_number(size) and node.name in now:
                values.setdefault(str(size), now[node.name][axis])
    return [{"group": "sizes", "name": name, "value": value, "fixed": False} for name, value in values.items()]


def _spelled(value: Any) -> str:
    """A setting as people type it.

    >>> _spelled((3, 4, 6, 3)), _spelled(True), _spelled(64)
    ('3,4,6,3', 'yes', '64')
    """
    if isinstance(value, tuple):
        between = "/" if any(isinstance(part, tuple) for part in value) else ","
        return between.join(map(_spelled, value))
    return {True: "yes", False: "no", None: ""}[value] if value is None or type(value) is bool else str(value)


def _words(target: str, request: Request, asked: Mapping[str, Any]) -> list[str]:
    """The same on the command line."""
    words = [target]
    given = request.input
    if isinstance(given, Mapping):
        words += [f"--input={name}={'x'.join(map(str, shape))}" for name, shape in given.items()]
    elif given is not None:
        words += ["--input", "x".join(map(str, given))]
    for name in ("batch", "classes", "style"):
        value = getattr(request, name)
        words += [f"--{name}", str(value)] if value is not None else []
    for name, text in (asked.get("options") or {}).items():
        words += ["--set", f"{name}={text}"]
    return words


def _flags(view: Mapping[str, Any]) -> list[str]:
    """The options of a view on the command line."""
    words = []
    for name, value in view.items():
        if name == "numbers":
            words += list(value)
        elif name == "other":
            words.append(str(value["target"]))
        elif name != "kind" and value not in (False, None, ""):
            words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return words


def _summary(shown: Shown, language: str) -> dict[str, Any]:
    measurement = shown.measurement
    about, say = measurement.graph.about, Words(language)
    title = str(about.get("title", measurement.graph.name))
    return {
        "title": title,
        "heading": f"{title} · {say.text(flow_of(measurement))}",
        "says": say.text(str(about.get("says", ""))),
        "status": measurement.status,
        "figures": [_figure(measurement, name) for name in FIGURES],
        "unknown": list(measurement.unknown[:5]),
        "unknowns": len(measurement.unknown),
        "controls": list(shown.controls),
    }


def _figure(measurement: Measurement, name: str) -> dict[str, Any]:
    """A total as a page shows it, and in full; JavaScript has no whole numbers of any size."""
    value = getattr(measurement.totals, name)
    exact = grouped(value)
    shown = exact if name in WHOLE else short(value)
    return {"name": name, "exact": exact, "short": shown, "least": name in measurement.lower_bounds}


def _published(shown: Shown) -> list[tuple[str, str]]:
    from .report.published import notes_for

    found = shown.found
    if found.architecture is None:
        return []
    return notes_for(found.architecture, shown.measurement.totals, found.style, found.as_published)


def _reconciled(shown: Shown, view: Mapping[str, Any]) -> Report:
    from .analyses.reconcile import reconcile
    from .report.reconcile import reconcile_report

    numbers = [str(each) for each in view.get("numbers", ())]
    if not numbers:
        raise UsageError("give a number to explain, as 4.11G or 25,557,032")
    return reconcile_report(reconcile(shown.found, numbers))


def _stem(shown: Shown) -> str:
    """A file's name for what is saved."""
    name = shown.target.rpartition("/")[2]
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name)[:80] or "network"
