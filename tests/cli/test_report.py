"""`report`: to standard output, into folders and files, whole or not at all."""

import errno
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time

import pytest

from resnet_analyzer.report.choice import name_of

from .conftest import ROOT

NET = "alexnet"


def test_markdown_is_the_default(run):
    ended = run("report", NET)
    assert ended.status == 0
    assert ended.out.startswith("# AlexNet")
    assert "## Stage by stage" in ended.out
    assert "*Picture: " in ended.out


@pytest.mark.parametrize(
    ("name", "begins"),
    [("html", "<!doctype html>"), ("latex", "% AlexNet"), ("csv", "figure,value"), ("table", "AlexNet")],
)
def test_formats(run, name, begins):
    assert run("report", NET, "--format", name).out.startswith(begins)


def test_json_keeps_the_contract(run):
    data, short = (json.loads(run(*words, NET, "--format", "json").out) for words in (("report",), ()))
    assert {key: data[key] for key in short} == {**short, "kind": "report"}
    assert data["sections"][0]["title"] == "At a glance"


def test_sections_that_are_asked_for(run):
    plain = json.loads(run("report", "resnet50@torchvision", "--format", "json").out)
    data = json.loads(
        run("report", "resnet50@torchvision", "--since", "resnet50", "--conventions", "--format", "json").out
    )
    titles = [each["title"] for each in data["sections"]]
    own = [each["title"] for each in plain["sections"]]
    assert titles == ["What changed", *own, "What other tools print"]  # what a reviewer asks first stands first
    changed, told = (data["sections"][place]["tables"][0]["rows"] for place in (0, -1))
    assert sum(row[-1] for row in changed) == 231_211_008  # the stride in the 3×3 instead: 3 · 77,070,336
    assert 4_111_512_576 in [row[2] for row in told]  # fvcore 0.1.5 on torchvision's ResNet-50
    several = run("report", "resnet18", "resnet34", "--since", "resnet18").out
    assert "## What changed: resnet34" in several


def test_a_few_sections(run, complain, tmp_path):
    text = run("report", "resnet18", "--sections", "stages,glance").out
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["At a glance", "Stage by stage"]
    data = json.loads(run("report", "resnet18", "--sections", "memory", "--format", "json").out)
    assert [each["title"] for each in data["sections"]] == ["Memory"]
    assert data["totals"]["params"] == 11_689_512
    assert "unknown section 'glanse'. Did you mean glance?" in complain("report", "resnet18", "--sections", "glanse")
    file = tmp_path / "few.html"
    run("report", "resnet18", "--sections", "glance", "-o", str(file), "-q")
    page = file.read_text(encoding="utf-8")
    assert "At a glance" in page
    assert "Stage by stage" not in page


def test_a_comment_on_a_pull_request_has_room(run):
    """GitHub takes 65,536 characters; the whole report on MobileNetV2 has 82,450."""
    text = run("report", "resnet152", "--since", "resnet101", "--brief").out
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["What changed", "At a glance", "Stage by stage"]
    assert len(text) < 65_536 // 4


def test_every_section_has_one_short_name():
    from resnet_analyzer.architectures.base import ARCHITECTURES
    from resnet_analyzer.measurement import measure
    from resnet_analyzer.report.network import network_report
    from resnet_analyzer.report.several import several_report

    known = [ARCHITECTURES["resnet18"], ARCHITECTURES["vgg11"]]
    measured = [measure(each.graph()) for each in known]
    for report in (network_report(measured[0], "x", known[0]), several_report(measured, "x", known)):
        names = [name_of(section) for section in report.sections]
        assert "" not in names
        assert len(set(names) - {"layers"}) == len([name for name in names if name != "layers"])


