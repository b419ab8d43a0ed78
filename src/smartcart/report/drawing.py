"""All pictures of a run, by functions that load Matplotlib only where they are called.

Another process can be asked for them by one that never loads it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from smartcart.records import Run

__all__ = ["EVERY", "STILL", "draw_others", "draw_still"]

EVERY = (slice(None),)
STILL = "clusters_3d"  # the report holds it, for paper and where scripts are off


def draw_still(run: Run, directory: Path, tell: Callable[[str], None] = lambda _: None) -> None:
    """Draw the picture that the report holds."""
    from smartcart.report import figures

    figures.draw_all(run, directory, [STILL], tell)


def draw_others(
    run: Run,
    directory: Path,
    tell: Callable[[str], None] = lambda _: None,
    shares: Sequence[slice] = EVERY,
) -> None:
    """Draw the other pictures that there are of this run, or shares of them."""
    if not shares:
        return
    from smartcart.report import figures

    others = [name for name in figures.drawable(run) if name != STILL]
    figures.draw_all(run, directory, [n for share in shares for n in others[share]], tell)
