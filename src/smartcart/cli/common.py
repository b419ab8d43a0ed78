"""What commands share: the application, its options, and how results and files are written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from smartcart.errors import UsageError

__all__ = [
    "AsOf",
    "Config",
    "DropDuplicates",
    "Engine",
    "Expect",
    "Json",
    "K",
    "KMax",
    "Kind",
    "NetReturns",
    "Out",
    "Overwrite",
    "Quiet",
    "RfmBins",
    "Seed",
    "Source",
    "SparkMaster",
    "app",
    "check_engine",
    "one_or_all",
    "print_json",
    "refuse_file",
    "write_whole",
]

app = typer.Typer(
    name="smartcart",
    help="Named, stable, explained customer segments in one command.",
    epilog="Example: smartcart run customers.csv -o out/",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


Source = Annotated[
    list[str],
    typer.Argument(
        help="File, files, folder or glob (CSV, TSV, Parquet, Excel), shop.db::table (DuckDB, "
        "SQLite), or postgresql://host/shop::table (mysql:// and clickhouse://, too)."
    ),
]
Out = Annotated[Path, typer.Option("--output", "-o", help="Folder to write; must not exist.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing run folder.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of everything random. [0]")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Config = Annotated[Path | None, typer.Option("--config", help="YAML file of settings and roles.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Day that ages refer to; else the data's latest."),
]
Kind = Annotated[
    str | None,
    typer.Option("--kind", help="What the table is: customers or orders; else recognised."),
]
DropDuplicates = Annotated[
    bool | None,
    typer.Option("--drop-duplicates", help="Of orders: drop lines equal to an earlier one."),
]
NetReturns = Annotated[
    bool | None,
    typer.Option("--net-returns", help="Of orders: take what was returned off the spend."),
]
Expect = Annotated[
    list[str] | None,
    typer.Option(
        "--expect",
        metavar="NAME=N",
        help="What your dashboard says: orders=N, customers=N or revenue=X; may repeat. Off by "
        "more than 0.5%: exit code 3.",
    ),
]
Explain = Annotated[
    list[str] | None,
    typer.Option("--explain", metavar="ID", help="Customer to explain in the report; may repeat."),
]
RfmBins = Annotated[int | None, typer.Option("--rfm-bins", help="Digits of the RFM scores. [5]")]
Cost = Annotated[float | None, typer.Option("--cost", help="Money per contact.")]
Revenue = Annotated[float | None, typer.Option("--revenue", help="Money per response.")]
Budget = Annotated[float | None, typer.Option("--budget", help="Most money to spend.")]
K = Annotated[
    int | None, typer.Option("--k", help="Number of segments; else the evidence decides.")
]
KMax = Annotated[int | None, typer.Option("--k-max", help="Largest number of segments tried. [10]")]

Engine = Annotated[str, typer.Option("--engine", help="Where it runs: duckdb (here) or spark.")]
SparkMaster = Annotated[
    str | None,
    typer.Option(
        "--spark-master",
        metavar="URL",
        help="Spark's master (local[*], spark://host:7077, yarn, sc://host:15002); "
        "else as Spark is set up.",
    ),
]


def check_engine(engine: str, spark_master: str | None) -> None:
    """Refuse an engine that there is not, and a master of Spark without Spark."""
    from smartcart.settings import check_engine as check

    check(engine, spark_master)


def one_or_all(source: list[str]) -> str | list[str]:
    """Return the one source that was named, or the list of several."""
    return source[0] if len(source) == 1 else source


def print_json(content: object) -> None:
    """Print one object for machines."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1))


def refuse_file(
    path: Path, sources: list[str], *, overwrite: bool, option: str = "--write-config"
) -> None:
    """Refuse to write over a file that is there, or over the source."""
    if path.is_dir() or path.resolve() in [Path(source).resolve() for source in sources]:
        what = "a folder" if path.is_dir() else "the source itself"
        raise UsageError.of(
            f"{option} is {str(path)!r}, {what}", "a new file", "choose another name"
        )
    if os.path.lexists(path) and not overwrite:
        raise UsageError.of(
            f"{str(path)!r} exists already",
            "a new file",
            "choose another name, or replace it with --overwrite",
        )


def write_whole(path: Path, text: str, sources: list[str], *, overwrite: bool) -> None:
    """Write a text file whole or not at all."""
    import tempfile

    part = ""
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            dir=path.parent,
            prefix=f".{path.name}.",
            suffix=".part",
            delete=False,
            encoding="utf-8",
            newline="\n",
        ) as file:
            part = file.name
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(part, 0o666 & ~mask)
        refuse_file(path, sources, overwrite=overwrite)  # somebody may have made it meanwhile
        os.replace(part, path)
        part = ""
    except OSError as error:
        raise UsageError.of(
            f"{str(path)!r} cannot be written ({error.strerror or error})",
            "a file in a folder that may be written",
            "choose another name",
        ) from error
    finally:
        if part:
            Path(part).unlink(missing_ok=True)
