"""What torch keeps for the backward pass and what its counter counts, for torchvision's networks.

Development only: needs torch and torchvision. Writes `tests/data/torch_training.json`:

    python tests/witnesses/torch_training.py

`saved` lists the storages that autograd's saved-tensor hooks see in one forward pass in training mode, once each,
parameters and buffers left out, by the tensor's shape and type: "2x64x112x112 float32" → how many. `bytes` is the sum
of those storages. `forward` and `backward` are FlopCounterMode's.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import torch
import torchvision
from torch.utils.flop_counter import FlopCounterMode

BATCH = 2
SAVED = ("resnet18", "resnet50", "vgg16", "densenet121", "mobilenet_v2")
COUNTED = (*SAVED, "alexnet", "googlenet", "resnet34", "resnext50_32x4d", "wide_resnet50_2")
OPTIONS = {"googlenet": {"aux_logits": False, "init_weights": False, "transform_input": False}}


def saved(model: torch.nn.Module, image: torch.Tensor) -> dict[str, object]:
    own = {each.untyped_storage().data_ptr() for each in (*model.parameters(), *model.buffers())}
    kept: dict[int, tuple[str, int]] = {}
    alive = []  # a storage that were freed could come again under the same address

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        alive.append(storage)
        if storage.data_ptr() not in own and storage.data_ptr() not in kept:
            words = f"{'x'.join(map(str, tensor.shape))} {str(tensor.dtype).removeprefix('torch.')}"
            kept[storage.data_ptr()] = (words, storage.nbytes())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        out = model(image)
    assert out.requires_grad
    counts = Counter(words for words, _ in kept.values())
    return {"bytes": sum(size for _, size in kept.values()), "saved": dict(sorted(counts.items()))}


def counted(model: torch.nn.Module, image: torch.Tensor) -> dict[str, int]:
    with FlopCounterMode(display=False) as forward:
        out = model(image)
    with FlopCounterMode(display=False) as backward:
        out.sum().backward()
    return {"forward": forward.get_total_flops(), "backward": backward.get_total_flops()}


def main() -> None:
    torch.manual_seed(0)
    image = torch.randn(BATCH, 3, 224, 224)
    found: dict[str, object] = {
        "torch": torch.__version__, "torchvision": torchvision.__version__, "device": "cpu", "batch": BATCH,
        "input": [3, 224, 224],
    }  # fmt: skip
    models: dict[str, dict[str, object]] = {}
    for name in COUNTED:
        model = getattr(torchvision.models, name)(**OPTIONS.get(name, {})).train()
        models[name] = {**(saved(model, image) if name in SAVED else {}), **counted(model, image)}
        print(name, {key: value for key, value in models[name].items() if key != "saved"}, flush=True)
    found["models"] = models
    target = Path(__file__).parent.parent / "data" / "torch_training.json"
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
