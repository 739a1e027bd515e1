"""Where the output goes: files whole or not at all, pipes that close, full disks, encodings, closed streams."""

import errno
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from .conftest import ROOT


@pytest.fixture
def old(tmp_path):
    file = tmp_path / "out.txt"
    file.write_text("old")
    return file


def only(file):
    """Whether nothing stands beside the file: no half-written one."""
    return [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_is_written_whole(run, old):
    assert run("resnet50", "--output", str(old)) == (0, "", f"wrote {old}\n")
    assert old.read_text(encoding="utf-8") == run("resnet50", columns=120).out
    assert only(old)


def test_permissions_and_links_are_kept(run, old, tmp_path):
    old.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(old)
    assert run("resnet18", "-o", str(link)).status == 0
    assert link.is_symlink()
    assert old.read_text(encoding="utf-8").startswith("ResNet-18")
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


SWEEP = ("sweep", "--net", "resnet18", "--input", "32:64:8")
WRITING = {  # every way that a command writes a file: arguments, ending, how the file begins
    "show": (("resnet18",), ".txt", b"ResNet-18"),
    "formula's source": (("formula", "resnet18"), ".py", b'"""'),
    "formula's picture": (("formula", "alexnet"), ".png", b"\x89PNG"),
    "sweep's csv": (SWEEP, ".csv", b"network,style"),
    "sweep's parquet": (SWEEP, ".parquet", b"PAR1"),
    "sweep's picture": (SWEEP, ".svg", b"<svg"),
    "sweep's report": (SWEEP, ".md", b"# sweep"),
    "report": (("report", "alexnet"), ".html", b"<!doctype"),
    "init": (("init", "--force"), ".yaml", b"#"),
    "schema": (("schema",), ".json", b"{"),
}


@pytest.mark.parametrize("name", WRITING)
def test_whatever_writes_a_file_keeps_what_it_is(run, tmp_path, name):
    """A link stays a link and leads to a file with its permissions; a pipe stays a pipe, and gets all of it."""
    if name == "sweep's parquet":
        pytest.importorskip("pyarrow")
    arguments, ending, begins = WRITING[name]
    option = () if "init" in arguments else ("-o",)
    (tmp_path / "folder").mkdir()
    file, link, fifo = tmp_path / "folder" / "kept", tmp_path / f"link{ending}", tmp_path / f"pipe{ending}"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    assert run(*arguments, *option, str(link)).status == 0
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert file.read_bytes().startswith(begins)
    os.mkfifo(fifo)
    with subprocess.Popen(["sh", "-c", 'wc -c <"$0"', str(fifo)], stdout=subprocess.PIPE) as reader:
        assert run(*arguments, *option, str(fifo)).status == 0
        assert int(reader.communicate(timeout=60)[0]) == file.stat().st_size
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", f"link{ending}", f"pipe{ending}"]
    assert only(file)


@pytest.mark.parametrize("arguments", [SWEEP, (*SWEEP, "--format", "csv"), ("report", "alexnet"), ("init", "--force")])
def test_a_device_stays_one(run, arguments):
    before = os.stat("/dev/null").st_mode
    assert run(*arguments, *(() if "init" in arguments else ("-o",)), "/dev/null").status == 0
    assert os.stat("/dev/null").st_mode == before


def test_a_sweep_that_is_terminated_leaves_nothing(environment, old):
    """SIGTERM in the middle of millions of designs: the old file is there, and nothing beside it."""
    command = ["sweep", "--net", "resnet50", "--input", "1000:100000", "--width", "1:999", "--format", "csv"]
    with subprocess.Popen(
        [sys.executable, "-m", "resnet_analyzer", *command, "-o", str(old)], env=environment, stderr=subprocess.PIPE
    ) as running:
        until = time.monotonic() + 30
        while only(old) and time.monotonic() < until:
            time.sleep(0.01)
        assert not only(old), "it has begun to write"
        running.terminate()
        running.communicate(timeout=60)
    assert running.returncode == -signal.SIGTERM
    assert only(old)
    assert old.read_text() == "old"


def test_a_reader_of_a_sweep_that_goes_is_no_failure(environment):
    command = [*SWEEP[:-1], "32:200000", "--format", "csv"]
    with subprocess.Popen(
        [sys.executable, "-m", "resnet_analyzer", *command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    ) as running:  # fmt: skip
        assert running.stdout.readline().startswith(b"network,style")
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 0


def test_dash_is_standard_output(run):
    assert run("resnet18", "-o", "-").out == run("resnet18").out


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("missing/out.txt", os.strerror(errno.ENOENT)),
        ("", "it names a folder; give the name of a file in it"),
        ("out.txt/below", os.strerror(errno.ENOTDIR)),
        ("new/", "it names a folder; give the name of a file in it"),
        ("n" * 300, os.strerror(errno.ENAMETOOLONG)),
    ],
)
def test_a_place_that_cannot_be_written(complain, old, place, says):
    said = complain("resnet50", "-o", f"{old.parent}/{place}" if place else str(old.parent))
    assert said.startswith("cannot write ")
    assert says in said
    assert old.read_text() == "old"
    assert only(old)


