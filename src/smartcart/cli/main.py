"""The command line: parse, call a workflow, show. Nothing heavy is imported before it is needed."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from smartcart.errors import SmartCartError, UsageError

__all__ = ["app", "main"]

app = typer.Typer(
    name="smartcart",
    help="Named, stable, explained customer segments in one command.",
    epilog="Example: smartcart run customers.csv -o out/",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    OWN_FAULT = 1
    USAGE = 2
    DATA = 3


Source = Annotated[
    list[str],
    typer.Argument(
        help="File, files, folder or glob (CSV, TSV, Parquet, Excel), shop.db::table (DuckDB, "
        "SQLite), or postgresql://host/shop::table."
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
RfmBins = Annotated[int | None, typer.Option("--rfm-bins", help="Digits of the RFM scores. [5]")]
K = Annotated[
    int | None, typer.Option("--k", help="Number of segments; else the evidence decides.")
]
KMax = Annotated[int | None, typer.Option("--k-max", help="Largest number of segments tried. [10]")]


@app.command(epilog="Example: smartcart run customers.csv -o out/")
def run(
    source: Source,
    output: Out,
    k: K = None,
    k_max: KMax = None,
    as_of: AsOf = None,
    kind: Kind = None,
    config: Config = None,
    drop_duplicates: DropDuplicates = None,
    net_returns: NetReturns = None,
    rfm_bins: RfmBins = None,
    engine: Annotated[str, typer.Option("--engine", help="Where it runs: duckdb.")] = "duckdb",
    overwrite: Overwrite = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Segment the customers of a table: the main job."""
    if engine != "duckdb":
        raise UsageError.of(
            f"--engine is {engine!r}", "'duckdb', the one engine of this version", "leave it out"
        )
    from smartcart.settings import read_settings

    settings = read_settings(
        config, k=k, k_max=k_max, as_of=as_of, kind=kind, seed=seed, rfm_bins=rfm_bins,
        drop_duplicates=drop_duplicates, net_returns=net_returns,
    )  # fmt: skip
    _segment(_one(source), output, settings, overwrite, quiet=quiet, as_json=as_json)


