"""Runs a notebook's code cells as Jupyter would, without Jupyter: the last expression of a cell is its output."""

from __future__ import annotations

import ast
import io
import json
import sys
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path

NOTEBOOK = Path(__file__).with_name("tour.ipynb")


def needs(cell):
    """The modules that a cell wants beyond this package: its tags `needs-…`."""
    tags = cell["metadata"].get("tags", ())
    return [tag.removeprefix("needs-") for tag in tags if tag.startswith("needs-")]


def source(cell):
    return "".join(cell["source"])


def executed(cells):
    """(cell, its outputs) for every code cell in order; None for those whose modules are not installed."""
    names = {"__name__": "__main__"}
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        if not all(find_spec(module) for module in needs(cell)):
            yield cell, None
            continue
        yield cell, _run(source(cell), names)


def _run(code, names):
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None
    outputs = []
    if printed.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": _lines(printed.getvalue())})
    if value is not None:
        outputs.append({"data": _shown(value), "metadata": {}, "output_type": "execute_result"})
    return outputs


def _shown(value):
    """What a notebook keeps of a value: its picture or its HTML where it has one, and plain text."""
    svg = getattr(value, "_repr_svg_", None)
    if svg:
        return {"image/svg+xml": _lines(svg()), "text/plain": [repr(value)]}
    html = getattr(value, "_repr_html_", None)
    return ({"text/html": _lines(html())} if html else {}) | {
        "text/plain": _lines(repr(value) if not html else str(value))
    }


def _lines(text):
    return text.splitlines(keepends=True)


def main():
    """Write every output anew: python -m tests.notebooks.runner."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    for count, (cell, outputs) in enumerate(executed(notebook["cells"]), 1):
        if outputs is None:
            sys.exit(f"install {', '.join(needs(cell))} first")
        for output in outputs:
            output |= {"execution_count": count} if output["output_type"] == "execute_result" else {}
        cell |= {"outputs": outputs, "execution_count": count}
    NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
