"""``smartcart monitor``, ``migrate`` and ``runs``: segments that live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from smartcart.cli.common import AsOf, Json, Quiet, Seed, Source, app, one_or_all, print_json
from smartcart.errors import UsageError

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
    from smartcart.cli import show
    from smartcart.settings import read_settings

    if output is not None and output.suffix.lower() not in {".html", ".htm"}:
        raise UsageError.of(
            f"-o is {str(output)!r}", "a name that ends in .html", "choose another -o"
        )
    day = read_settings(None, as_of=as_of, seed=seed).as_of
    with show.Progress(quiet=quiet) as progress:
        progress("start", 0, None)
        from smartcart import store, workflows
        from smartcart.workflows.monitor import monitor as compare

        if output is not None:
            store.refuse_file(output, overwrite=overwrite)
        known = workflows.load(model)
        found = compare(one_or_all(source), known, as_of=day, progress=progress)
    from smartcart.report import life

    names = dict(zip(known.ids, known.names, strict=True))
    if output is not None:
        with store.new_files([output], overwrite=overwrite) as part:
            page = life.drift_page(found.drift, names, found.source)
            (part / output.name).write_text(page, encoding="utf-8")
    if as_json:
        content = store.plain(found.drift)
        for row in content["segments"]:
            row["segment"] = names[row["segment_id"]]
        day_used = found.as_of.isoformat() if found.as_of else None
        print_json(
            {"source": found.source, "model": str(model), "as_of": day_used,
             "as_of_source": found.as_of_source, **content,
             "output": str(output) if output else None}
        )  # fmt: skip
    elif not quiet:
        typer.echo("\n".join(life.drift_lines(found.drift, names)))
        if output is not None:
            typer.echo(f"Written to {output}.")
    if found.drift.verdict == "refit":
        raise typer.Exit(REFIT)


@app.command(epilog="Example: smartcart migrate may/ june/ -o migration.csv")
def migrate(
    old_run: Annotated[Path, typer.Argument(metavar="OLD_RUN", help="The earlier run folder.")],
    new_run: Annotated[Path, typer.Argument(metavar="NEW_RUN", help="The later run folder.")],
    source: Annotated[
        str | None, typer.Option("--source", help="Where the source of NEW_RUN is now.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write one row per customer (.csv).")
    ] = None,
    overwrite: Replace = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Show who moved between two runs, and how much of it is more than chance."""
    from smartcart.cli import show
    from smartcart.settings import read_settings

    start = read_settings(None, seed=seed).seed
    with show.Progress(quiet=quiet) as progress:
        progress("start", 0, None)
        from smartcart import store
        from smartcart.workflows.migrate import migrate as compare
        from smartcart.workflows.saved import open_run

        currency = open_run(new_run).currency
        found = compare(
            old_run, new_run, source=source, target=output, overwrite=overwrite, seed=start,
            progress=progress,
        )  # fmt: skip
    if as_json:
        content: dict[str, Any] = store.plain(found.migration)
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
            {"old_run": str(old_run), "new_run": str(new_run), **content,
             "identity": store.plain(found.identity), "notices": store.plain(found.notices),
             "output": str(output) if output else None}
        )  # fmt: skip
    elif not quiet:
        from smartcart.report import life

        lines = life.migration_lines(
            found.migration, found.names, split=found.split, currency=currency,
            identity=found.identity, notices=found.notices,
        )  # fmt: skip
        typer.echo("\n".join(lines))
        if output is not None:
            typer.echo(f"Written to {output}: {found.written:,} customers.")


@app.command(epilog="Example: smartcart runs shop/")
def runs(
    workspace: Annotated[
        Path, typer.Argument(metavar="[WORKSPACE]", help="Folder that holds run folders.")
    ] = Path(),
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """List the runs kept in a folder, newest first."""
    from smartcart import store
    from smartcart.workflows.runs import runs as find

    found = find(workspace)
    if as_json:
        print_json({"workspace": str(workspace), "runs": store.plain(found)})
        return
    if quiet:
        return
    from smartcart.report import life, words

    if not found:
        typer.echo(f"There is no run in {workspace}.")
        return
    rows = [("run", "made (UTC)", "source", "verdict", "customers", "segments")]
    rows += [
        (
            one.folder, one.made[:16].replace("T", " "), one.source or "",
            one.verdict or "cannot be read", words.count(one.customers), words.count(one.k),
        )
        for one in found
    ]  # fmt: skip
    typer.echo("\n".join(life.table_lines(rows, left=4)))