@pytest.mark.parametrize("form", ["markdown", "table"])
def test_nobody_is_told_how_to_read_a_picture_that_is_not_there(run, tmp_path, form):
    assert "Read it from top to bottom" not in run("report", "resnet18", "--format", form).out
    run("report", "resnet18", "-o", str(tmp_path / "r.md"), "-q")
    assert "Read it from top to bottom" in (tmp_path / "r.md").read_text(encoding="utf-8")
    assert "Read it from top to bottom" in run("report", "resnet18", "--format", "html").out


PICTURES_OF_A_NETWORK = ("architecture", "cost", "memory", "receptive", "resolution", "roofline", "training")


def test_a_folder_holds_the_report_and_its_pictures(run, tmp_path):
    folder = tmp_path / "deep" / "er"
    said = f"wrote {folder / 'alexnet.md'} and 7 files beside it\n"
    assert run("report", NET, "-o", str(folder)) == (0, "", said)
    text = (folder / "alexnet.md").read_text(encoding="utf-8")
    pictures = sorted(path.name for path in (folder / "pictures").iterdir())
    assert pictures == [f"alexnet-{name}.svg" for name in PICTURES_OF_A_NETWORK]
    assert all(f"(pictures/{name})" in text for name in pictures)
    assert sorted(path.name for path in folder.iterdir()) == ["alexnet.md", "pictures"]


def test_latex_gets_png(run, tmp_path):
    run("report", NET, "--format", "latex", "-o", str(tmp_path))
    assert {path.suffix for path in (tmp_path / "pictures").iterdir()} == {".png"}
    assert (tmp_path / "alexnet.tex").is_file()


@pytest.mark.parametrize(("file", "begins"), [("a.html", b"<!doctype"), ("b.HTM", b"<!doctype"), ("c.md", b"# Alex")])
def test_a_file_is_named_by_its_ending(run, tmp_path, file, begins):
    assert run("report", NET, "-o", str(tmp_path / file)).status == 0
    assert (tmp_path / file).read_bytes().startswith(begins)


def test_a_file_needs_no_picture_folder_where_it_holds_them(run, tmp_path):
    run("report", NET, "-o", str(tmp_path / "page.html"))
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_design_and_several(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("init", "mine.yaml").status == 0
    assert run("report", "mine.yaml", "-o", "out").status == 0
    assert (tmp_path / "out" / "mine.md").is_file()
    assert run("report", "mine.yaml", "resnet18@torchvision", "-o", "out").status == 0
    assert (tmp_path / "out" / "mine-resnet18_torchvision.md").is_file()
    assert (tmp_path / "out" / "mine.md").is_file()


def test_existing_files_are_replaced_and_others_kept(run, tmp_path):
    (tmp_path / "alexnet.md").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    run("report", NET, "-o", str(tmp_path))
    assert (tmp_path / "alexnet.md").read_text(encoding="utf-8").startswith("# AlexNet")
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name networks or files"),
        (("--check",), "--standard"),
        (("nosuchnet",), "nosuchnet"),
        ((NET, "--standard"), "its own networks"),
        (("--standard", "--format", "html"), "its own networks"),
        ((NET, "--format", "html", "-o", "x.md"), "do not agree"),
        ((NET, "--format", "docx"), "docx"),
        ((NET, "--batch", "8"), "one image"),
        (("resnet50", "--input", "0"), "at least 1"),
        (("nosuch.yaml",), "nosuch.yaml"),
    ],
)
def test_bad_usage_is_one_line(complain, arguments, says):
    assert says in complain("report", *arguments)


