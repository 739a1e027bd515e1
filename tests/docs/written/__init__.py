"""The parts of pages that are generated: each from a registry, so that what is added there is told of here.

A page asks for one by `<!-- generated: NAME ARGUMENT -->` … `<!-- end generated -->`; `python -m tests.docs` fills it.
"""

from __future__ import annotations

from collections.abc import Callable

from .api import public_names
from .commands import command, command_table, new_pages
from .conventions import conventions, peers
from .design import design_blocks, design_common, design_layers, design_top
from .rules import rules

__all__ = ["GENERATORS", "new_pages"]
GENERATORS: dict[str, Callable[..., str]] = {
    "command": command,
    "commands": command_table,
    "conventions": conventions,
    "design-blocks": design_blocks,
    "design-common": design_common,
    "design-layers": design_layers,
    "design-top": design_top,
    "peers": peers,
    "public-names": public_names,
    "rules": rules,
}
