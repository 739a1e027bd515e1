"""Mutated design files: no traceback, no hang. From the root: python -m tests.designs.fuzz 100000

Every file is verified with repairs, its report is written as the table and as JSON, and one in 40 is
compared with all registered networks. A file is a failure if anything but AnalyzerError is raised, if it
takes longer than LIMIT seconds of processor time, or if a report holds what would steer a terminal.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import re
import sys
import time
from collections import Counter
from typing import NamedTuple

from resnet_analyzer.analyses.verify import verify_text
from resnet_analyzer.architectures.base import find
from resnet_analyzer.design import SyntaxProblem, decoded, write_design
from resnet_analyzer.errors import AnalyzerError
from resnet_analyzer.measurement import WRITERS
from resnet_analyzer.report.verify import verify_report

from .corpus import corpus

LIMIT = 2.0
CHUNK = 200
LIKE = ("resnet18", "resnet20", "densenet_bc40_k12", "googlenet", "vgg11", "preresnet110", "alexnet", "seresnet18")
NASTY = (
    "-1", "0", "1e9", "999999999999999999", "99999999999999999999999", "0.5", ".nan", ".inf", "~", "true", "[]", "{}",
    "[1, 2, 3]", "{a: b}", "*a", "&a", "!!int 3", "'", '"', "\t", "\x00", "\x1b[31m", "é", "層", "<script>", "a|b", "|",
    ">", "- ", "? ", ": ", "#", "%", "@", "`", "---\n", "...\n", "{width}", "{width}*2", "2*width", "1/0", "((((", "<<",
    "previous", "start", "same", "relu", "conv2d", "stage", "group", "repeat: 1000000000", "blocks: 1000000000",
    "inputs: [add, add]", "name: x", "input: 1", "input: 100000000", "\r\n", "\ufeff", "padding: same",
)  # fmt: skip


class Result(NamedTuple):
    """How one file ended: its exit status (3: a failure), the seconds, and what went wrong."""

    status: int
    seconds: float
    failure: str = ""


def seeds() -> list[bytes]:
    """The files that are mutated: the broken corpus, and what `init` writes."""
    texts = [broken.text for broken in corpus()]
    texts += [write_design(find(name).graph(), find(name)) for name in LIKE]
    texts.append(json.dumps({"input": [8, 8, 3], "layers": [{"conv2d": {"filters": 4}}, "relu"]}))
    return [text.encode() for text in texts]


def mutated(rng: random.Random, files: list[bytes]) -> bytes:
    """A file with a few mutations, of bytes, words, lines or whole files."""
    data = bytearray(rng.choice(files))
    kinds = MUTATE if rng.random() < 0.4 else GENTLE
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        rng.choice(kinds)(rng, data, files)
    return bytes(data[:40_000])


def _flip(rng: random.Random, data: bytearray, files: list[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.randrange(256)


def _cut(rng: random.Random, data: bytearray, files: list[bytes]) -> None:
    start = rng.randrange(len(data) + 1)
    del data[start : start + rng.choice((1, 2, 10, 100))]


def _nasty(rng: random.Random, data: bytearray, files: list[bytes]) -> None:
    start = rng.randrange(len(data) + 1)
    data[start : start + rng.choice((0, 0, 1, 5))] = rng.choice(NASTY).encode()


def _value(rng: random.Random, data: bytearray, files: list[bytes]) -> None:
    """Another value behind a colon."""
    places = [index for index, byte in enumerate(data) if byte == ord(":")]
    if places:
        start = rng.choice(places) + 1
        end = start
        while end < len(data) and data[end] not in b",}\n":
            end += 1
        data[start:end] = b" " + rng.choice(NASTY).encode()


def _double(rng: random.Random, data: bytearray, files: list[bytes]) -> None:
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.choice((1, 20, 200))]
    data[start:start] = piece * rng.choice((1, 2, 50))


def _lines(rng: random.Random, data: bytearray, files: list[bytes]) -> None:
    lines = bytes(data).split(b"\n")
    one, two = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[two] = lines[two], b" " * rng.randrange(4) + lines[one]
    data[:] = b"\n".join(lines)


def _splice(rng: random.Random, data: bytearray, files: list[bytes]) -> None:
    other = rng.choice(files)
    start = rng.randrange(len(data) + 1)
    data[start:] = other[rng.randrange(len(other) + 1) :]


def _number(rng: random.Random, data: bytearray, files: list[bytes]) -> None:
    """Another number, or another word of the file, in the place of one: most such files can still be read."""
    pattern = rng.choice((rb"\d+", rb"(?<=: )\w+", rb"(?<=- )\w+"))
    places = list(re.finditer(pattern, bytes(data)))
    if places:
        old, new = rng.choice(places), rng.choice(places).group()
        data[old.start() : old.end()] = rng.choice((b"%d" % rng.choice((0, 1, 2, 3, 5, 7, 16, 33, 1000)), new))


GENTLE = (_number, _number, _number, _value, _lines)
MUTATE = (_flip, _cut, _nasty, _nasty, _value, _value, _value, _double, _lines, _splice)


def tried(data: bytes, identity: bool) -> Result:
    """Verify one file and write its report."""
    began = time.process_time()
    try:
        status = _verified(data, identity)
    except AnalyzerError as error:
        status = error.exit_status
    except Exception as error:  # exactly what is looked for
        return Result(3, time.process_time() - began, f"{type(error).__name__}: {error}")
    seconds = time.process_time() - began
    return Result(3, seconds, "too slow") if seconds > LIMIT else Result(status, seconds)


def _verified(data: bytes, identity: bool) -> int:
    try:
        text: str | SyntaxProblem = decoded("mine.yaml", data)
    except SyntaxProblem as problem:
        text = problem
    verified = verify_text("mine.yaml", text, identity=identity)
    report = verify_report(verified)
    table = WRITERS["table"].render(report, 80, False)
    if not table.replace("\n", "").isprintable():
        raise AssertionError(f"steers the terminal: {table!r}")
    json.loads(WRITERS["json"].render(report, 80, False))
    WRITERS["github"].render(report, 80, False)
    return verified.exit_status


def chunk(number: int) -> list[tuple[Result, bytes]]:
    """The results of CHUNK files, and the files that failed."""
    rng, files = random.Random(number), seeds()
    found = []
    for index in range(CHUNK):
        data = mutated(rng, files)
        result = tried(data, identity=index % 40 == 0)
        found.append((result, data if result.failure else b""))
    return found


def main(count: int) -> int:
    """Run `count` files on all processors; print the figures, and every failure; 1 if there is one."""
    began = time.perf_counter()
    statuses: Counter[int] = Counter()
    slowest, failures = 0.0, []
    with multiprocessing.Pool() as pool:
        for results in pool.imap_unordered(chunk, range(-(-count // CHUNK))):
            for result, data in results:
                statuses[result.status] += 1
                slowest = max(slowest, result.seconds)
                if result.failure:
                    failures.append((result.failure, data))
                    print(f"FAILURE {result.failure}\n{data!r}\n", flush=True)
    print(
        f"{sum(statuses.values()):,} mutated files: {statuses[0]:,} valid, {statuses[1]:,} with a broken rule, "
        f"{statuses[2]:,} that say nothing, {len(failures)} failures; slowest {slowest:.2f} s of processor time; "
        f"{time.perf_counter() - began:.0f} s in all"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
