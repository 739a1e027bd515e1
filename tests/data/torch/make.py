"""Make the .pt2 files of this folder, and `truth.csv`: development only; needs torch, torchvision, timm, pytorchcv.

python -m tests.data.torch.make FOLDER, where FOLDER holds `torchvision_exact.csv`, `timm_exact.csv` and
`pytorchcv_exact.csv`, counted by none of our code (torch 2.14.1, torchvision 0.29.1, timm 1.0.31, pytorchcv 0.0.74).

The files are what `torch.export.save` writes, less the weights' bytes, the example inputs, the guards and the
lines of source that each node came from. Rows of `small` are counted by hand beside each model.
"""

import csv
import io
import json
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
MODELS = {
    "torchvision": [
        "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "inception_v3", "mnasnet0_5",
        "mobilenet_v2", "mobilenet_v3_small", "regnet_y_400mf", "resnet18", "resnet50", "resnext50_32x4d",
        "shufflenet_v2_x0_5", "squeezenet1_1", "vgg11_bn",
    ],
    "timm": [
        "convnext_atto", "convnextv2_pico", "dla34", "efficientnet_cc_b1_8e", "gcresnet33ts", "ghostnetv2_130",
        "hgnetv2_b1", "mixnet_s", "res2net50_14w_8s", "resnest14d", "resnetblur50", "resnetv2_50x1_bit", "skresnet18",
        "xception",
    ],
    "pytorchcv": ["darknet_tiny", "igcv3_w1", "nasnet_4a1056", "resattnet92", "selecsls42", "shufflenet_g3_w1"],
}  # fmt: skip
COLUMNS = ("library", "model", "height", "width", "params", "conv_macs", "matmul_macs")


def stripped(archive) -> io.BytesIO:
    """The archive (a stream) without weights, examples, guards and traces."""
    out = io.BytesIO()
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(out, "w") as made:
        for name in source.namelist():
            short = name.partition("/")[2]
            if short not in ("models/model.json", "data/weights/model_weights_config.json", "archive_format"):
                continue
            text = source.read(name)
            if short == "models/model.json":
                described = json.loads(text)
                described["guards_code"] = []
                for node in described["graph_module"]["graph"]["nodes"]:
                    kept = node["metadata"].get("nn_module_stack")
                    node["metadata"] = {} if kept is None else {"nn_module_stack": kept}
                    node.pop("name", None)
                text = json.dumps(described, separators=(",", ":")).encode()
            entry = zipfile.ZipInfo(f"model/{short}", (1980, 1, 1, 0, 0, 0))
            made.writestr(entry, text, zipfile.ZIP_DEFLATED, 9)
    out.seek(0)
    return out


def written(name: str, module, example, dynamic=None) -> None:
    import torch

    with torch.no_grad():
        program = torch.export.export(module.eval(), example, dynamic_shapes=dynamic, strict=False)
    out = io.BytesIO()
    torch.export.save(program, out)
    (HERE / f"{name}.pt2").write_bytes(stripped(out).getvalue())


def built(library: str, row: dict) -> tuple:
    """A model, and the shape of its input."""
    if library == "torchvision":
        import torchvision

        aux = {"aux_logits": row["variant"] != "noaux"} if row["variant"] else {}
        return torchvision.models.get_model(row["model"], weights=None, **aux), row["height"], row["width"], 3
    if library == "timm":
        import timm

        return timm.create_model(row["model"]), row["img_size"], row["img_size"], 3
    from pytorchcv.model_provider import get_model

    return get_model(row["model"]), row["height"], row["width"], int(row["in_channels"])


def main(folder: Path) -> None:
    import torch

    rows = []
    for library, models in MODELS.items():
        with open(folder / f"{library}_exact.csv", encoding="utf-8") as file:
            truth = {row["model"]: row for row in reversed(list(csv.DictReader(file)))}
        for model in models:
            row = truth[model]
            module, height, width, channels = built(library, row)
            written(f"{library}-{model}", module, (torch.zeros(1, channels, int(height), int(width)),))
            figures = (row["params"], row["conv_macs"], row["matmul_macs"])
            rows.append((library, model, height, width, *figures))
    with open(HERE / "truth.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    small()


def small() -> None:
    """Models that other tools count wrong, and one whose sizes are open."""
    import torch

    from tests.data.torch.small import SMALL, Sizes

    for name, (make, shape, *_) in SMALL.items():
        written(f"small-{name}", make(), (torch.zeros(shape),))
    auto = torch.export.Dim.AUTO
    written("open", Sizes(), (torch.zeros(2, 3, 64, 48),), ({0: auto, 2: auto, 3: auto},))
    even = 2 * torch.export.Dim("half", min=4)
    written("even", torch.nn.Conv2d(3, 8, 3, 2, 1), (torch.zeros(1, 3, 32, 32),), ({2: even},))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
