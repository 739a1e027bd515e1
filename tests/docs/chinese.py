"""`python -m tests.docs.chinese` compiles the catalogue of Chinese words (pybabel takes `{} % of` for a format)."""

from __future__ import annotations

from resnet_analyzer.report.words import FOLDER

CATALOGUE = FOLDER / "zh" / "LC_MESSAGES" / "resnet_analyzer.po"


def compile_catalogue() -> None:
    """Write the .mo beside the .po."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with CATALOGUE.open("rb") as source, CATALOGUE.with_suffix(".mo").open("wb") as target:
        write_mo(target, read_po(source))


if __name__ == "__main__":
    compile_catalogue()
