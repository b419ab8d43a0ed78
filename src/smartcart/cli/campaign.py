"""``smartcart plan``, ``explain``: whom to contact, what it earns, and why a customer is here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from smartcart.cli.common import (
    Budget,
    Cost,
    Json,
    Quiet,
    Seed,
    app,
    print_json,
    refuse_file,
    write_whole,
)
from smartcart.errors import UsageError
from smartcart.records import JsonObject

__all__ = ["audience", "campaigns", "explain", "plan", "results"]

Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write a page to open or to send (.html)."),
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="Folder that smartcart run wrote.")]


@app.command(epilog="Example: smartcart plan out/ --cost 3 --revenue 11 -o contacts.csv")
def plan(
    run: RunFolder,
    cost: Cost = None,
    revenue: Annotated[
        float | None,
        typer.Option(
            "--revenue", help="Money per response; else what the forecast of the run expects."
        ),
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", help="0/1 column of a past campaign that gives the rates."),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option("--rate", help="Response rate that you assume, such as 0.05."),
    ] = None,
    budget: Budget = None,
    baseline: Annotated[
        float | None,
        typer.Option("--baseline", help="Response rate without contact; sizes the holdout."),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Contact segments whole or not at all.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="List to contact: .csv, .parquet; whom to hold out beside it."
        ),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option("--results", help="Measure what came: table with customer_id, arm, response."),
    ] = None,
    earlier: Annotated[
        str | None,
        typer.Option(
            "--earlier", metavar="TABLE", help="Learn what a contact adds from earlier results."
        ),
    ] = None,
    report: Report = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    seed: Seed = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Plan a campaign: which segments to contact, and what it earns; or measure one."""
    from smartcart.cli import show
    from smartcart.settings import read_settings

    start = read_settings(None, seed=seed).seed
    _refuse_page(report, output, overwrite=overwrite)
    with show.Progress(quiet=quiet) as progress:
        progress("plan", 0, None)
        from smartcart import store
        from smartcart.workflows import plan as planning
        from smartcart.workflows.campaign_report import check_amounts

        saved = store.read_run(run)
        if results is not None:
            planned = {
                "-o": output,
                "--outcome": outcome,
                "--rate": rate,
                "--budget": budget,
                "--baseline": baseline,
                "--whole": whole or None,
                "--earlier": earlier,
            }
            for name, value in planned.items():
                if value is not None:
                    raise UsageError.of(
                        f"{name} and --results are given",
                        "one of them",
                        "plan first, then measure what came of it",
                    )
            uplifts, strangers = planning.measure_results(
                saved, results, cost=cost, revenue=revenue
            )
        else:
            check_amounts(cost, revenue, budget, needed=True)
            assert cost is not None
            lesson = None
            if earlier is not None:
                from smartcart.workflows.kept_campaigns import learnt
                from smartcart.workflows.results import measure_arms

                effects = measure_arms(earlier, saved)
                lesson, outcome = learnt(effects, Path(earlier).name, outcome or ""), None
            found = planning.make_plan(
                saved,
                cost=cost,
                revenue=revenue,
                outcome=outcome,
                rate=rate,
                budget=budget,
                baseline=baseline,
                learnt=lesson,
                partial=not whole,
                seed=start,
            )
            counts = (
                planning.write_arms(saved, found.plan, output, seed=start, overwrite=overwrite)
                if output is not None
                else {}
            )
    if report is not None:
        from smartcart.report import campaign_pages

        about = (saved.source, saved.currency, store.versions()["smartcart"])
        page = (
            campaign_pages.plan_page(found, *about)
            if results is None
            else campaign_pages.uplift_page(uplifts, strangers, *about)
        )
        write_whole(report, page, [], overwrite=overwrite)
    if results is not None:
        content: JsonObject = {"uplift": store.plain(uplifts), "not_in_this_run": strangers}
    else:
        content = store.plain(found) | {"output": str(output) if output else None, "arms": counts}
        content["held_out"] = str(planning.held_out_beside(output)) if output else None
    if as_json:
        print_json(content)
    elif not quiet:
        from smartcart.report import campaign

        if results is not None:
            typer.echo("\n".join(campaign.uplift_lines(uplifts, strangers, saved.currency)))
        else:
            typer.echo("\n".join(campaign.plan_lines(found, saved.currency)))
            if output is not None:
                typer.echo(
                    f"Written to {output}: {counts['contact']:,} to contact. To leave alone, for "
                    f"comparison: {counts['hold out']:,}, in "
                    f"{planning.held_out_beside(output).name}."
                )
        _say_page(report)


@app.command(epilog="Example: smartcart results sent.csv --run out/ --arm group --outcome spend")
def results(
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="A row per customer: arm and outcome.")
    ],
    run: Annotated[
        Path | None, typer.Option("--run", metavar="RUN", help="Run whose segments to tell apart.")
    ] = None,
    arm: Annotated[
        str | None, typer.Option("--arm", help="Column of who was in which arm.")
    ] = None,
    control: Annotated[
        str | None, typer.Option("--control", help="The arm that was left alone.")
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", help="What came of it, 0/1 or money; may repeat."),
    ] = None,
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Measure a campaign of one or several arms: rates and money against who was left alone."""
    from smartcart.cli import show

    with show.Progress(quiet=quiet) as progress:
        progress("read", 0, None)
        from smartcart import store
        from smartcart.workflows.results import measure_arms

        saved = None if run is None else store.read_run(run)
        found = measure_arms(table, saved, arm=arm, control=control, outcomes=outcome or ())
    if as_json:
        print_json(store.plain(found))
    elif not quiet:
        from smartcart.report.results import results_lines

        typer.echo("\n".join(results_lines(found, saved.currency if saved else "")))


@app.command(epilog="Example: smartcart campaigns shop/")
def campaigns(
    workspace: Annotated[
        Path, typer.Argument(metavar="[WORKSPACE]", help="Folder that is served.")
    ] = Path("workspace"),
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Show what the campaigns of a workspace earned against those left alone, each and so far."""
    from smartcart import store
    from smartcart.report.results import ledger_lines
    from smartcart.workflows.kept_campaigns import ledger_of, read_campaigns

    if not workspace.is_dir():
        raise UsageError.of(
            f"there is no folder {str(workspace)!r}", "a workspace", "check its name"
        )
    kept = read_campaigns(workspace)
    found = ledger_of(kept)
    if as_json:
        print_json({"ledger": store.plain(found), "planned": len(kept) - len(found)})
    else:
        typer.echo("\n".join(ledger_lines(found, len(kept) - len(found))))


