"""`degradation`: plain and residual nets of growing depth, trained alike."""

from __future__ import annotations

import sys

import click

from ..analyses.degradation import Settings, Study
from ..measurement import WRITERS
from ._network import Count
from ._output import (
    PICTURES,
    Destination,
    deliver,
    deliver_picture,
    draw_quietly,
    format_for,
)
from ._study import depths_of, net_options, nets_of, result_options

OWN = {"picture": PICTURES}
FULL = Settings(images=1536, width=16, epochs=20, rate=0.05, warm_rate=0.01)
CIFAR = Settings("CIFAR-10", 50_000, 32, 3, 10, 16, 20, 128, 0.1, 0.9, 0.0001, 110, 0.01)


@click.command(short_help="Train plain and residual nets of growing depth.")
@click.option("--quick", is_flag=True, help="The small study (minutes on 2 cores), which is the stored one.")
@net_options("plain,resnet", " plain,resnet")
@click.option("--seeds", type=Count(1, 100), default=3, metavar="N", help="Runs of each net; default 3.")
@click.option("--epochs", type=Count(1, 10_000), metavar="N", help="Epochs, if other than the study's.")
@click.option(
    "--data", "data_path", default="", metavar="FILE", help="CIFAR-10 of your own: .npz with x_train, y_train."
)
@click.option(
    "--runs", "runs_path", default="", metavar="FILE", help="Save finished runs to FILE (JSON) and resume from them."
)
@result_options("Show the runs that come with the package; train nothing.", "train")
def command(
    quick: bool,
    net_names: str,
    depth_texts: str,
    seeds: int,
    epochs: int | None,
    data_path: str,
    runs_path: str,
    stored: bool,
    device_name: str,
    format_name: str | None,
    output: str | None,
) -> None:
    """Plain and residual nets of growing depth, trained alike: whether depth hurts.

    \b
    resnet-analyze degradation --stored
    resnet-analyze degradation --quick --depths 8 --seeds 1 --epochs 1
    resnet-analyze degradation --quick --runs runs.json

    On scikit-learn's digits, or CIFAR-10 that you bring; needs the extra [study], unless --stored.
    """
    from ..report.degradation import degradation_report

    file = None if output == "-" else output
    kind = format_for(format_name, file, OWN)
    if stored:
        from ..report.stored import degradation

        study = degradation()
    else:
        settings = CIFAR if data_path else Settings() if quick else FULL
        settings = settings._replace(epochs=epochs or settings.epochs)
        nets, depths = nets_of(net_names), depths_of(depth_texts)
        study = _trained(settings, nets, depths, seeds, runs_path, data_path, device_name)
    if kind == "picture":
        from ..plots.degradation import draw

        draw_quietly()
        deliver_picture(draw(study), str(file))
        return
    deliver(degradation_report(study), Destination(WRITERS[kind], file))


def _trained(
    settings: Settings,
    nets: tuple[str, ...],
    depths: tuple[int, ...],
    seeds: int,
    runs_path: str,
    data_path: str,
    device_name: str,
) -> Study:
    from ..crosscheck.framework import device, start_quietly
    from ..crosscheck.training import begun, dataset, network, train_all, wanted_runs

    for net in nets:
        for depth in depths:
            network(net, depth, settings)  # a net that is not there is told before anything is trained
    start_quietly()
    dataset(settings, data_path)
    latest = begun(runs_path, settings, device(device_name))
    wanted = wanted_runs(nets, depths, seeds)
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=len(wanted), label="degradation", file=sys.stderr, hidden=hidden) as bar:
        for study in train_all(latest, wanted, runs_path, data_path):
            latest = study
            bar.update(1)
    return latest
