"""What PyTorch's counters print for torchvision's networks: a development-only script, run where they are installed.

    python tests/peers/pytorch.py --tools fvcore,torchinfo --networks resnet50:224,193 -o tests/data/peers.csv

Rows of the file that are measured again are replaced, all others stay. One tool per process where two
share a package name (thop and ultralytics-thop). A tool that fails has its error's class as its figure.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import warnings
from importlib.metadata import version
from pathlib import Path

FIELDS = ("network", "input", "tool", "version", "figure", "number")


def built(name, size):
    from torchvision import models

    options = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
    if name.startswith("vit"):
        options["image_size"] = size
    return getattr(models, name)(weights=None, **options).eval()


def flop_counter(model, image):
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        model(image)
    return {"flops": counter.get_total_flops()}


def fvcore(model, image):
    from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis

    flops = FlopCountAnalysis(model, image).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    activations = ActivationCountAnalysis(model, image).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return {"flops": flops.total(), "activations": activations.total()}


def torchinfo(model, image):
    from torchinfo import summary

    found = summary(model, input_data=image, verbose=0, mode="eval")
    return {"mult-adds": found.total_mult_adds, "params": found.total_params}


def ptflops(model, image):
    from ptflops import get_model_complexity_info

    figures = {}
    for backend in ("pytorch", "aten"):
        with contextlib.redirect_stdout(io.StringIO()):
            macs, params = get_model_complexity_info(
                model, tuple(image.shape[1:]), as_strings=False, print_per_layer_stat=False, backend=backend
            )
        figures |= {f"macs ({backend})": macs, "params": params}
    return figures


def thop(model, image):
    from thop import profile

    macs, params = profile(model, inputs=(image,), verbose=False)
    return {"macs": macs, "params": params}


def calflops(model, image):
    from calflops import calculate_flops

    flops, macs, params = calculate_flops(
        model, input_shape=tuple(image.shape), output_as_string=False, print_results=False, print_detailed=False
    )
    return {"flops": flops, "macs": macs, "params": params}


def deepspeed(model, image):
    from deepspeed.profiling.flops_profiler import get_model_profile

    flops, macs, params = get_model_profile(
        model, args=[image], print_profile=False, detailed=False, as_string=False, warm_up=0
    )
    return {"flops": flops, "macs": macs, "params": params}


def torchprofile(model, image):
    from torchprofile import profile_macs

    return {"macs": profile_macs(model, image)}


def onnx_tool(model, image):
    import tempfile

    import onnx_tool as tool
    import torch

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.onnx")
        torch.onnx.export(model, (image,), path, dynamo=False)
        found = tool.Model(path, {"verbose": False})
        found.graph.shape_infer()
        found.graph.profile()
    return {"macs": sum(found.graph.macs), "params": found.graph.params}


def torchstat(model, image):
    import torch
    from torchstat.compute_flops import compute_flops
    from torchstat.compute_madd import compute_madd

    figures = {"flops": 0, "madd": 0}

    def count(module, inputs, output):
        with contextlib.redirect_stdout(io.StringIO()):
            figures["flops"] += int(compute_flops(module, inputs[0], output))
            figures["madd"] += int(compute_madd(module, inputs[0], output))

    handles = [each.register_forward_hook(count) for each in model.modules() if not list(each.children())]
    with torch.no_grad():
        model(image)
    for handle in handles:
        handle.remove()
    return figures


TOOLS = {
    "torch": (flop_counter, "torch"),
    "fvcore": (fvcore, "fvcore"),
    "torchinfo": (torchinfo, "torchinfo"),
    "ptflops": (ptflops, "ptflops"),
    "thop": (thop, "thop"),
    "ultralytics-thop": (thop, "ultralytics-thop"),
    "calflops": (calflops, "calflops"),
    "deepspeed": (deepspeed, "deepspeed"),
    "torchprofile": (torchprofile, "torchprofile"),
    "onnx-tool": (onnx_tool, "onnx-tool"),
    "torchstat": (torchstat, "torchstat"),
}


def measured(network, sizes, tools):
    import torch

    for tool in tools:
        count, package = TOOLS[tool]
        for size in sizes:
            model = built(network, size)
            try:
                with torch.no_grad(), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    figures = count(model, torch.zeros(1, 3, size, size))
            except Exception as error:
                print(network, size, tool, repr(error)[:300])
                figures = {"fails": type(error).__name__}
            for figure, number in figures.items():
                text = str(number) if isinstance(number, str) else f"{number:.0f}"
                yield network, str(size), tool, version(package), figure, text


def stored(path):
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [tuple(row[field] for field in FIELDS) for row in csv.DictReader(file)]


def replace_rows(path, rows):
    """The file with these rows in place of those of the same network, size and tool."""
    done = {row[:3] for row in rows}
    kept = [row for row in stored(path) if row[:3] not in done]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([FIELDS, *sorted(kept + rows)])


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tools", default=",".join(TOOLS))
    arguments.add_argument("--networks", nargs="+", required=True)
    arguments.add_argument("-o", "--output", type=Path, required=True)
    given = arguments.parse_args()
    for each in given.networks:
        network, _, sizes = each.partition(":")
        rows = list(measured(network, [int(size) for size in sizes.split(",")], given.tools.split(",")))
        replace_rows(given.output, rows)
        print(network, sizes, len(rows), "figures", flush=True)


if __name__ == "__main__":
    main()
