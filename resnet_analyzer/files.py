"""How files are written: atomically. Devices, pipes and symbolic links are written through.

A file is written under another name beside its place, and moved there when it is whole: a full disk, an
interruption or a signal that ends the process leaves what was there before, and nothing else. A file that is
there keeps its permissions; a device or a pipe cannot be replaced, and gets the bytes as they come.
"""

from __future__ import annotations

import io
import os
import re
import signal
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, TextIO

from .errors import OutputError

STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}
# Signals that end a process, with what Python does about them unless it is told otherwise.
ENDING: dict[int, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
if hasattr(signal, "SIGHUP"):
    ENDING[signal.SIGHUP] = signal.SIG_DFL
_STREAM = re.compile(r"/dev/(stdin|stdout|stderr)|(?:/dev|/proc/self)/fd/(\d{1,9})")


def is_node(path: str) -> bool:
    """Whether a device, a pipe or the like is there: something that is written to and cannot be replaced."""
    return (os.path.exists(path) and not os.path.isdir(path) and not os.path.isfile(path)) or _descriptor(
        path
    ) is not None


@contextmanager
def writing(path: str) -> Iterator[BinaryIO]:
    """A file to write bytes to, in its place at the end; OutputError if it cannot be written."""
    if path and (path.endswith("/") or os.path.isdir(path)):
        raise OutputError(f"cannot write {path}: it names a folder; give the name of a file in it")
    if not path:
        raise OutputError(f"cannot write {path!r}: --output needs the name of a file")
    stage = _Stage()
    with _explained(path), stage.cleared():
        with stage.open(path) as file:
            yield file
        stage.settle()


@contextmanager
def writing_text(path: str) -> Iterator[TextIO]:
    """The same for text, which is written as UTF-8 with lines that end in a line feed."""
    with writing(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
        try:
            yield text
        finally:
            text.detach()  # which flushes


def write_text(path: str, text: str) -> None:
    """Write a text to a file, whole or not at all; OutputError if that fails."""
    with writing(path) as file:
        file.write(text.encode("utf-8"))


def write_files(folder: str, files: Mapping[str, bytes]) -> None:
    """Write files (paths below `folder` to contents), all of them or none; OutputError if that fails.

    They are moved into place when the last one is whole, the last one last: a page comes after its pictures.
    """
    stage = _Stage()
    with _explained(f"to {folder}"), stage.cleared():
        stage.make(folder)
        for name in files:
            _require_replaceable(os.path.join(folder, name), name)
        for name, content in files.items():
            path = os.path.join(folder, name)
            stage.make(os.path.dirname(path))
            with stage.open(path) as file:
                file.write(content)
        stage.settle()


@contextmanager
def _explained(where: str) -> Iterator[None]:
    if "\0" in where:
        raise OutputError(f"cannot write {where}: a name cannot hold a null character")
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write {where}: {error.strerror or error}") from error


def _require_replaceable(path: str, name: str) -> None:
    """An error now for a file that could not be replaced later, when others would be in place."""
    if os.path.isdir(path):
        raise OSError(f"{name} is a folder")
    if os.path.exists(path) and not os.access(path, os.W_OK):
        raise OSError(f"{name} exists and is not writable")


def spreadsheet_cell(text: str) -> str:
    """A text as a cell of CSV that no spreadsheet takes for a formula: one that begins as such gets a quote before it.

    OWASP, CSV Injection: cells that begin with =, +, -, @, a tab or a carriage return.

    >>> spreadsheet_cell("=1+1"), spreadsheet_cell("stage2/block1")
    ("'=1+1", 'stage2/block1')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


class _Stage:
    """Files that are written aside and take their places together; folders made for them."""

    def __init__(self) -> None:
        self.moves: dict[str, str] = {}
        self.made: list[str] = []
        self._handlers: dict[int, Any] = {}
        self._settling, self._late = False, 0

    def make(self, folder: str) -> None:
        """Make a folder and those above it, as far as they are not there."""
        missing = []
        while folder and not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for each in reversed(missing):
            os.mkdir(each)
            self.made.append(each)

    def open(self, path: str) -> Any:
        """A file that takes the place of `path` when all are settled, or the node that is there itself."""
        number = _descriptor(path)
        if number is not None:
            return _Through(os.fdopen(os.dup(number), "wb"))
        if is_node(path):
            return _Through(open(path, "wb"))
        with suppress(FileNotFoundError):
            os.stat(path)  # links that lead in a circle end here
        return self._aside(os.path.realpath(path))

    def _aside(self, target: str) -> Any:
        there = os.path.exists(target)
        if there and not os.access(target, os.W_OK):
            raise OSError("the file exists and is not writable")
        if os.path.isdir(target):
            raise IsADirectoryError(21, "Is a directory")
        temporary = f"{target}.{os.urandom(4).hex()}.part"
        self.moves[temporary] = target
        with open(temporary, "xb"):
            pass
        if there:
            _keep_permissions(target, temporary)
        return open(temporary, "r+b")

    def settle(self) -> None:
        """Move every file into its place; a signal waits until the last one is there."""
        self._settling = True
        for temporary, target in list(self.moves.items()):
            os.replace(temporary, target)
            del self.moves[temporary]
        self.made.clear()
        self._settling = False
        if self._late:
            self._signalled(self._late, None)

    @contextmanager
    def cleared(self) -> Iterator[None]:
        """Whatever is not settled goes, however this ends: by itself, by an error, or by a signal."""
        if threading.current_thread() is threading.main_thread():  # whose affair signals are
            usual = {number: signal.getsignal(number) for number in ENDING}
            self._handlers = {number: each for number, each in usual.items() if each is ENDING[number]}
        for number in self._handlers:
            signal.signal(number, self._signalled)
        try:
            yield
        finally:
            self.clear()
            for number, handler in self._handlers.items():
                signal.signal(number, handler)

    def _signalled(self, number: int, frame: Any) -> None:
        """Clear up, and let the signal do what it would have done."""
        if self._settling:
            self._late = number
            return
        self.clear()
        signal.signal(number, self._handlers[number])
        signal.raise_signal(number)

    def clear(self) -> None:
        """Remove what was written aside, and folders that were made for it and are empty."""
        for temporary in list(self.moves):
            with suppress(OSError):
                os.unlink(temporary)
        for folder in reversed(self.made):
            with suppress(OSError):
                os.rmdir(folder)
        self.moves.clear()
        self.made.clear()


def _keep_permissions(target: str, temporary: str) -> None:
    """Give a new file the permissions of the one whose place it takes, and its owner where the system allows it."""
    old = os.stat(target)
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(temporary, old.st_uid, old.st_gid)
    os.chmod(temporary, stat.S_IMODE(old.st_mode))


def _descriptor(path: str) -> int | None:
    """The number of an open stream that a path such as /dev/stdout or /dev/fd/3 means, else None."""
    found = _STREAM.fullmatch(path)
    if found is None:
        return None
    return STREAMS[found[1]] if found[1] else int(found[2])


class _Through(io.RawIOBase):
    """A device or a pipe: it cannot be wound back, but tells how many bytes it got."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._count = file, 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        count = self._file.write(data)
        self._count += count
        return count

    def tell(self) -> int:
        return self._count

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        try:
            self._file.close()
        finally:
            super().close()
