"""The options that state a model of memory, shared by the commands that count it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from ._network import Word

Command = Callable[..., None]

SETTING = (
    click.option(
        "--dtype",
        type=Word(["float32", "bfloat16", "float16", "int8"]),
        default="float32",
        metavar="TYPE",
        help="Of activations (and weights, at inference): float32, bfloat16, float16 or int8; default float32.",
    ),
    click.option(
        "--optimizer",
        type=Word(["sgd", "momentum", "adam"]),
        default="momentum",
        metavar="NAME",
        help="sgd, momentum or adam; default momentum.",
    ),
    click.option(
        "--checkpoint",
        type=Word(["none", "sqrt", "stages"]),
        default="none",
        metavar="HOW",
        help="Keep only tensors between segments: sqrt or stages; default: none.",
    ),
)
MODEL = (
    click.option(
        "--mode",
        type=Word(["inference", "training"]),
        default="inference",
        metavar="MODE",
        help="inference or training; default inference.",
    ),
    *SETTING,
    click.option("--in-place", is_flag=True, help="Layers write over their input where they may."),
    click.option("--fuse-bn", is_flag=True, help="Fold batch normalisation into the layer before it (inference)."),
)


def setting_options(command: Command) -> Command:
    """Add the options of training; the command gets them as `setting`."""

    @wraps(command)
    def gathered(*, dtype: str, optimizer: str, checkpoint: str, **given: Any) -> None:
        from ..analyses.training_memory import Setting

        command(setting=Setting(dtype, optimizer, checkpoint), **given)

    for option in reversed(SETTING):
        gathered = option(gathered)
    return gathered


def model_options(command: Command) -> Command:
    """Add the options of a model of memory; the command gets it as `model`."""

    @wraps(command)
    def gathered(
        *, mode: str, dtype: str, optimizer: str, checkpoint: str, in_place: bool, fuse_bn: bool, **given: Any
    ) -> None:
        from ..analyses.memory_model import Model
        from ..analyses.training_memory import Setting

        command(model=Model(mode, Setting(dtype, optimizer, checkpoint, in_place), fuse_bn), **given)

    for option in reversed(MODEL):
        gathered = option(gathered)
    return gathered
