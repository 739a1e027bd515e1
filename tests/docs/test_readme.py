"""README says what the program does: sessions, commands, doctests; and so does what it hands on to pages."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from math import prod

import pytest

from resnet_analyzer.architectures.base import architecture
from resnet_analyzer.measurement import measure
from resnet_analyzer.report.files import drawn_by, drawn_elsewhere

from .sessions import README, ROOT, blocks, commands, current, run

TEXT = README.read_text(encoding="utf-8")
INSTALL, *_OTHERS = blocks(TEXT, "sh")  # the others install more: .ci/run does


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table after a heading of a page, without its head."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    after = text[text.index(f"## {heading}") :]
    lines = re.search(r"(?:^\|.*\n)+", after, re.MULTILINE)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_is_short():
    assert len(TEXT.splitlines()) <= 150


def test_outputs_are_current():
    assert current(TEXT) == TEXT, "stale: run `python -m tests.docs`"


def test_the_first_two_commands_install_and_test():
    first, second = commands(INSTALL)
    assert first.endswith("resnet-analyze --depth 50 --input 224")
    assert second.endswith("'.[test]' && .venv/bin/pytest -n 2")


@pytest.mark.parametrize("block", blocks(TEXT, "python"))
def test_python_block(block, tmp_path):
    """As a reader would, in a Python of its own."""
    session = tmp_path / "session.txt"
    session.write_text(block, encoding="utf-8")
    assert block.startswith(">>> ")
    python = [sys.executable, "-X", "utf8", "-m", "doctest", str(session)]
    result = subprocess.run(python, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("row", table("how_it_works.md", "Three layers of ResNet-50"), ids=lambda row: row[0])
def test_window_worked_by_hand(row):
    """The cells n, p, f, s are the layer's; the two steps are right; the tool puts out the same size."""
    layer, *numbers, steps = [cell.replace("`", "") for cell in row]
    n, p, f, s = map(int, numbers)
    span, divided, size = map(int, re.fullmatch(r"(\d+)/\d+ → (\d+), \+ 1 = (\d+)", steps).groups())
    assert (span, divided, size) == (n + 2 * p - f, span // s, divided + 1)
    measured = measure(architecture("resnet50", input=224)).by_name[layer]
    window = measured.cost.windows[0]
    assert measured.inputs[0][1] == n
    assert window.how().startswith(f"({n} + 2·{p} − {f})/{s}" if p else f"({n} − {f})/{s}")
    assert measured.output[1] == size


def quantities() -> dict[str, int]:
    """What the table of other tools' numbers is made of, for torchvision's ResNet-50 at 224."""
    measured = measure(architecture("resnet50", input=224, style="torchvision"))

    def elements(op: str) -> tuple[int, int]:
        rows = [row for row in measured.rows if row.op == op]
        return sum(prod(row.inputs[0]) for row in rows), sum(prod(row.output) for row in rows)

    return {
        "M": measured.totals.macs,
        "BN": elements("BatchNorm")[1],
        "R": elements("Activation")[1],
        "P": elements("MaxPool2d")[0],
        "A": elements("GlobalAveragePool2d")[0],
    }


@pytest.mark.parametrize("row", table("counted.md", "Other tools' numbers"), ids=lambda row: row[0])
def test_numbers_of_other_tools(row):
    _, _, printed, made_of = row
    terms = [re.fullmatch(r"(?:([\d,]+)·)?([A-Z]+)|([\d,]+)", term) for term in made_of.split(" + ")]
    assert all(terms), made_of
    known = quantities()
    found = [int((f or n or "1").replace(",", "")) * known.get(name, 1) for f, name, n in map(re.Match.groups, terms)]
    assert sum(found) == int(printed.replace(",", ""))


def test_floors_are_those_of_the_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    floors = next(each["layers"] for each in contracts["contracts"] if each["type"] == "layers")
    page = (ROOT / "docs" / "how_it_works.md").read_text(encoding="utf-8")
    drawn = next(block for block in blocks(page, "text") if "errors" in block)
    names = [set(re.findall(r"[a-z_]+", line.split("  ")[0])) for line in drawn.splitlines()]
    assert names == [set(re.findall(r"\w+", floor)) for floor in floors]


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", TEXT))
def test_link_leads_to_a_file(link):
    assert (ROOT / link).exists()


def test_the_sweeps_picture_is_what_its_command_draws(tmp_path):
    """The command in the text, run; another matplotlib places letters otherwise, so only the same one compares."""
    picture = ROOT / "reports" / "pictures" / "sweep.svg"
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    command = re.search(r"`(resnet-analyze sweep .*) -o sweep\.svg`", page)[1]
    result = run(f"{command} -o {tmp_path / 'sweep.svg'}")
    assert result.returncode == 0, result.stdout
    if not drawn_elsewhere(str(ROOT / "reports"), drawn_by()):
        assert (tmp_path / "sweep.svg").read_bytes() == picture.read_bytes()
