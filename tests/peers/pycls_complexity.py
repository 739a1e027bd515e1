"""What pycls counts of its own residual networks: a development-only script, run where pycls is installed.

    python -m tests.peers.pycls_complexity -o tests/data/peers.csv

It has its own architectures, which are torchvision's where the stride is in the 3×3; nothing is built or run.
"""

from __future__ import annotations

import argparse
from importlib.metadata import version
from pathlib import Path

from .pytorch import replace_rows

NETWORKS = {"resnet50": (50, 1, 64), "resnet152": (152, 1, 64), "resnext50_32x4d": (50, 32, 4)}


def main():
    from pycls.core import net
    from pycls.core.config import cfg
    from pycls.models.resnet import ResNet

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("-o", "--output", type=Path, required=True)
    cfg.TRAIN.DATASET, cfg.MODEL.NUM_CLASSES = "imagenet", 1000
    cfg.RESNET.STRIDE_1X1, cfg.RESNET.TRANS_FUN = False, "bottleneck_transform"
    rows = []
    for name, (cfg.MODEL.DEPTH, cfg.RESNET.NUM_GROUPS, cfg.RESNET.WIDTH_PER_GROUP) in NETWORKS.items():
        for cfg.TRAIN.IM_SIZE in (224, 193):
            figures = net.complexity(ResNet)
            rows += [
                (name, str(cfg.TRAIN.IM_SIZE), "pycls", version("pycls"), figure, str(number))
                for figure, number in figures.items()
            ]
    replace_rows(arguments.parse_args().output, rows)


if __name__ == "__main__":
    main()
