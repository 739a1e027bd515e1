"""What a page says of itself: its buttons, hints and labels, in the language of the report."""

from __future__ import annotations

from ..report.language import message

SPOKEN = {
    "light": "Light",
    "dark": "Dark",
    "to light": "Switch to light colours",
    "to dark": "Switch to dark colours",
    "fold": "Fold all",
    "unfold": "Unfold all",
    "rows": "{} of {} rows",
    "reset": "Reset",
    "none": "There is no such network: a layer does not fit.",
    "input size": "input size",
    "input height": "input height",
    "input width": "input width",
    "first-stage channels": "first-stage channels",
    "slider": "{}, slider",
    "parameters": "parameters",
    "MACs": "MACs",
    "FLOPs": "FLOPs",
    "activations": "activations",
    "params": "params",
    "output": "output",
    "how": "how",
    "hint": "Point at a box, or move to it with Tab and the arrow keys: its row and its formula are shown. Enter goes there.",  # noqa: E501
    "fixed": "For the size of the report, not for the one chosen above.",
    "pixels": "{} pixels",
    "redrawn": "drawn anew for another size",
}


def spoken(language: str) -> dict[str, str]:
    """The words that the page's script says, in a language."""
    return {name: message(language, sentence, *["{}"] * sentence.count("{}")) for name, sentence in SPOKEN.items()}
