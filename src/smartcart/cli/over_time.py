"""``smartcart monitor``, ``migrate`` and ``runs``: segments that live."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from smartcart.cli.common import AsOf, Json, Quiet, Seed, Source, app, one_or_all, print_json
from smartcart.errors import UsageError
from smartcart.records import JsonObject

__all__ = ["migrate", "monitor", "runs"]

REFIT = 4  # exit code

Replace = Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")]


@app.command(epilog="Example: smartcart monitor new.csv --model out/")
def monitor(
    source: Source,
    model: Annotated[Path, typer.Option("--model", help="Run folder that holds model.json.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Page to write for people: .html.")
    ] = None,
    as_of: AsOf = None,
    overwrite: Replace = False,
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Say whether new data still fit the model: keep (exit code 0) or refit (4)."""
    from smartcart.cli.progress import Progress
    from smartcart.settings import read_settings

    _refuse_no_page("-o", output)
    day = read_settings(None, as_of=as_of, seed=seed).as_of
    with Progress(quiet=quiet) as progress:
        progress("start", 0, None)
        from smartcart import store, workflows
        from smartcart.workflows.monitor import monitor as compare

        if output is not None:
            store.refuse_file(output, overwrite=overwrite)
        known = workflows.load(model)
        found = compare(one_or_all(source), known, as_of=day, progress=progress)
    from smartcart.report import over_time

    names = dict(zip(known.ids, known.names, strict=True))
    step = f"smartcart run {' '.join(map(shlex.quote, source))} -o NEW --previous {model}"
    if output is not None:
        from smartcart.report.drift_page import drift_page

        with store.new_files([output], overwrite=overwrite) as part:
            page = drift_page(found.drift, names, found.source, step)
            (part / output.name).write_text(page, encoding="utf-8")
    if as_json:
        content = store.plain(found.drift)
        for row in content["segments"]:
            row["segment"] = names[row["segment_id"]]
        day_used = found.as_of.isoformat() if found.as_of else None
        print_json(
            {
                "source": found.source,
                "model": str(model),
                "as_of": day_used,
                "as_of_source": found.as_of_source,
                **content,
                "output": str(output) if output else None,
            }
        )
    elif not quiet:
        typer.echo("\n".join(over_time.drift_lines(found.drift, names)))
        if found.drift.verdict == "refit":
            typer.echo(f"Fit again, with the numbers and names that live on:\n  {step}")
        if output is not None:
            typer.echo(f"Written to {output}.")
    if found.drift.verdict == "refit":
        raise typer.Exit(REFIT)


