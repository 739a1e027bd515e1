"""A real terminal: its width, colour there and nowhere else."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parents[2])
BOLD = "\x1b[1m"


@pytest.fixture
def in_terminal(environment):
    """Run the program in a pseudo-terminal of a width; what it shows, line ends as \\n."""

    def in_terminal(*arguments, columns=80, env=()):
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        command = [sys.executable, "-m", "resnet_analyzer", *arguments]
        with subprocess.Popen(
            command, stdin=follower, stdout=follower, stderr=follower, env={**environment, "TERM": "xterm", **dict(env)}
        ) as running:
            os.close(follower)
            shown = b"".join(iter(lambda: _read(leader), b""))
            running.wait(60)
        os.close(leader)
        return shown.decode().replace("\r\n", "\n")

    return in_terminal


def _read(leader):
    try:
        return os.read(leader, 65536)
    except OSError:  # how Linux says that the other side has closed
        return b""


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_as_wide_as_the_terminal(in_terminal, run, columns):
    plain = in_terminal("--depth", "50", columns=columns).replace(BOLD, "").replace("\x1b[0m", "")
    assert plain == run("--depth", "50", columns=columns).out
    assert max(map(len, plain.splitlines())) <= columns


def test_the_title_and_the_total_are_bold(in_terminal):
    bold = [line for line in in_terminal("--depth", "50").splitlines() if line.startswith(BOLD)]
    assert [line.removeprefix(BOLD).split()[0] for line in bold] == ["ResNet-50", "total"]


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_it_is_not_wanted(in_terminal, env):
    assert "\x1b" not in in_terminal("--depth", "50", env=env)


def test_an_empty_no_color_says_nothing(in_terminal):
    assert BOLD in in_terminal("--depth", "50", env={"NO_COLOR": ""})


@pytest.mark.parametrize("format_name", ["markdown", "csv", "json", "latex", "html"])
def test_no_colour_in_other_formats(in_terminal, format_name):
    assert "\x1b" not in in_terminal("resnet18", "--format", format_name)


def test_no_colour_in_a_pipe_or_file(process, tmp_path):
    assert b"\x1b" not in process("--depth", "50", env={"TERM": "xterm", "FORCE_COLOR": "1"}).stdout
    process("--depth", "50", "-o", str(tmp_path / "out.txt"), env={"TERM": "xterm"})
    assert b"\x1b" not in (tmp_path / "out.txt").read_bytes()


def test_columns_goes_before_the_terminals_own_width(in_terminal):
    wide = in_terminal("--depth", "50", columns=80, env={"COLUMNS": "120"})
    assert "MFLOPs" in wide


@pytest.mark.parametrize("columns", ["", "0", "-5", "abc", "٨٠", "9" * 30])
def test_columns_that_are_no_width_are_passed_over(in_terminal, columns):
    shown = in_terminal("--depth", "50", columns=100, env={"COLUMNS": columns})
    assert shown == in_terminal("--depth", "50", columns=100)


def test_a_terminal_that_does_not_know_its_width(in_terminal):
    assert in_terminal("--depth", "50", columns=0) == in_terminal("--depth", "50", columns=80)


def test_errors_are_one_plain_line(in_terminal):
    assert in_terminal("--depth", "51").startswith("resnet-analyze: no ImageNet ResNet has 51 layers")
    assert "\x1b" not in in_terminal("--depth", "51")


def test_a_signal_while_modules_are_imported_is_silent(process, tmp_path):
    """Ctrl-C or SIGTERM before the program is there: no traceback, nothing on either stream."""
    for number in (signal.SIGINT, signal.SIGTERM):
        (tmp_path / "click.py").write_text(f"import os, time\nos.kill(os.getpid(), {int(number)})\ntime.sleep(9)\n")
        ended = process("resnet18", env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"})
        assert (ended.returncode, ended.stdout, ended.stderr) == (-number, b"", b"")


def test_a_signal_while_it_works_is_one_line(process, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import builtins, os, signal\nreal = builtins.__import__\n"
        "def imported(name, *rest, **more):\n"
        "    if name == 'report.network': os.kill(os.getpid(), signal.SIGINT)\n"
        "    return real(name, *rest, **more)\n"
        "builtins.__import__ = imported\n"
    )
    ended = process(
        "report", "resnet18", "-o", str(tmp_path / "x.html"), env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    )
    assert (ended.returncode, ended.stderr) == (130, b"resnet-analyze: interrupted\n")
    assert not list(tmp_path.glob("*.part"))


def test_the_package_itself_imports_nothing(environment):
    code = "import sys; before = set(sys.modules); import resnet_analyzer; print(sorted(set(sys.modules) - before))"
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert ended.stdout.decode().strip() == "['__future__', 'resnet_analyzer']"


@pytest.mark.parametrize(
    "arguments",
    [["--depth", "٥٠"], ["resnet٥٠"], ["resnet50", "--input", "٢٢٤"], ["resnet50", "--set", "dropout=٠.٥"],
     ["solve", "resnet50", "--max-macs", "٤G"], ["solve", "resnet50", "--max-macs", "4G", "--for", "n=٣٢:٦٤"],
     ["sweep", "--net", "resnet18", "--input", "٣٢:٦٤"], ["verify", "resnet50", "--max-params", "٢٦M"]],
)  # fmt: skip
def test_digits_are_ascii(complain, arguments):
    complain(*arguments)