@app.command(epilog="Example: smartcart explain out/ --customer 5524")
def explain(
    run: RunFolder,
    customer: Annotated[list[str], typer.Option("--customer", help="Customer id; may repeat.")],
    against: Annotated[
        str | None, typer.Option("--against", help="Segment to compare with; else the runner-up.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Where the run's source is now.")
    ] = None,
    report: Report = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an existing page.")
    ] = False,
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Say why a customer is in its segment: what each feature adds, exactly."""
    from smartcart.cli import show

    _refuse_page(report, None, overwrite=overwrite)
    with show.Progress(quiet=quiet) as progress:
        progress("read", 0, None)
        from smartcart import store, workflows
        from smartcart.workflows.explain import explain as explain_customers
        from smartcart.workflows.explain import moved_since

        saved = store.read_run(run)
        place = saved.find_source(source)
        found = explain_customers(place, workflows.load(run), customer, other=against)
        moved = moved_since(saved, found)
    if report is not None:
        from smartcart.report import campaign_pages

        version = store.versions()["smartcart"]
        page = campaign_pages.explained_page(found, saved.source, saved.currency, version)
        write_whole(report, page, [], overwrite=overwrite)
    if as_json:
        print_json({"explanations": store.plain(found), "in_the_run": moved})
    else:
        from smartcart.report import reasons

        told = (reasons.explanation_lines(one, saved.currency) for one in found)
        typer.echo("\n\n".join("\n".join(lines) for lines in told))
        for who, segment in moved.items():
            typer.echo(
                f"\nNote: in the run customer {who} is in {segment}: the source has changed since."
            )
        if not quiet:
            _say_page(report)


def _refuse_page(page: Path | None, output: Path | None, *, overwrite: bool) -> None:
    """Refuse a page that cannot be, before any work is done."""
    if page is None:
        return
    if page.suffix.lower() not in {".html", ".htm"}:
        raise UsageError.of(
            f"--report is {str(page)!r}", "a name that ends in .html", "choose another --report"
        )
    if output is not None and output.resolve() == page.resolve():
        raise UsageError.of(
            f"-o and --report are both {str(page)!r}", "two files", "choose another --report"
        )
    refuse_file(page, [], overwrite=overwrite, option="--report")


def _say_page(page: Path | None) -> None:
    if page is not None:
        typer.echo(f"Open {page} in a browser.")


@app.command(epilog="Example: smartcart audience out/ --segment Premium -o premium.csv")
def audience(
    run: RunFolder,
    segment: Annotated[list[str], typer.Option("--segment", help="Its name; may repeat.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write: .csv, .parquet or .txt.")
    ],
    min_confidence: Annotated[
        float, typer.Option("--min-confidence", help="Leave out less certain customers (0 to 1).")
    ] = 0.0,
    changes_since: Annotated[
        Path | None,
        typer.Option("--changes-since", metavar="RUN", help="Only who joined or left since then."),
    ] = None,
    contacts: Annotated[
        Path | None,
        typer.Option("--contacts", help="Table of customer ids with e-mail or phone columns."),
    ] = None,
    hash_contacts: Annotated[
        bool, typer.Option("--hash", help="Write contacts as SHA-256, as ad platforms want them.")
    ] = False,
    platform: Annotated[
        str, typer.Option("--platform", help="Whose rule for hashed phones: google, meta.")
    ] = "google",
    country: Annotated[
        str | None, typer.Option("--country", help="Calling code of phones without one, as +49.")
    ] = None,
    suppress: Annotated[
        Path | None, typer.Option("--suppress", help="Who must never be contacted.")
    ] = None,
    minimum: Annotated[
        int | None, typer.Option("--minimum", help="Warn of an audience smaller than this (100).")
    ] = None,
    destination: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="PLATFORM",
            help="Columns and hashing of google, meta, tiktok, linkedin, klaviyo or mailchimp.",
        ),
    ] = None,
    late: Annotated[
        bool, typer.Option("--late", help="Only who is late by the run's forecast.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write the customers of segments to a file to upload, with a receipt."""
    from smartcart.cli import show

    if platform not in {"google", "meta"}:
        raise UsageError.of(f"--platform is {platform!r}", "google or meta", "choose one of them")
    with show.Progress(quiet=quiet) as progress:
        progress("write", 0, None)
        from smartcart import store
        from smartcart.workflows.audience import write_audience

        receipt = write_audience(
            run,
            output,
            segments=segment,
            min_confidence=min_confidence,
            changes_since=changes_since,
            contacts=contacts,
            hash_contacts=hash_contacts,
            platform=cast(Any, platform),
            country=country,
            suppress=suppress,
            minimum=minimum,
            destination=destination,
            late=late,
            overwrite=overwrite,
        )
    if as_json:
        print_json(store.plain(receipt))
    elif not quiet:
        from smartcart.report import campaign

        typer.echo("\n".join(campaign.receipt_lines(receipt)))
