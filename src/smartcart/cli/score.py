"""``smartcart score`` and ``sql``: use a saved model."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from smartcart.cli.common import (
    AsOf,
    Engine,
    Json,
    Quiet,
    Seed,
    Source,
    SparkMaster,
    app,
    check_engine,
    one_or_all,
    print_json,
)
from smartcart.errors import DataError, UsageError

__all__ = ["score", "sql"]

Model = Annotated[Path, typer.Option("--model", help="Run folder that holds model.json.")]


@app.command(epilog="Example: smartcart score new.csv --model out/ -o new.parquet")
def score(
    source: Source,
    model: Model,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write: .parquet or .csv.")
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(
            "--into",
            metavar="TABLE",
            help="Table to bring up to date instead: postgresql://host/shop::segments, "
            "mysql://..., clickhouse://..., or shop.db::segments (DuckDB, SQLite).",
        ),
    ] = None,
    as_of: AsOf = None,
    engine: Engine = "duckdb",
    spark_master: SparkMaster = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace existing files; with --into every row, not only those of customers who "
            "moved.",
        ),
    ] = False,
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Assign customers to the segments of a saved model."""
    check_engine(engine, spark_master)
    if (output is None) == (into is None):
        raise UsageError.of(
            "-o and --into are both given" if into else "neither -o nor --into is given",
            "a file to write, or a table",
            "give one of them",
        )
    from smartcart.cli.progress import Progress

    day = None
    if as_of is not None:
        from smartcart.settings import read_settings

        day = read_settings(None, as_of=as_of, seed=seed).as_of
    with Progress(quiet=quiet) as progress:
        progress("start", 0, None)
        from smartcart import store, workflows

        known = workflows.load(model)
        written = None
        if output is not None:
            found = workflows.score(
                one_or_all(source),
                known,
                output,
                as_of=day,
                overwrite=overwrite,
                progress=progress,
                engine=engine,
                spark_master=spark_master,
            )
        else:
            from smartcart.workflows.score_into import score_into, table_label

            found, written = score_into(
                one_or_all(source),
                known,
                str(into),
                as_of=day,
                whole=overwrite,
                progress=progress,
                engine=engine,
                spark_master=spark_master,
            )
    beside, place = None, str(output)
    if output is None:
        place = table_label(str(into))
    elif found.rejected:
        beside = str(store.rejected_beside(output))
    segments = [
        {"segment_id": i, "segment": name, "size": size, "share": size / found.customers}
        for i, name, size in zip(known.ids, known.names, found.sizes, strict=True)
    ]
    if as_json:
        print_json(
            {
                "source": found.source,
                "model": str(model),
                "customers": found.customers,
                "rejected": found.rejected,
                "as_of": found.as_of.isoformat() if found.as_of else None,
                "as_of_source": found.as_of_source,
                "segments": segments,
                "confidence": found.confidence,
                "filled": dict(found.filled),
                "outside": found.outside,
                "output": place,
                "rejected_file": beside,
                **({} if written is None else {"into": asdict(written)}),
            }
        )
        return
    if quiet:
        return
    typer.echo(f"{found.customers:,} customers assigned, written to {place}")
    if written is not None:
        typer.echo(
            f"{written.added:,} added, {written.moved:,} moved, {written.removed:,} removed; "
            + ("every row was written." if written.rewritten else "the others stayed untouched.")
        )
        if written.forecasts and not written.rewritten:
            typer.echo(f"Of {written.forecasts:,} who did not move the forecast changed.")
        if written.forecasts is None and known.forecast is not None:
            typer.echo(
                "The table was made without forecasts, and keeps its columns: name a new one to "
                "have them."
            )
    width = max(len(name) for name in known.names)
    for one in segments:
        typer.echo(
            f"  {one['segment_id']} {one['segment']:<{width}}  {one['size']:>9,}  "
            f"{one['share']:6.1%}"
        )
    if found.filled:
        labels = {f.name: f.label for f in known.recipe.features}
        told = ", ".join(f"{labels[name]} {count:,}" for name, count in found.filled.items())
        typer.echo(f"Without a value, filled as at the fit: {told}.")
    if found.outside:
        who = "customer lies" if found.outside == 1 else "customers lie"
        typer.echo(
            f"{found.outside:,} {who} far outside what the model was fitted on: "
            "see the column 'outside'."
        )
    if found.as_of is not None:
        typer.echo(f"Days and ages are counted to {found.as_of} ({found.as_of_source}).")
    if beside is not None:
        who = "customer or row" if found.rejected == 1 else "customers or rows"
        typer.echo(f"{found.rejected:,} {who} could not be assigned: see {beside}")
    elif found.rejected:
        typer.echo(f"{found.rejected:,} could not be assigned, and are not in the table.")


@app.command(epilog="Example: smartcart sql --model out/ --dialect bigquery --table shop.customers")
def sql(
    model: Model,
    dialect: Annotated[
        str, typer.Option("--dialect", help="duckdb, postgres, bigquery, snowflake, spark, ...")
    ],
    table: Annotated[
        str | None,
        typer.Option("--table", help="Table that the query reads; else named as the source."),
    ] = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="Write the rulebook that imitates the model instead.")
    ] = False,
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a saved model as one SQL query."""
    from smartcart import store, workflows

    stored = store.find_run(model)
    name = table or (stored.table_name if stored else "customers")
    book = None
    if rules:
        book = store.read_run(model).rulebook
        if book is None:
            raise DataError.of(
                f"the run at {str(model)!r} has no rules",
                "a run with two segments or more",
                "leave out --rules",
            )
    query = workflows.sql(
        workflows.load(model), dialect, name, book, stored.rfm if stored else None
    )
    if as_json:
        print_json({"model": str(model), "dialect": dialect, "table": name, "sql": query})
    else:  # the query is the result, not a message: --quiet does not take it away
        typer.echo(query, nl=False)
