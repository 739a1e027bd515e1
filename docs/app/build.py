"""Build the page that runs this package in the browser, and serve it.

    python docs/app/build.py FOLDER         build it there
    python docs/app/build.py --serve        build it in build/app, and serve it on this machine

Python for the browser comes from npm by `package-lock.json`, PyYAML and tabulate from PyPI by `requirements.txt`, with
their check sums; both are kept in build/ and fetched once. The package itself is that of this repository.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
KEPT = ROOT / "build" / "fetched"
PAGE = ("index.html", "app.css", "begin.js", "app.js", "view.js", "editor.js", "words.js", "worker.js", "favicon.svg")
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip")
WHEELS = ("--platform", "manylinux2014_x86_64", "--python-version", "3.12", "--implementation", "cp")
THEN = (1980, 1, 1, 0, 0, 0)  # every member's time: the same files make the same archive


def build(folder: Path) -> None:
    """Write the whole page into a folder; CalledProcessError or OSError where something cannot be fetched."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PAGE:
        shutil.copyfile(HERE / name, folder / name)
    runtime = kept("runtime", HERE / "package-lock.json", _fetch_runtime)
    (folder / "runtime").mkdir(exist_ok=True)
    for name in RUNTIME:
        shutil.copyfile(runtime / name, folder / "runtime" / name)
    needs = kept("needs", HERE / "requirements.txt", _fetch_needs)
    _write_engine(folder / "engine.zip", needs)
    snapshot = kept("snapshot", folder / "engine.zip", partial(_take_snapshot, runtime, folder / "engine.zip"))
    shutil.copyfile(snapshot / "snapshot.bin", folder / "snapshot.bin")
    _write_worker(folder)


def has_npm() -> bool:
    """Whether npm and Node.js, which the build needs beside Python, are here."""
    return shutil.which("npm") is not None and shutil.which("node") is not None


def kept(name: str, lock: Path, fetch: Callable[[Path], None]) -> Path:
    """A folder that was made once for what a file holds; two builds at a time do not meet."""
    own = (HERE / "snapshot.mjs").read_bytes() + (HERE / "package-lock.json").read_bytes()
    folder = KEPT / f"{name}-{sha256(lock.read_bytes() + own).hexdigest()[:16]}"
    if not folder.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as work:
            fetched = Path(work) / name
            fetched.mkdir()
            fetch(fetched)
            try:
                os.rename(fetched, folder)
            except OSError:
                if not folder.exists():  # else another build was faster
                    raise
    return folder


def _fetch_runtime(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as work:
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / name, Path(work) / name)
        npm = shutil.which("npm") or "npm"
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=work, check=True, stdout=sys.stderr)
        for name in RUNTIME:
            shutil.copyfile(Path(work) / "node_modules" / "pyodide" / name, folder / name)


def _take_snapshot(runtime: Path, engine: Path, folder: Path) -> None:
    """Python's memory with the package imported, which Node.js takes."""
    node = shutil.which("node") or "node"
    command = [node, str(HERE / "snapshot.mjs"), str(runtime), str(engine), str(folder / "snapshot.bin")]
    subprocess.run(command, check=True, stdout=sys.stderr)


def _fetch_needs(folder: Path) -> None:
    """The wheels, whose Python is the same for every platform."""
    listed = str(HERE / "requirements.txt")
    choice = ["--no-deps", "--only-binary=:all:", "--require-hashes", *WHEELS, "-d", str(folder), "-r", listed]
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *choice], check=True, stdout=sys.stderr)


def _write_engine(file: Path, needs: Path) -> None:
    """Our package and what it needs, as one archive."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted([*_package(), *_modules(needs)]):
            archive.writestr(zipfile.ZipInfo(name, THEN), content, zipfile.ZIP_DEFLATED, 9)


def _package() -> Iterator[tuple[str, bytes]]:
    package = ROOT / "resnet_analyzer"
    for path in package.rglob("*"):
        if path.is_file() and path.suffix not in (".pyc", ".po") and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), path.read_bytes()


def _modules(needs: Path) -> Iterator[tuple[str, bytes]]:
    """The Python files in wheels, without what is compiled for one machine."""
    for wheel in needs.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.endswith(".py") and not name.startswith("_yaml"):
                    yield name, archive.read(name)


def _write_worker(folder: Path) -> None:
    """The service worker, which names the files that it keeps and, by what is in them, this build."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = [name for name in files if name != "sw.js"]
    seen = sha256()
    for name in files:
        seen.update(name.encode() + b"\0" + sha256((folder / name).read_bytes()).digest())
    text = (HERE / "sw.js").read_text(encoding="utf-8").replace("@VERSION@", seen.hexdigest()[:16])
    listed = ", ".join(f'"{name}"' for name in ["./", *files])
    (folder / "sw.js").write_text(text.replace('"@FILES@"', listed), encoding="utf-8")


class Handler(SimpleHTTPRequestHandler):
    """Files with the types that browsers ask for, whatever this machine's table says."""

    extensions_map = {  # noqa: RUF012 (as the class above has it)
        "": "application/octet-stream", ".html": "text/html", ".css": "text/css", ".js": "text/javascript",
        ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm", ".svg": "image/svg+xml",
        ".zip": "application/zip",
    }  # fmt: skip

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of every file."""


def server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of a folder, for this machine alone; the caller runs it."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(folder)))


def main() -> None:
    """Build, and serve if asked to."""
    parser = argparse.ArgumentParser(description="Build the page that runs this package in the browser.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "app", help="where to; build/app")
    parser.add_argument("--serve", action="store_true", help="then serve it on this machine")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    if not has_npm():
        sys.exit("build.py: npm is not installed: it fetches Python for the browser (Debian: apt-get install npm)")
    build(given.folder)
    if not given.serve:
        return
    with server(given.folder, given.port) as served:
        print(f"http://127.0.0.1:{given.port}/  (Ctrl-C ends it)", flush=True)
        try:
            served.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