ENDINGS = (".png", ".docx", ".parquet", ".py")
COMMANDS = {  # with the endings among these that each can write
    ("resnet18",): (),
    ("compare", "alexnet", "resnet18"): (),
    ("report", "resnet18"): (),
    ("formula", "resnet18"): (".png", ".py"),
    SWEEP: (".png", ".parquet"),
}


@pytest.mark.parametrize(
    ("command", "ending"),
    [(command, each) for command, known in COMMANDS.items() for each in ENDINGS if each not in known],
)
def test_an_ending_that_the_command_cannot_write(complain, tmp_path, monkeypatch, command, ending):
    """The ending picks the format: a table in a file called .png helps nobody."""
    monkeypatch.chdir(tmp_path)
    said = complain(*command, "-o", f"x{ending}")
    assert said.startswith(f"x{ending}: this command cannot write {ending} files, only .csv, .htm, .html")
    assert ("resnet-analyze draw" in said) == (ending == ".png" and command[0] not in ("formula", "sweep"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["show", "report", "formula"])
def test_a_format_and_an_ending_that_do_not_agree(complain, run, tmp_path, command):
    assert "do not agree" in complain(command, "resnet18", "--format", "json", "-o", str(tmp_path / "x.csv"))
    assert run(command, "resnet18", "--format", "json", "-o", str(tmp_path / "x.txt")).status == 0
    assert (tmp_path / "x.txt").read_bytes().startswith(b"{")


def test_no_name(complain):
    assert complain("resnet50", "-o", "") == "cannot write '': --output needs the name of a file"
    assert "cannot write" in complain("resnet50", "-o", "a\0b")


def test_a_folder_that_may_not_be_written(complain, old, closed):
    closed(old.parent)
    assert complain("resnet50", "-o", str(old)) == f"cannot write {old}: {os.strerror(errno.EACCES)}"
    assert old.read_text() == "old"


def test_a_file_that_may_not_be_written(complain, old, monkeypatch):
    old.chmod(0o400)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert "is not writable" in complain("resnet50", "-o", str(old))
    assert old.read_text() == "old"


@pytest.mark.parametrize("failing", ["os.replace", "os.chmod"])
def test_the_old_file_stays_when_writing_fails(complain, old, monkeypatch, failing):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(failing, full)
    assert complain("resnet50", "-o", str(old)) == f"cannot write {old}: No space left on device"
    assert old.read_text() == "old"
    assert only(old)


def test_the_old_file_stays_when_writing_is_interrupted(run, old, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupted)
    ended = run("resnet50", "-o", str(old))
    assert (ended.status, ended.err.strip()) == (130, "resnet-analyze: interrupted")
    assert old.read_text() == "old"
    assert only(old)


def test_the_old_file_stays_when_the_input_is_bad(complain, old):
    complain("vgg16", "--input", "16", "-o", str(old), status=1)
    complain("resnet50", "--format", "xml", "-o", str(old))
    assert old.read_text() == "old"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [["resnet50"], ["resnet1202", "--by", "layer"], ["--help"], ["list"]])
def test_a_full_disk_behind_standard_output(process, arguments):
    with open("/dev/full", "wb") as full:
        ended = process(*arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert ended.stderr.decode() == f"resnet-analyze: cannot write to standard output: {os.strerror(errno.ENOSPC)}\n"
    assert ended.returncode == 2


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_device_is_written_to(complain, run):
    assert complain("resnet50", "-o", "/dev/full") == f"cannot write /dev/full: {os.strerror(errno.ENOSPC)}"
    assert run("resnet50", "-o", "/dev/null") == (0, "", "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_that_closes(environment, unbuffered):
    """`| head -1`: what it read is there, nobody complains, and nothing has failed."""
    with subprocess.Popen(
        [sys.executable, "-m", "resnet_analyzer", "resnet1202", "--by", "layer"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, "PYTHONUNBUFFERED": unbuffered},
    ) as running:
        assert running.stdout.readline().decode().startswith("ResNet-1202")
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 0


def test_a_pipe_that_is_closed_before_the_first_byte(environment):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "resnet_analyzer", "resnet50"]
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=environment, check=False, timeout=60)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_control_c(environment):
    ready = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # background jobs ignore it
        "from resnet_analyzer.cli.main import main; print('ready', flush=True); main(['--blocks', '60000,1'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", ready], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as running:
        assert running.stdout.readline() == b"ready\n"
        time.sleep(0.3)  # in the middle of building or measuring, which takes seconds
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert out == b""
    assert err.strip() == b"resnet-analyze: interrupted"
    assert running.returncode == 130


