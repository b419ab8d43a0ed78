"""``smartcart run``, ``check`` and ``demo``: the main job and the look before it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smartcart.cli.common import (
    AsOf,
    Budget,
    Config,
    Cost,
    DropDuplicates,
    Engine,
    Expect,
    Explain,
    Json,
    K,
    Kind,
    KMax,
    NetReturns,
    Out,
    Overwrite,
    Quiet,
    Revenue,
    RfmBins,
    Seed,
    Source,
    SparkMaster,
    app,
    check_engine,
    one_or_all,
    print_json,
    refuse_file,
    write_whole,
)
from smartcart.errors import DataError, UsageError
from smartcart.records import RunFile

if TYPE_CHECKING:
    from smartcart.settings import Settings


__all__ = ["check", "demo", "run"]

THERE = (
    "smartcart.core.evidence",
    "sklearn.cluster",
    "sklearn.tree",
    "smartcart.report.figures",
    "mpl_toolkits.mplot3d",
)
NOT_THERE = ("pandas",)  # which scikit-learn would load to know its tables; it is given arrays


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
    expect: Expect = None,
    rfm_bins: RfmBins = None,
    cost: Cost = None,
    revenue: Revenue = None,
    budget: Budget = None,
    explain: Explain = None,
    engine: Engine = "duckdb",
    spark_master: SparkMaster = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous", metavar="RUN", help="Earlier run whose segments live on: K, ids, names."
        ),
    ] = None,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="With --previous: choose K anew; keep ids where they hold."),
    ] = False,
    overwrite: Overwrite = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Segment the customers of a table: the main job."""
    if fresh and previous is None:
        raise UsageError.of(
            "--fresh is given without --previous",
            "an earlier run to continue",
            "add --previous RUN, or leave --fresh out",
        )
    check_engine(engine, spark_master)
    from smartcart.settings import read_settings

    settings = read_settings(
        config,
        k=k,
        k_max=k_max,
        as_of=as_of,
        kind=kind,
        seed=seed,
        rfm_bins=rfm_bins,
        drop_duplicates=drop_duplicates,
        net_returns=net_returns,
        cost=cost,
        revenue=revenue,
        budget=budget,
        expect=expect or None,
    )
    _segment(
        one_or_all(source),
        output,
        settings,
        overwrite,
        quiet=quiet,
        as_json=as_json,
        engine=engine,
        spark_master=spark_master,
        previous=previous,
        fresh=fresh,
        explain=explain or (),
    )


@app.command(epilog="Example: smartcart check customers.csv")
def check(
    source: Source,
    as_of: AsOf = None,
    kind: Kind = None,
    config: Config = None,
    drop_duplicates: DropDuplicates = None,
    net_returns: NetReturns = None,
    expect: Expect = None,
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
    from smartcart.settings import read_settings, refused_text, settings_text

    settings = read_settings(
        config,
        as_of=as_of,
        kind=kind,
        seed=seed,
        drop_duplicates=drop_duplicates,
        net_returns=net_returns,
        expect=expect or None,
    )
    if write_config is not None:
        refuse_file(write_config, source, overwrite=overwrite)
    with show.Progress(quiet=quiet) as progress:
        progress("read", 0, None)
        try:
            seen = workflows.inspect(
                one_or_all(source),
                kind=settings.kind,
                as_of=settings.as_of,
                wanted=settings.columns,
                options=workflows.order_options(settings),
            )
        except DataError as error:
            if write_config is not None and error.columns:
                text = refused_text(error, str(one_or_all(source)))
                write_whole(write_config, text, source, overwrite=overwrite)
                error.args = (f"{error} Its columns are in {write_config}, to edit.",)
            raise
    if write_config is not None:
        write_whole(write_config, settings_text(seen, settings.as_of), source, overwrite=overwrite)
    if as_json:
        print_json(store.plain(seen))
    elif not quiet:
        show.inspection(seen)
        if write_config is not None:
            typer.echo(f"Edit {write_config} and give it with --config.")


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
        shop = Path(folder) / RunFile.SHOP
        write_customers(shop, rows, seed=settings.seed)
        _segment(
            str(shop),
            output,
            settings,
            overwrite,
            quiet=quiet,
            as_json=as_json,
            keep={RunFile.SHOP: shop},
        )


def _segment(
    source: str | list[str],
    output: Path,
    settings: Settings,
    overwrite: bool,
    *,
    quiet: bool,
    as_json: bool,
    keep: dict[str, Path] | None = None,
    engine: str = "duckdb",
    spark_master: str | None = None,
    previous: Path | None = None,
    fresh: bool = False,
    explain: Sequence[str] = (),
) -> None:
    """Run the main job into a new folder, then show what came out."""
    import shutil
    from dataclasses import replace

    from smartcart import store
    from smartcart.background_process import HelperProcess
    from smartcart.cli import show

    sources = source if isinstance(source, list) else [source]
    store.refuse_target(output, overwrite=overwrite)
    store.refuse_source_inside(output, sources)
    helping = HelperProcess(*THERE, without=NOT_THERE)
    with show.Progress(quiet=quiet) as progress, helping as helper:
        progress("start", 0, None)
        from smartcart import workflows
        from smartcart.workflows.campaign_report import check_amounts, with_actions

        check_amounts(settings.cost, settings.revenue, settings.budget)
        with store.new_folder(output, overwrite=overwrite) as folder:
            found = workflows.segment(
                source,
                folder,
                workflows.SegmentRequest.of(
                    settings,
                    engine=engine,
                    spark_master=spark_master,
                    previous=previous,
                    fresh=fresh,
                ),
                progress=progress,
                helper=helper,
            )
            progress("report", 0, None)
            found = with_actions(
                found,
                folder,
                source,
                cost=settings.cost,
                revenue=settings.revenue,
                budget=settings.budget,
                customers=explain,
            )
            for name, file in (keep or {}).items():  # the source, which goes with the run
                shutil.copyfile(file, folder / name)
                found = replace(found, source=name, reading=replace(found.reading, source=name))
            workflows.finish(found, folder, helper)
    if as_json:
        summary = store.run_summary(found) | {"output": str(output)}
        del summary["picture"]  # thousands of points; they are in run.json
        print_json(summary)
    elif not quiet:
        show.result(found, output)
