"""What paddle.flops prints for paddle.vision's networks: a development-only script.

    python tests/peers/paddle.py -o tests/data/peers.csv

Its AlexNet, GoogLeNet and DenseNet are others than torchvision's, and left out.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
from pathlib import Path

NETWORKS = "vgg11 vgg16_bn resnet18 resnet34 resnet50 resnet152 wide_resnet50_2 resnext50_32x4d"
SIZES = (224, 193)


def measured():
    import paddle
    from paddle.vision import models

    for name in NETWORKS.split():
        network = models.vgg16(batch_norm=True) if name == "vgg16_bn" else getattr(models, name)()
        network.eval()
        for size in SIZES:
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    number = paddle.flops(network, [1, 3, size, size])
            except ValueError as error:
                print(name, size, error)
                continue
            yield name, str(size), "paddle", paddle.__version__, "flops", str(number)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("-o", "--output", type=Path, required=True)
    path = arguments.parse_args().output
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = [tuple(row) for row in csv.reader(file)]
    rows = sorted([*[row for row in rows if row[2] != "paddle"], *measured()])
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


if __name__ == "__main__":
    main()