@app.command(epilog="Example: smartcart migrate may/ june/ -o migration.csv --report moved.html")
def migrate(
    old_run: Annotated[Path, typer.Argument(metavar="OLD_RUN", help="The earlier run folder.")],
    new_run: Annotated[Path, typer.Argument(metavar="NEW_RUN", help="The later run folder.")],
    source: Annotated[
        str | None, typer.Option("--source", help="Where the source of NEW_RUN is now.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write one row per customer (.csv).")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Page to write for people (.html).")
    ] = None,
    overwrite: Replace = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Show who moved between two runs, and how much of it is more than chance."""
    from smartcart.cli.progress import Progress
    from smartcart.settings import read_settings

    start = read_settings(None, seed=seed).seed
    _refuse_no_page("--report", report)
    with Progress(quiet=quiet) as progress:
        progress("start", 0, None)
        from smartcart import store
        from smartcart.workflows.migrate import migrate as compare

        currency = store.read_run(new_run).currency
        if report is not None:
            store.refuse_file(report, overwrite=overwrite)
        found = compare(
            old_run,
            new_run,
            source=source,
            target=output,
            overwrite=overwrite,
            seed=start,
            progress=progress,
        )
    if report is not None:
        from smartcart.report.migration_page import migration_page

        page = migration_page(
            found.migration,
            found.names,
            found.names_now,
            old_run=str(old_run),
            new_run=str(new_run),
            split=found.split,
            currency=currency,
            identity=found.identity,
            notices=found.notices,
        )
        with store.new_files([report], overwrite=overwrite) as part:
            (part / report.name).write_text(page, encoding="utf-8")
    if as_json:
        content: JsonObject = store.plain(found.migration)
        if not found.split:  # nothing is known of why
            content["by_customers"] = content["by_refit"] = None
        for flow in content["flows"]:
            flow["from"] = found.names[flow["from_id"]]
            flow["to"] = found.names_now[flow["to_id"]]
            if not found.split:
                flow["by_customers"] = flow["by_refit"] = None
        for row in content["joiners"]:
            row["segment"] = found.names_now[row["segment_id"]]
        for row in content["leavers"]:
            row["segment"] = found.names[row["segment_id"]]
        print_json(
            {
                "old_run": str(old_run),
                "new_run": str(new_run),
                **content,
                "identity": store.plain(found.identity),
                "notices": store.plain(found.notices),
                "output": str(output) if output else None,
                "report": str(report) if report else None,
            }
        )
    elif not quiet:
        from smartcart.report import over_time

        lines = over_time.migration_lines(
            found.migration,
            found.names,
            split=found.split,
            currency=currency,
            identity=found.identity,
            notices=found.notices,
        )
        typer.echo("\n".join(lines))
        if output is not None:
            typer.echo(f"Written to {output}: {found.written:,} customers.")
        if report is not None:
            typer.echo(f"Open {report}.")


def _refuse_no_page(option: str, path: Path | None, *more: str) -> None:
    """Raise ``UsageError`` where a page is to have a name that is none of a page."""
    ends = (".html", ".htm", *more)
    if path is not None and path.suffix.lower() not in ends:
        known = " or ".join((".html", *more))
        raise UsageError.of(
            f"{option} is {str(path)!r}",
            f"a name that ends in {known}",
            f"choose another {option}",
        )


@app.command(epilog="Example: smartcart runs shop/ -o history.html")
def runs(
    workspace: Annotated[
        Path, typer.Argument(metavar="[WORKSPACE]", help="Folder that holds run folders.")
    ] = Path(),
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Segments over time, to write as a page (.html) or picture (.png).",
        ),
    ] = None,
    overwrite: Replace = False,
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """List the runs kept in a folder, newest first; draw their segments over time."""
    from smartcart import store
    from smartcart.workflows.runs import runs as find

    _refuse_no_page("-o", output, ".png")
    if output is not None:
        store.refuse_file(output, overwrite=overwrite)
    found = find(workspace)
    if output is not None:
        _write_history(workspace, output, overwrite=overwrite)
    if as_json:
        told = {"workspace": str(workspace), "runs": store.plain(found)}
        print_json(told | ({"output": str(output)} if output else {}))
        return
    if quiet:
        return
    from smartcart.report import over_time, words

    if not found:
        typer.echo(f"There is no run in {workspace}.")
        return
    rows = [("run", "made (UTC)", "as of", "source", "verdict", "customers", "segments")]
    rows += [
        (
            one.folder,
            one.made[:16].replace("T", " "),
            one.as_of or "",
            one.source or "",
            one.verdict or "cannot be read",
            words.count(one.customers),
            words.count(one.k),
        )
        for one in found
    ]
    typer.echo("\n".join(over_time.table_lines(rows, left=5)))
    if output is not None:
        typer.echo(f"Open {output}.")


def _write_history(workspace: Path, output: Path, *, overwrite: bool) -> None:
    """Write the segments of the runs of a folder over time."""
    from smartcart import store
    from smartcart.workflows.history import history

    kept = history(workspace)
    if not kept.chains:
        raise UsageError.of(
            f"{str(workspace)!r} holds no run that can be read",
            "a folder that holds run folders",
            "name the folder in which your runs are",
        )
    with store.new_files([output], overwrite=overwrite) as part:
        if output.suffix.lower() == ".png":
            from smartcart.report.figure_history import history_png

            longest = max(kept.chains, key=lambda chain: len(chain.runs))
            (part / output.name).write_bytes(history_png(longest))
        else:
            from smartcart.report.history_page import history_page

            (part / output.name).write_text(history_page(kept), encoding="utf-8")
