"""``smartcart layouts``: the exports of shop platforms that are known."""

from __future__ import annotations

from typing import Annotated

import typer

from smartcart.cli.common import Json, Quiet, Seed, app, print_json
from smartcart.errors import UsageError, did_you_mean

__all__ = ["layouts"]


@app.command(epilog="Example: smartcart layouts shopify")
def layouts(
    platform: Annotated[
        str, typer.Argument(help="Part of the name of a platform or an export; else all.")
    ] = "",
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """List the exports of shop platforms that are recognised by their columns."""
    from dataclasses import asdict

    from smartcart.layouts import LAYOUTS

    wanted = platform.casefold()
    told = [
        one for one in LAYOUTS if wanted in f"{one.platform} {one.export} {one.name}".casefold()
    ]
    if not told:
        platforms = sorted({one.platform for one in LAYOUTS})
        raise UsageError.of(
            f"no known export is called {platform!r}",
            f"one of {', '.join(platforms)}",
            "leave the name out to see all; an export that is not known is read by its columns' "
            "names and values." + did_you_mean(platform, platforms),
        )
    if as_json:
        print_json({"layouts": [asdict(one) for one in told]})
        return
    if quiet:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("Platform", "Export", "Kind", "Known by its columns"):
        table.add_column(name)
    for one in told:
        kind = "nobody's lines" if one.kind == "nobody" else one.kind
        unsure = "" if one.confirmed else " (unconfirmed)"
        cells = (one.platform, one.export + unsure, kind, ", ".join(one.signature))
        table.add_row(*map(Text, cells))
    Console(highlight=False, soft_wrap=False).print(table)
