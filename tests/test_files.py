"""Files are written whole or not at all; devices, pipes and links are written through; a signal leaves nothing."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from resnet_analyzer.errors import OutputError
from resnet_analyzer.files import is_node, write_files, write_text, writing, writing_text

ROOT = Path(__file__).resolve().parents[1]


def read_from(fifo, count=1):
    """Read a pipe until it is closed, in a thread; what came."""
    found = []

    def read():
        for _ in range(count):
            found.append(fifo.read_bytes())

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread, found


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    write_text(str(tmp_path / "new"), "ü\n")
    assert (tmp_path / "new").read_bytes() == b"\xc3\xbc\n"
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_permissions_stay(tmp_path, mode):
    path = tmp_path / "file"
    path.touch()
    path.chmod(mode)
    write_text(str(path), "new")
    write_files(str(tmp_path), {"file": b"newer"})
    assert path.read_bytes() == b"newer"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_nobody_reads_a_private_file_while_it_is_written(tmp_path):
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o600)
    with writing(str(path)):
        assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}


def test_a_pipe_is_written_through(fifo):
    thread, found = read_from(fifo)
    write_text(str(fifo), "text")
    thread.join(10)
    assert found == [b"text"]
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_pipe_among_several_files(fifo, tmp_path):
    thread, found = read_from(fifo)
    write_files(str(tmp_path), {"pipe": b"bytes", "a/b": b"other"})
    thread.join(10)
    assert found == [b"bytes"]
    assert (tmp_path / "a" / "b").read_bytes() == b"other"
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_pipe_tells_where_it_stands_as_formats_with_offsets_ask(fifo):
    thread, _ = read_from(fifo)
    with writing(str(fifo)) as file:
        assert file.tell() == 0
        file.write(b"abc")
        assert file.tell() == 3
        assert not file.seekable()
    thread.join(10)


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to("folder/file")  # which is not there yet
    for text in ("one", "two"):
        write_text(str(link), text)
        assert link.is_symlink()
        assert (tmp_path / "folder" / "file").read_text() == text
    write_files(str(tmp_path), {"link": b"three"})
    assert link.is_symlink()
    assert (tmp_path / "folder" / "file").read_text() == "three"
    assert [each.name for each in (tmp_path / "folder").iterdir()] == ["file"]


def test_links_in_a_circle(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OutputError, match=r"cannot write .*: Too many levels"):
        write_text(str(tmp_path / "a"), "text")
    assert (tmp_path / "a").is_symlink()


def test_the_devices_of_the_system(tmp_path):
    assert is_node("/dev/null")
    assert is_node("/dev/stdout")
    assert not is_node(str(tmp_path))
    assert not is_node(str(tmp_path / "absent"))
    before = os.stat("/dev/null")
    write_text("/dev/null", "text")
    with writing_text("/dev/null") as file:
        file.write("text")
    assert os.stat("/dev/null").st_mode == before.st_mode


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_device_that_is_full():
    with pytest.raises(OutputError, match="cannot write /dev/full: No space left"):
        write_text("/dev/full", "text")
    with pytest.raises(OutputError, match="cannot write /dev/full: No space left"), writing_text("/dev/full") as file:
        file.write("text" * 10_000)


def test_an_open_stream_goes_on_where_it_stands(tmp_path):
    path = tmp_path / "log"
    with open(path, "wb") as file:
        file.write(b"before ")
        file.flush()
        write_text(f"/dev/fd/{file.fileno()}", "text")
        file.write(b" after")
    assert path.read_bytes() == b"before text after"


def test_an_error_leaves_what_was_there(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(ZeroDivisionError), writing(str(tmp_path / "file")) as file:
        file.write(b"%d" % (1 // 0))
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("file", "old")]


def test_folders_that_were_made_for_nothing_go(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write to .*: File name too long"):
        write_files(str(tmp_path / "deep"), {"a/b": b"1", "n" * 300: b"2"})
    assert list(tmp_path.iterdir()) == []


def test_a_thread_writes_too(tmp_path):
    thread = threading.Thread(target=write_text, args=(str(tmp_path / "file"), "text"))
    thread.start()
    thread.join(10)
    assert (tmp_path / "file").read_text() == "text"


def ended_by(number, code, *arguments):
    """How a process ended that ran `code`, said "ready", and then got a signal."""
    # a run in the background (a shell's &, nohup) ignores some signals, and its children with it
    fresh = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    fresh += "for one in (signal.SIGTERM, signal.SIGHUP): signal.signal(one, signal.SIG_DFL)\n"
    code = fresh + textwrap.dedent(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as running:
        assert running.stdout.readline() == b"ready\n"
        running.send_signal(number)
        running.communicate(timeout=60)
    return running.returncode


WAITING = """
    import sys, time
    from resnet_analyzer.files import writing
    with writing(sys.argv[1]) as file:
        file.write(b"half")
        print("ready")
        time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_while_a_file_is_written(tmp_path, number):
    (tmp_path / "file").write_text("old")
    assert ended_by(number, WAITING, tmp_path / "file") == -number
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("file", "old")]


MOVING = """
    import os, sys, time
    from resnet_analyzer import files
    real = os.replace
    def slow(*paths):
        real(*paths)
        print("ready", flush=True)
        time.sleep(0.3)
    os.replace = slow
    files.write_files(sys.argv[1], {"a": b"1", "b": b"2"})
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_files_take_their_places_waits(tmp_path, number):
    assert ended_by(number, MOVING, tmp_path / "out") == -number
    assert {each.name: each.read_text() for each in (tmp_path / "out").iterdir()} == {"a": "1", "b": "2"}


def test_handlers_are_left_as_they_were(tmp_path):
    def mine(number, frame):
        raise AssertionError

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    write_text(str(tmp_path / "file"), "text")
    assert {number: signal.getsignal(number) for number in before} == before
    signal.signal(signal.SIGTERM, mine)
    try:
        with writing(str(tmp_path / "file")):
            assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before[signal.SIGTERM])
