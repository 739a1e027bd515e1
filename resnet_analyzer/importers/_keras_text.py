"""The description in a Keras file, as data, within bounds that no hostile file escapes: nothing is run.

What is read: `config.json` of a `.keras` archive, the attribute `model_config` of an `.h5` file, or the
text of `to_json()`. The weights' bytes are not touched.
"""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from typing import IO, Any, NamedTuple

from ..errors import UsageError
from ._bounds import MOST_BYTES, require_bounds
from ._hdf5 import SIGNATURE, root_texts

DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, EOFError, RuntimeError, OverflowError, KeyError,
    IndexError, TypeError, AttributeError, MemoryError,
)  # fmt: skip


class Description(NamedTuple):
    """A model's description, and what wrote it."""

    model: Any
    says: str


def describe(source: str, stream: IO[bytes]) -> Description:
    """The description in a file; UsageError, which names `source`, for what is no Keras model.

    `stream` must be seekable.
    """
    start = stream.read(64)
    if zipfile.is_zipfile(stream):
        return _archived(source, stream)
    stream.seek(0)
    if start.startswith(SIGNATURE):
        return _legacy(source, stream)
    if start.lstrip()[:1] == b"{":
        return Description(_parsed(source, stream.read(MOST_BYTES + 1), "JSON"), "Keras")
    raise UsageError(f"{source}: neither a .keras archive nor a readable HDF5 file")


def _archived(source: str, stream: IO[bytes]) -> Description:
    try:
        with zipfile.ZipFile(stream) as archive:
            text, version = _member(source, archive, "config.json"), _version(source, archive)
    except DAMAGED as error:
        raise UsageError(f"{source}: not a readable .keras file: the archive is damaged") from error
    if text is None:
        raise UsageError(f"{source}: no Keras model: the archive has no config.json")
    return Description(_parsed(source, text, ".keras"), f"Keras {version}".rstrip())


def _member(source: str, archive: zipfile.ZipFile, name: str) -> bytes | None:
    """The bytes of a file in an archive, one more than allowed at most; None if there is no such file."""
    if name not in archive.NameToInfo:
        return None
    info = archive.getinfo(name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UsageError(f"{source}: not a readable .keras file: its {name} is packed in a way that Keras does not use")
    if info.file_size > MOST_BYTES:
        raise UsageError(f"{source}: its description has {info.file_size:,} bytes, more than any model's")
    with archive.open(info) as member:
        return member.read(MOST_BYTES + 1)


def _version(source: str, archive: zipfile.ZipFile) -> str:
    """The version of Keras that wrote an archive, if it says so."""
    text = _member(source, archive, "metadata.json") or b""
    found = re.search(rb'"keras_version"\s*:\s*"([\w.+-]{1,40})"', text, re.ASCII)
    return found[1].decode("ascii") if found else ""


def _legacy(source: str, stream: IO[bytes]) -> Description:
    """The description in an `.h5` file."""
    try:
        texts = root_texts(stream, ("model_config", "keras_version"), MOST_BYTES + 1)
    except DAMAGED as error:
        raise UsageError(f"{source}: neither a .keras archive nor a readable HDF5 file") from error
    if "model_config" not in texts:
        raise UsageError(f"{source}: no Keras model: the file holds weights at most, no model_config")
    text = texts["model_config"]
    if text is None:
        raise UsageError(f"{source}: no Keras model: its model_config is no text")
    version = (texts.get("keras_version") or b"").decode("ascii", "replace")
    known = re.fullmatch(r"[\w.+-]{1,40}", version, re.ASCII)
    return Description(_parsed(source, text, ".h5"), f"Keras {version}" if known else "Keras")


def _parsed(source: str, text: bytes, kind: str) -> Any:
    """A description's JSON, its bounds checked before it is parsed."""
    require_bounds(source, text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{source}: not a readable {kind} file: its description is no JSON") from error
