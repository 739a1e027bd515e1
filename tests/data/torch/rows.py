"""Every row of a table of public models against ours, live and through a file: development only; makes `rows.csv`.

python -m tests.data.torch.rows FOLDER OUT.csv LIBRARY WAY [WORD …], where FOLDER holds `LIBRARY_exact.csv`
(torchvision, timm, pytorchcv), WAY is `live`, `file` or `both` and a WORD picks models. Each model is traced on its
size and exported; parameters, multiply-accumulates of convolutions and of all else, and every tensor's shape must be
the table's and PyTorch's own. Lines are added to OUT.csv as they are found; a row that stands there is left out.
"""

import csv
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import resnet_analyzer as ra
from resnet_analyzer.importers.torch import read_stream
from tests.data.torch.make import built, stripped

COLUMNS = ("library", "version", "torch", "model", "variant", "height", "way", "found")


def difference(graph, row: dict) -> str:
    """What differs from the row; "" if nothing does."""
    measured = ra.measure(graph)
    conv, other = (
        sum(each.work.multiply_accumulates for each in measured.rows if (each.node.op.kind == "convolution") is is_conv)
        for is_conv in (True, False)
    )
    ours = {"params": measured.totals.params, "conv_macs": conv, "matmul_macs": other}
    found = [f"{name} {value - int(row[name]):+d}" for name, value in ours.items() if value != int(row[name])]
    agreeing, _, declared = graph.about["says"].rpartition(", ")[2].partition(" of ")
    if declared.split()[0] != agreeing or measured.unknown:
        found.append(f"{len(measured.unknown)} unknown, {agreeing} of {declared.split()[0]} shapes")
    return ", ".join(found)


def compared(library: str, row: dict, way: str) -> str:
    """A model of a row, read live or through a file, and what differs."""
    import torch

    try:
        with torch.device("meta"):
            module, height, width, channels = built(library, row)
    except NotImplementedError:  # its constructor reckons with tensors
        module, height, width, channels = built(library, row)
    shape = (1, channels, int(height), int(width))
    if way == "live":
        return difference(ra.from_torch(module, shape), row)
    module = module.to_empty(device="cpu").eval()
    with torch.no_grad(), tempfile.TemporaryFile() as file:
        torch.export.save(torch.export.export(module, (torch.zeros(shape),), strict=False), file)
        file.seek(0)
        return difference(read_stream(stripped(file), "net.pt2"), row)


def main(folder: Path, out: Path, library: str, way: str, words: list[str]) -> None:
    with open(folder / f"{library}_exact.csv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not words or any(word in row["model"] for word in words)]
    if not out.exists():
        out.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    with open(out, encoding="utf-8") as file:
        done = {
            tuple(line[name] for name in COLUMNS if name not in ("torch", "found")) for line in csv.DictReader(file)
        }
    for row in rows:
        for each in ("live", "file") if way == "both" else (way,):
            size = row.get("height") or row["img_size"]
            known = (library, version(library), row["model"], row.get("variant", ""), size, each)
            if known in done:
                continue
            began = time.perf_counter()
            try:
                found = compared(library, row, each) or "exact"
            except Exception as error:  # one that does not construct, or is not exported
                found = f"{type(error).__name__}: {error}".partition("\n")[0][:160]
            with open(out, "a", encoding="utf-8", newline="") as file:
                line = (*known[:2], version("torch"), *known[2:], found)
                csv.writer(file, lineterminator="\n").writerow(line)
            if found != "exact":
                print(f"{row['model']} {size}, {each}: {found} ({time.perf_counter() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:5], sys.argv[5:])
