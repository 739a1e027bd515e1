"""Signals as data: their spread, and the measurement that is stored."""

import json

from resnet_analyzer.analyses.signals import LayerSignal, NetSignals, Spread, signals_of, spread_of
from resnet_analyzer.report.stored import signals


def test_geometric_mean_and_sign():
    assert spread_of([1.0, 100.0]) == Spread(1.0, 10.0, 100.0)
    assert spread_of([-1.0, 3.0]) == Spread(-1.0, 1.0, 3.0)  # a cosine may be negative: the plain mean
    assert Spread(1.0, 2.0, 3.0).holds(1.0)
    assert not Spread(1.0, 2.0, 3.0).holds(3.5)


def test_what_was_foreseen_is_counted_figure_by_figure():
    inside = LayerSignal("a", Spread(1, 2, 3), 2.5, Spread(1, 2, 3), 0.5)
    silent = LayerSignal("b", Spread(1, 2, 3), None, Spread(1, 2, 3), 3.0)
    net = NetSignals("plain", 20, False, (inside, silent), Spread(0, 0, 0))
    assert net.foreseen == (2, 3)
    assert net.farthest == 4.0


def test_the_stored_measurement():
    stored = signals()
    kinds = {(net.net, net.depth, net.normalised) for net in stored.nets}
    assert kinds == {
        (net, depth, norm)
        for net in ("plain", "resnet", "preresnet")
        for depth in (20, 56, 110)
        for norm in (True, False)
    }
    assert signals_of(json.loads(json.dumps(stored.to_dict()))) == stored
    by = {(net.net, net.depth, net.normalised): net for net in stored.nets}
    for net in ("plain", "resnet", "preresnet"):  # shallow nets without norm: theory is within the seeds' spread
        right, told = by[net, 20, False].foreseen
        assert right >= 0.9 * told
    assert all(by["preresnet", depth, True].farthest < 1.5 for depth in (20, 56, 110))
    for depth in (20, 56, 110):  # He et al. 2016: the shortcut keeps neighbouring gradients alike, a plain net does not
        assert by["resnet", depth, True].alike.mean > by["plain", depth, True].alike.mean + 0.05
