"""``smartcart future``: what comes next of a run's customers and segments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smartcart.cli.common import Json, Quiet, Seed, app, print_json
from smartcart.errors import UsageError

__all__ = ["future"]


@app.command(epilog="Example: smartcart future out/ --horizon 180 --margin 0.4 --discount-rate 0.1")
def future(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that smartcart run wrote.")],
    horizon: Annotated[
        int | None,
        typer.Option("--horizon", metavar="DAYS", help="Days to look ahead, 7 to 730."),
    ] = None,
    margin: Annotated[
        float, typer.Option("--margin", help="Part of the money that is earned, 0 to 1.")
    ] = 1.0,
    discount_rate: Annotated[
        float, typer.Option("--discount-rate", help="By which money is worth less in a year.")
    ] = 0.0,
    source: Annotated[
        str | None,
        typer.Option("--source", help="Where the run's order log is now; for another horizon."),
    ] = None,
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Tell what comes next: who is still a customer, orders, money, and who is late."""
    if horizon is not None and not 7 <= horizon <= 730:
        raise UsageError.of(f"--horizon is {horizon}", "days from 7 to 730", "correct --horizon")
    for name, value in (("--margin", margin), ("--discount-rate", discount_rate)):
        if not 0 <= value <= 1:
            raise UsageError.of(f"{name} is {value}", "a share from 0 to 1", f"correct {name}")
    from smartcart.cli.progress import Progress

    with Progress(quiet=quiet) as progress:
        progress("start", 0, None)
        from smartcart import store
        from smartcart.workflows.future_of_run import future_of_run

        found = future_of_run(
            run,
            horizon=horizon,
            margin=margin,
            discount_rate=discount_rate,
            source=source,
            progress=progress,
        )
    if as_json:
        print_json({"run": str(run), **store.plain(found)})
    elif not quiet:
        from smartcart.report import future as told

        typer.echo("\n".join(told.text_lines(found)))
