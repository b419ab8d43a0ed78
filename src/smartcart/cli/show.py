"""What the command line prints: progress on standard error, results on standard output."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from smartcart.cli.progress import Progress
from smartcart.records import Inspection, Notice, OrderLog, ReadingReceipt, Run, RunFile
from smartcart.report import order_log, receipt, words
from smartcart.report.view import another_k

__all__ = ["Progress", "inspection", "result"]

WIDE = 100  # a narrower terminal gets fewer columns and facts


def _console() -> Console:
    return Console(highlight=False, soft_wrap=False)


def result(run: Run, output: Path) -> None:
    """Show the segments, the verdict and which files to open."""
    console = _console()
    _receipt(console, run.receipt, run.currency)
    evidence = run.evidence
    count = f"{run.ledger.segmented:,} customers in {evidence.k} segment"
    count += "s" if evidence.k != 1 else ""
    if another_k(run):
        why = "kept from the earlier run" if evidence.chosen_by == "previous" else "as you asked"
        best = evidence.recommended
        console.print(Text(f"{count}, {why}", style="bold"))
        console.print(Text(f"The evidence picks {best} ({evidence.verdict}). {evidence.reason}"))
    else:
        console.print(Text(f"{count}: {evidence.verdict}", style="bold"))
        console.print(Text(evidence.reason))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "Segment", "Customers", "Share"):
        table.add_column(name, justify="left" if name == "Segment" else "right")
    if run.value_label:
        table.add_column(f"Of {run.value_label}", justify="right")
    table.add_column("What sets it apart")
    for s in run.segments:
        cells: list[str | Text] = [str(s.segment_id), Text(s.segment)]
        cells += [words.count(s.size), words.share(s.share)]
        if run.value_label:
            cells.append(words.share(s.value_share))
        told = s.facts[: 2 if console.width >= WIDE else 1]
        facts = "; ".join(fact.sentence for fact in told)
        table.add_row(*cells, Text(facts))
    console.print(table)
    _notices(console, run.notices)
    lists = [name for name in (RunFile.SEGMENTS_CSV, RunFile.RFM_CSV) if (output / name).exists()]
    listed = f", the customers are in {words.listing(lists)}" if lists else ""
    console.print(Text(f"Open {output / RunFile.REPORT}{listed}; everything is in {output}"))


def inspection(seen: Inspection) -> None:
    """Show columns with roles and reasons, the ledger and the warnings."""
    if seen.contract.log is not None:
        _order_log(seen, seen.contract.log)
        return
    console = _console()
    contract, ledger = seen.contract, seen.ledger
    as_of = f", as of {contract.as_of} ({contract.as_of_source})" if contract.as_of else ""
    console.print(Text(f"{seen.reading.source}: {contract.kind}{as_of}", style="bold"))
    _receipt(console, seen.receipt, seen.reading.currency or "")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("Column", "Type", "Role", "Missing", "Why"):
        table.add_column(name, justify="right" if name == "Missing" else "left")
    for column in contract.columns:
        missing = words.count(column.missing) if column.missing else ""
        table.add_row(Text(column.name), column.type, column.role, missing, Text(column.reason))
    console.print(table)
    console.print()
    console.print(
        Text(
            f"{ledger.rows_read:,} rows read, {ledger.rejected:,} rejected, "
            f"{ledger.segmented:,} customers to segment",
            style="bold",
        )
    )
    for entry in ledger.entries:
        if entry.count:
            console.print(Text(f"  {entry.count:>9,} {entry.unit}: {entry.sentence}"))
    console.print()
    console.print(Text("What forms the segments", style="bold"))
    for feature in seen.forming:
        console.print(Text(f"  {feature.label} ({feature.sentence})"))
    _notices(console, seen.notices)


def _order_log(seen: Inspection, log: OrderLog) -> None:
    """Show the columns of an order log with their parts, the ledger, measures and warnings."""
    console = _console()
    contract, ledger = seen.contract, seen.ledger
    as_of = f", as of {contract.as_of} ({contract.as_of_source})" if contract.as_of else ""
    console.print(Text(f"{seen.reading.source}: order lines{as_of}", style="bold"))
    _receipt(console, seen.receipt, seen.reading.currency or "")
    if seen.receipt is not None:
        for differs, figures in receipt.others(seen.receipt, seen.reading.currency or ""):
            console.print(Text(f"Another reading, {differs}: {figures}."))
    wide = console.width >= WIDE
    names = ("Column", "Part", *(("Type",) if wide else ()), "Missing", "Why")
    table = _table(names, right=("Missing",))
    for column in log.columns:
        missing = words.count(column.missing) if column.missing else ""
        kind = (column.type,) if wide else ()
        part = order_log.part(column)
        table.add_row(Text(column.name), part, *kind, missing, Text(column.reason))
    console.print(table)
    console.print()
    title = f"{ledger.rows_read:,} lines read, {words.count(ledger.lines_used)} of them sold"
    console.print(Text(title, style="bold"))
    table = _table(("Lines", "Taken", "What was found"), right=("Lines", "Taken"))
    for entry in ledger.entries:
        if entry.unit == "lines":
            table.add_row(words.count(entry.count), words.count(entry.taken), Text(entry.sentence))
    if table.row_count:
        console.print(table)
        console.print(Text(order_log.FIRST_RULE))
    for entry in ledger.entries:
        if entry.unit != "lines" and entry.count:
            told = entry.unit[:-1] if entry.count == 1 else entry.unit
            console.print(Text(f"{entry.count:,} {told}: {entry.sentence}"))
    console.print()
    console.print(Text(order_log.sold(ledger, seen.reading.currency or ""), style="bold"))
    if ledger.rejected:
        console.print(Text(f"{words.people(ledger.rejected)} without a completed order"))
    console.print()
    table = _table(("What forms the segments", ""))
    for feature in seen.forming:
        table.add_row(Text(feature.label), Text(feature.sentence))
    console.print(table)
    if seen.describing:
        console.print()
        console.print(Text("What describes them", style="bold"))
        console.print(Text(", ".join(feature.label for feature in seen.describing)))
    _notices(console, seen.notices)


def _receipt(console: Console, told: ReadingReceipt | None, currency: str) -> None:
    """Show what was read, in figures that the shop knows."""
    if told is None:
        return
    console.print(Text(f"Read: {receipt.headline(told, currency)}", style="bold"))
    for line in (receipt.left_out(told), receipt.how(told)):
        if line:
            console.print(Text(line))


def _table(names: tuple[str, ...], right: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, justify="right" if name in right else "left")
    return table


def _notices(console: Console, notices: tuple[Notice, ...]) -> None:
    for notice in notices:
        console.print(Text(f"Warning: {notice.message}", style="yellow"))
