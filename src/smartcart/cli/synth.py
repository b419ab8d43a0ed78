"""``smartcart synth``: synthetic customers and orders of any size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from smartcart.cli.common import Json, Quiet, Seed, app, print_json
from smartcart.errors import UsageError

__all__ = ["synth_customers", "synth_orders"]

synth_app = typer.Typer(help="Synthetic data of any size, streaming.", no_args_is_help=True)
app.add_typer(synth_app, name="synth")

Output = Annotated[Path, typer.Option("--output", "-o", help="A .csv or .parquet file.")]
Truth = Annotated[
    Path | None, typer.Option("--truth", help="Also write the planted segments here.")
]
Clean = Annotated[bool, typer.Option("--clean", help="Without the dirt of real files.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")]


@synth_app.command(
    "customers", epilog="Example: smartcart synth customers --rows 10000 -o customers.csv"
)
def synth_customers(
    rows: Annotated[int, typer.Option("--rows", min=1, help="Customers to make.")],
    output: Output,
    truth: Truth = None,
    clean: Clean = False,
    overwrite: Overwrite = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make customers with SmartCart's 22 columns and planted segments."""
    from smartcart.datasets import write_customers

    _synth(
        write_customers,
        "customers",
        rows,
        output,
        truth,
        clean=clean,
        overwrite=overwrite,
        seed=seed,
        quiet=quiet,
        as_json=as_json,
    )


@synth_app.command("orders", epilog="Example: smartcart synth orders --rows 100000 -o orders.csv")
def synth_orders(
    rows: Annotated[int, typer.Option("--rows", min=1, help="Order lines to make.")],
    output: Output,
    truth: Truth = None,
    clean: Clean = False,
    overwrite: Overwrite = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make two years of orders, a row per line, by customers with planted behaviours."""
    from smartcart.datasets import write_orders

    _synth(
        write_orders,
        "order lines",
        rows,
        output,
        truth,
        clean=clean,
        overwrite=overwrite,
        seed=seed,
        quiet=quiet,
        as_json=as_json,
    )


def _synth(
    write: Callable[..., None],
    what: str,
    rows: int,
    output: Path,
    truth: Path | None,
    *,
    clean: bool,
    overwrite: bool,
    seed: int | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Write synthetic data to new files and say so."""
    from smartcart.cli import show

    for path in (output, truth):
        if path is not None and path.exists() and not overwrite:
            raise UsageError.of(
                f"{str(path)!r} exists already",
                "a new file",
                "choose another name, or replace it with --overwrite",
            )
    with show.Progress(quiet=quiet) as progress:
        write(
            output,
            rows,
            seed=seed or 0,
            truth=truth,
            dirt=not clean,
            progress=lambda done, total: progress("write", done, total),
        )
    if as_json:
        written = {"rows": rows, "output": str(output), "truth": str(truth) if truth else None}
        print_json(written)
    elif not quiet:
        typer.echo(f"{rows:,} {what} written to {output}")