SHELL = 'exec "$0" -m resnet_analyzer "$@"'


@pytest.mark.parametrize(
    ("closing", "status", "says"),
    [
        (">&-", 2, b"resnet-analyze: cannot write to standard output: it is closed\n"),
        ("<&-", 0, b""),
        ("2>&-", 0, b""),
        (">&- 2>&-", 2, b""),
    ],
)
def test_closed_streams(environment, closing, status, says):
    command = ["sh", "-c", f"{SHELL} {closing}", sys.executable, "--depth", "50"]
    ended = subprocess.run(command, capture_output=True, env=environment, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (status, says)
    assert ended.stdout.startswith(b"ResNet-50") == (status == 0)


def test_a_complaint_does_not_go_to_standard_output(environment):
    command = ["sh", "-c", f"{SHELL} 2>&-", sys.executable, "--depth", "51"]
    ended = subprocess.run(command, capture_output=True, env=environment, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (2, b"")


ASCII_LINES = """\
ResNet-50 * He et al. 2015, stride in the first 1x1 * 224x224x3 -> 1000 classes

stage   what                                 output      params    MMACs  share
stage1  7x7, 64, /2                      112x112x64       9,536    118.0    3 %
        3x3 max pool, /2                   56x56x64           -        -      -
"""


def test_an_encoding_that_knows_no_signs(process):
    ended = process("--depth", "50", env={"PYTHONIOENCODING": "ascii"})
    assert ended.stdout.decode("ascii").startswith(ASCII_LINES)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
@pytest.mark.parametrize(
    "arguments", [["--help"], ["show", "--help"], ["resnet50", "--how"], ["list"], ["--input", "²x"]]
)
def test_no_encoding_makes_it_fail(process, encoding, arguments):
    ended = process(*arguments, env={"PYTHONIOENCODING": encoding})
    assert ended.returncode == (2 if "²x" in arguments else 0)
    assert b"Traceback" not in ended.stderr
    (ended.stdout or ended.stderr).decode(encoding)


def test_the_plainest_locale(process):
    plain = {"LC_ALL": "C", "LANG": "", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    ended = process("--depth", "50", env=plain)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.decode("ascii").startswith(ASCII_LINES)


def test_files_are_utf_8_whatever_the_locale(process, tmp_path):
    file = tmp_path / "out.md"
    process("--depth", "50", "-o", str(file), env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert "224×224×3" in file.read_text(encoding="utf-8")


DRAWING = [
    ("formula", "resnet18", "-o", "x.png"),
    ("sweep", "--net", "resnet18", "--input", "32:64:32", "-o", "x.svg"),
    ("report", "alexnet", "-o", "x.html"),
]


@pytest.mark.parametrize("arguments", DRAWING, ids=["formula", "sweep", "report"])
def test_no_library_speaks_on_standard_error(process, tmp_path, arguments):
    """Not of a home folder that is none, nor of settings it does not know, nor of what it will change one day."""
    (tmp_path / "home").touch()
    (tmp_path / "matplotlibrc").write_text("no.such.setting: 1\n")
    (tmp_path / "sitecustomize.py").write_text(
        "import builtins, warnings\nreal = builtins.__import__\n"
        "def imported(name, *rest, **more):\n"
        "    if name == 'numpy': warnings.warn('numpy will change', FutureWarning)\n"
        "    return real(name, *rest, **more)\n"
        "builtins.__import__ = imported\n"
    )
    settings = {"HOME": str(tmp_path / "home"), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    ended = process(*arguments, "--quiet", env=settings, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert (tmp_path / arguments[-1]).stat().st_size > 0


@pytest.mark.parametrize("ending", [".svg", ".png", ".pdf"])
@pytest.mark.parametrize("arguments", [SWEEP, ("paths", "resnet20"), ("formula", "alexnet"), ("gradients", "--stored")])
def test_a_picture_is_what_its_ending_says(run, tmp_path, arguments, ending):
    file = tmp_path / f"it{ending}"
    assert run(*arguments, "-o", str(file)) == (0, "", f"wrote {file}\n")
    assert file.read_bytes().lstrip().startswith({".svg": b"<", ".png": b"\x89PNG", ".pdf": b"%PDF-"}[ending])


def test_what_is_written_is_said_once_and_not_to_standard_output(run, tmp_path):
    assert run("resnet18", "-o", str(tmp_path / "a.md"), "--quiet") == (0, "", "")
    assert run("resnet18", "-o", "/dev/null") == (0, "", "")
    assert run("schema", "-o", str(tmp_path / "s.json")).err == f"wrote {tmp_path / 's.json'}\n"


def test_a_backend_that_jupyter_asks_for_breaks_no_picture(process, tmp_path):
    for backend in ("module://matplotlib_inline.backend_inline", "nonsense"):
        ended = process("report", "alexnet", "-o", "x.html", "-q", env={"MPLBACKEND": backend}, cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, b"")