@app.command(epilog="Example: smartcart check customers.csv")
def check(
    source: Source,
    as_of: AsOf = None,
    kind: Kind = None,
    config: Config = None,
    drop_duplicates: DropDuplicates = None,
    net_returns: NetReturns = None,
    write_config: Annotated[
        Path | None,
        typer.Option("--write-config", help="Write roles and settings here (YAML), to edit."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an existing configuration.")
    ] = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Show what SmartCart sees in a table: roles, ledger, warnings. Fits nothing."""
    from smartcart import store, workflows
    from smartcart.cli import show
    from smartcart.settings import read_settings, settings_text

    settings = read_settings(
        config, as_of=as_of, kind=kind, seed=seed, drop_duplicates=drop_duplicates,
        net_returns=net_returns,
    )  # fmt: skip
    if write_config is not None:
        _refuse_file(write_config, source, overwrite=overwrite)
    with show.Progress(quiet=quiet) as progress:
        progress("read", 0, None)
        seen = workflows.inspect(
            _one(source), kind=settings.kind, as_of=settings.as_of, wanted=settings.columns,
            options=workflows.order_options(settings),
        )  # fmt: skip
    if write_config is not None:
        _write_whole(write_config, settings_text(seen, settings.as_of), source, overwrite=overwrite)
    if as_json:
        _print_json(store.plain(seen))
    elif not quiet:
        show.inspection(seen)
        if write_config is not None:
            typer.echo(f"Edit {write_config} and give it with --config.")


def _refuse_file(path: Path, sources: list[str], *, overwrite: bool) -> None:
    """Refuse to write over a file that is there, or over the source."""
    if path.is_dir() or path.resolve() in [Path(source).resolve() for source in sources]:
        what = "a folder" if path.is_dir() else "the source itself"
        raise UsageError.of(
            f"--write-config is {str(path)!r}, {what}", "a new file", "choose another name"
        )
    if os.path.lexists(path) and not overwrite:
        raise UsageError.of(
            f"{str(path)!r} exists already", "a new file",
            "choose another name, or replace it with --overwrite",
        )  # fmt: skip


def _write_whole(path: Path, text: str, sources: list[str], *, overwrite: bool) -> None:
    """Write a text file whole or not at all."""
    import tempfile

    part = ""
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False,
            encoding="utf-8", newline="\n",
        ) as file:  # fmt: skip
            part = file.name
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(part, 0o666 & ~mask)
        _refuse_file(path, sources, overwrite=overwrite)  # somebody may have made it meanwhile
        os.replace(part, path)
        part = ""
    except OSError as error:
        raise UsageError.of(
            f"{str(path)!r} cannot be written ({error.strerror or error})",
            "a file in a folder that may be written", "choose another name",
        ) from error  # fmt: skip
    finally:
        if part:
            Path(part).unlink(missing_ok=True)


@app.command(epilog="Example: smartcart demo -o demo")
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")] = Path("demo"),
    rows: Annotated[int, typer.Option("--rows", min=100, help="Customers in the shop.")] = 2240,
    overwrite: Overwrite = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make a synthetic shop, segment it, and say which files to open."""
    import tempfile

    from smartcart import store
    from smartcart.datasets import write_customers
    from smartcart.settings import read_settings

    settings = read_settings(None, seed=seed)
    store.refuse_target(output, overwrite=overwrite)
    with tempfile.TemporaryDirectory(prefix="smartcart-") as folder:
        shop = Path(folder) / "shop.csv"
        write_customers(shop, rows, seed=settings.seed)
        _segment(
            str(shop),
            output,
            settings,
            overwrite,
            quiet=quiet,
            as_json=as_json,
            keep={"shop.csv": shop},
        )


synth_app = typer.Typer(help="Synthetic data of any size, streaming.", no_args_is_help=True)
app.add_typer(synth_app, name="synth")


@synth_app.command(
    "customers", epilog="Example: smartcart synth customers --rows 10000 -o customers.csv"
)
def synth_customers(
    rows: Annotated[int, typer.Option("--rows", min=1, help="Customers to make.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A .csv or .parquet file.")],
    truth: Annotated[
        Path | None, typer.Option("--truth", help="Also write the planted segments here.")
    ] = None,
    clean: Annotated[bool, typer.Option("--clean", help="Without the dirt of real files.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make customers with SmartCart's 22 columns and planted segments."""
    from smartcart.datasets import write_customers

    _synth(
        write_customers, "customers", rows, output, truth, clean=clean, overwrite=overwrite,
        seed=seed, quiet=quiet, as_json=as_json,
    )  # fmt: skip


@synth_app.command("orders", epilog="Example: smartcart synth orders --rows 100000 -o orders.csv")
def synth_orders(
    rows: Annotated[int, typer.Option("--rows", min=1, help="Order lines to make.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A .csv or .parquet file.")],
    truth: Annotated[
        Path | None, typer.Option("--truth", help="Also write the planted segments here.")
    ] = None,
    clean: Annotated[bool, typer.Option("--clean", help="Without the dirt of real files.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make two years of orders, a row per line, by customers with planted behaviours."""
    from smartcart.datasets import write_orders

    _synth(
        write_orders, "order lines", rows, output, truth, clean=clean, overwrite=overwrite,
        seed=seed, quiet=quiet, as_json=as_json,
    )  # fmt: skip


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
                f"{str(path)!r} exists already", "a new file",
                "choose another name, or replace it with --overwrite",
            )  # fmt: skip
    with show.Progress(quiet=quiet) as progress:
        write(
            output, rows, seed=seed or 0, truth=truth, dirt=not clean,
            progress=lambda done, total: progress("write", done, total),
        )  # fmt: skip
    if as_json:
        written = {"rows": rows, "output": str(output), "truth": str(truth) if truth else None}
        _print_json(written)
    elif not quiet:
        typer.echo(f"{rows:,} {what} written to {output}")


def _one(source: list[str]) -> Any:
    return source[0] if len(source) == 1 else source


def _segment(
    source: Any,
    output: Path,
    settings: Any,
    overwrite: bool,
    *,
    quiet: bool,
    as_json: bool,
    keep: dict[str, Path] | None = None,
) -> None:
    """Run the main job into a new folder, then show what came out."""
    import shutil

    from smartcart.cli import show
    from smartcart.report.artist import Artist

    with show.Progress(quiet=quiet) as progress, Artist() as artist:
        progress("start", 0, None)
        from smartcart import store, workflows

        sources = source if isinstance(source, list) else [source]
        store.refuse_target(output, overwrite=overwrite)
        store.refuse_source_inside(output, sources)
        with store.new_folder(output, overwrite=overwrite) as folder:
            found = workflows.segment(
                source, folder, k=settings.k, k_max=settings.k_max, kind=settings.kind,
                as_of=settings.as_of, wanted=settings.columns, seed=settings.seed,
                options=workflows.order_options(settings), rfm_bins=settings.rfm_bins,
                progress=progress,
            )  # fmt: skip
            progress("report", 0, None)
            for name, file in (keep or {}).items():
                shutil.copyfile(file, folder / name)
            workflows.finish(found, folder, artist)
    if as_json:
        _print_json(store.run_summary(found) | {"output": str(output)})
    elif not quiet:
        show.result(found, output)


def _print_json(content: Any) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1))


def main() -> None:
    """Run the command line; every error becomes one sentence and an exit code."""
    import signal

    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stop)  # so that what was begun is cleaned up
    as_json = "--json" in sys.argv[1:]
    sys.exit(_guarded(app, as_json))


def _guarded(command: Callable[..., Any], as_json: bool) -> int:
    try:
        code = command(standalone_mode=True)
    except SmartCartError as error:
        return _fail(str(error), error.exit_code, as_json)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.USAGE
    except KeyboardInterrupt:
        return _fail("Stopped; nothing was written.", 130, as_json)
    except OSError as error:
        if error.errno not in {errno.EPIPE, errno.ENOSPC, errno.EIO}:
            return _own_fault(error, as_json)
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python flushes once more at its end
        return _fail(f"The result could not be printed ({error.strerror}).", Exit.OWN_FAULT, False)
    except MemoryError:
        return _fail(
            "The machine's memory does not suffice; close other programs or use fewer columns.",
            Exit.DATA, as_json,
        )  # fmt: skip
    except Exception as error:
        return _own_fault(error, as_json)
    return code if isinstance(code, int) else Exit.DONE


def _own_fault(error: Exception, as_json: bool) -> int:
    """Keep the details in a file, and say so in one sentence."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="smartcart-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    return _fail(
        f"This is a fault of SmartCart's own ({type(error).__name__}); please report it with the "
        f"details in {file.name}",
        Exit.OWN_FAULT, as_json,
    )  # fmt: skip


def _fail(sentence: str, code: int, as_json: bool) -> int:
    with contextlib.suppress(OSError):  # nobody may be listening
        if as_json:
            _print_json({"error": sentence, "exit_code": int(code)})
    with contextlib.suppress(OSError):
        typer.echo(f"smartcart: {sentence}", err=True)
    return int(code)
