"""``smartcart dbt``: a saved model as a dbt package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smartcart.cli.common import Json, Quiet, Seed, app, print_json

__all__ = ["dbt"]


@app.command(epilog="Example: smartcart dbt --model out/ -o segments/ --table shop.customers")
def dbt(
    model: Annotated[Path, typer.Option("--model", help="Run folder that holds model.json.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write; must not exist.")
    ],
    table: Annotated[
        str | None,
        typer.Option("--table", help="Table that the model reads; else named as the source."),
    ] = None,
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a saved model as a dbt package: query, source, tests and documentation."""
    from smartcart import store, workflows
    from smartcart.workflows.dbt_package import write_dbt

    stored = store.find_run(model)
    name = table or (stored.table_name if stored else "customers")
    engines = write_dbt(workflows.load(model), name, output, stored.rfm if stored else None)
    if as_json:
        print_json(
            {"model": str(model), "output": str(output), "table": name, "engines": list(engines)}
        )
    elif not quiet:
        typer.echo(f"dbt package for {', '.join(engines)} written to {output}")
        typer.echo(f"It reads the table {name!r}; run 'dbt build' there.")
