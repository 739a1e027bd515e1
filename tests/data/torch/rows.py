"""Every row of a table of public models against ours, live and through a file: development only.

python -m tests.data.torch.rows FOLDER LIBRARY [WORD …], where FOLDER holds `LIBRARY_exact.csv` (torchvision, timm,
pytorchcv) and a WORD picks models. Each model is traced on its size and exported; parameters, multiply-accumulates
of convolutions and of all else, and every tensor's shape must be the table's and PyTorch's own.
"""

import csv
import io
import sys
from pathlib import Path

import resnet_analyzer as ra
from resnet_analyzer.importers.torch import read_stream
from tests.data.torch.make import built, stripped


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


def both_ways(library: str, row: dict) -> dict[str, str]:
    """A model of a row read live and through a file, and what differs."""
    import torch

    with torch.device("meta"):
        module, height, width, channels = built(library, row)
    shape = (1, channels, int(height), int(width))
    live = difference(ra.from_torch(module, shape), row)
    module = module.to_empty(device="cpu").eval()
    out = io.BytesIO()
    with torch.no_grad():
        torch.export.save(torch.export.export(module, (torch.zeros(shape),), strict=False), out)
    file = difference(read_stream(io.BytesIO(stripped(out.getvalue())), "net.pt2"), row)
    return {"live": live, "file": file}


def main(folder: Path, library: str, words: list[str]) -> None:
    with open(folder / f"{library}_exact.csv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not words or any(word in row["model"] for word in words)]
    exact = {"live": 0, "file": 0}
    for row in rows:
        try:
            found = both_ways(library, row)
        except Exception as error:  # one that does not construct, or is not exported
            found = dict.fromkeys(exact, f"{type(error).__name__}: {error}".partition("\n")[0][:120])
        for way, told in found.items():
            exact[way] += not told
            if told:
                print(f"{row['model']}, {way}: {told}", flush=True)
    print(f"{library}: {len(rows)} rows, exact: {exact}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
