"""Make tests/data/torch/peers/*.pt2: torchvision's networks that are not registered, as exported programs.

    python -m tests.peers.programs

Development only, where torch and torchvision are installed. The files hold no weights. The Vision Transformer takes
one size alone, and is built for each.
"""

from __future__ import annotations

import io
from pathlib import Path

from tests.data.torch.make import stripped

FOLDER = Path(__file__).parents[1] / "data/torch/peers"
PROGRAMS = {
    "convnext_tiny": (193,),
    "efficientnet_b0": (193,),
    "mobilenet_v2": (193,),
    "shufflenet_v2_x1_0": (224, 193),
    "swin_t": (224, 193),
    "vit_b_16": (224, 208),
}


def main() -> None:
    import torch

    from tests.peers.pytorch import built

    for network, sizes in PROGRAMS.items():
        for size in sizes:
            with torch.no_grad():
                program = torch.export.export(built(network, size), (torch.zeros(1, 3, size, size),), strict=False)
            out = io.BytesIO()
            torch.export.save(program, out)
            (FOLDER / f"{network}-{size}.pt2").write_bytes(stripped(out).getvalue())


if __name__ == "__main__":
    main()