def files_in(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_unwritable_place_is_one_line(complain, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert "cannot write" in complain("report", NET, "-o", str(tmp_path / "file" / "inside"))
    assert "cannot write" in complain("report", NET, "-o", "/proc/nowhere")
    assert "cannot write" in complain("report", NET, "-o", str(tmp_path / "nul\0l"))
    assert files_in(tmp_path) == {"file": b"mine"}


def test_a_folder_in_the_place_of_a_file(complain, tmp_path):
    (tmp_path / "alexnet.md").mkdir()
    assert "is a folder" in complain("report", NET, "-o", str(tmp_path))
    assert files_in(tmp_path) == {}


def test_an_unwritable_folder(complain, tmp_path, closed):
    closed(tmp_path)
    assert complain("report", NET, "-o", str(tmp_path)).endswith(f": {os.strerror(errno.EACCES)}")


@pytest.mark.parametrize("limit", [100, 50_000])
def test_a_full_disk_leaves_what_was_there(process, tmp_path, limit):
    """A limit on the size of files stands for the disk: the write fails in the same place."""
    (tmp_path / "alexnet.md").write_text("old")

    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    ended = process("report", NET, "-o", str(tmp_path), preexec_fn=full, env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert ended.returncode == 2
    assert ended.stderr.decode().startswith(f"resnet-analyze: cannot write to {tmp_path}: {os.strerror(errno.EFBIG)}")
    assert ended.stderr.count(b"\n") == 1
    assert files_in(tmp_path) == {"alexnet.md": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["alexnet.md"]


def test_interrupted_while_writing(tmp_path):
    """Ctrl-C as the second file is written: the first is not there either, and one line says so."""
    code = (
        "import builtins, os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # background jobs ignore it
        "from resnet_analyzer import files\n"
        "real, count = builtins.open, []\n"
        "def opened(path, mode='r', *rest, **more):\n"
        "    if 'x' in mode:\n"
        "        count.append(path)\n"
        "        if len(count) == 2: os.kill(os.getpid(), signal.SIGINT)\n"
        "    return real(path, mode, *rest, **more)\n"
        "files.open = opened\n"
        "from resnet_analyzer.cli.main import main\n"
        "main(sys.argv[1:])\n"
    )
    (tmp_path / "alexnet.md").write_text("old")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", code, "report", NET, "-o", str(tmp_path)],
        env=environment, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 130
    assert ended.stderr.strip() == b"resnet-analyze: interrupted"
    assert files_in(tmp_path) == {"alexnet.md": b"old"}


def test_standard_check_names_what_is_stale(run, complain, tmp_path, monkeypatch):
    from resnet_analyzer.report import standard

    monkeypatch.setattr(standard, "standard_files", lambda folder: {"pictures/a.svg": b"a", "index.md": b"i"})
    folder = str(tmp_path / "reports")
    said = complain("report", "--standard", "--check", "-o", folder, status=1)
    assert "2 of 2 files are stale: pictures/a.svg, index.md" in said
    assert not (tmp_path / "reports").exists()
    assert run("report", "--standard", "-o", folder).out == f"2 files in {folder}; start with {folder}/index.md\n"
    assert run("report", "--standard", "--check", "-o", folder) == (0, f"{folder} is current: 2 files\n", "")
    (tmp_path / "reports" / "index.md").write_bytes(b"changed")
    assert "1 of 2 files are stale: index.md" in complain("report", "--standard", "--check", "-o", folder, status=1)


@pytest.mark.slow
def test_standard_reports_take_less_than_90_seconds_and_are_the_same_twice(process, tmp_path):
    found = []
    for name in ("one", "two"):
        start = time.monotonic()
        ended = process("report", "--standard", "-o", str(tmp_path / name), timeout=90)
        assert ended.returncode == 0, ended.stderr
        assert time.monotonic() - start < 90
        found.append(files_in(tmp_path / name))
    assert found[0] == found[1]
    assert len(found[0]) > 60


@pytest.mark.slow
def test_with_a_running_model(run):
    pytest.importorskip("keras")
    ended = run("report", "resnet18", "--input", "32", "--crosscheck", "--format", "table")
    assert ended.status == 0
    assert "CHECKED AGAINST A RUNNING MODEL" in ended.out
    assert "no disagreement" in ended.out


def test_without_keras_it_is_one_line(complain, monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert "keras" in complain("report", NET, "--crosscheck").lower()
