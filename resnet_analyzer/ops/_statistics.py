"""What layer and group normalisation share: mean and variance of each image's own groups of numbers."""

from __future__ import annotations

from ..dim import Dim
from .work import Work


def statistics_work(elements: Dim, groups: Dim, scale: bool, center: bool) -> Work:
    """The work of normalising `elements` numbers in `groups` groups by their own mean and variance.

    Of a group of m: mean m − 1 additions and a division; differences m; their squares m multiplies and
    m − 1 additions and a division; ε an addition, a square root and a division (1/√); then m multiplies
    by that, m by γ, m additions of β.

    >>> statistics_work(10, 1, True, True).adds   # 9 + 10 + 9 + 1 + 10
    39
    """
    return Work(
        adds=(4 if center else 3) * elements - groups,
        multiplies=(3 if scale else 2) * elements,
        divisions=3 * groups,
        square_roots=groups,
    )
