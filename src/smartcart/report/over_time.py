"""Segments over time in words: drift, who moved, what became of each segment, the runs kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smartcart.records import Drift, Identity, Match, Migration, Notice, Turnover
from smartcart.report.words import MISSING, count, money, share

__all__ = ["HEADLINES", "drift_lines", "fate", "migration_lines", "table_lines", "two", "unnoticed"]

SHOWN = 12  # reasons on a terminal
BLIND = 0.2  # a rise that goes unnoticed is told from here
HEADLINES = {
    "refit": "Refit: the data have changed; fit the model again.",
    "keep": "Keep the model: nothing that forms the segments has changed.",
}


def table_lines(rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Return a table of text, head first; the first ``left`` columns begin at the left.

    >>> table_lines([("segment", "n"), ("Premium", "12")])
    ['  segment   n', '  Premium  12']
    """
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return ("  " + "  ".join(cells)).rstrip()

    return [line(row) for row in rows]


# Drift -----------------------------------------------------------------------------------------


def drift_lines(drift: Drift, names: Mapping[int, str]) -> list[str]:
    """Return a drift as lines for a terminal: verdict, reasons, segments then and now."""
    lines = [_compared(drift), HEADLINES[drift.verdict]]
    for title, refit in (("Reasons:", True), ("Changed, but no reason for a refit:", False)):
        told = [one.sentence for one in drift.reasons if one.refit == refit]
        if told:
            lines += [title, *(f"  {sentence}" for sentence in told[:SHOWN])]
            if len(told) > SHOWN:
                lines.append(f"  and {len(told) - SHOWN} more")
    if blind := unnoticed(drift):
        lines.append(blind)
    if drift.segments:
        lines += ["", *table_lines(_segments(drift, names), left=2)]
    return lines


def unnoticed(drift: Drift) -> str:
    """Say which rise of an amount that forms segments is too small to be noticed; "" if none is."""
    blind = [
        c
        for c in drift.columns
        if c.forms and not c.changed and c.noticeable is not None and c.noticeable >= BLIND
    ]
    if not blind:
        return ""
    told = ", ".join(f"{c.label} below {share(c.noticeable)}" for c in blind)
    return f"With so few customers, a rise would not be told from chance: {told}."


def _compared(drift: Drift) -> str:
    if not drift.rows:
        return f"The model was fitted on {count(drift.rows_before)} customers."
    return (
        f"{count(drift.rows)} customers compared with the {count(drift.rows_before)} that the "
        "model was fitted on."
    )


def _segments(drift: Drift, names: Mapping[int, str]) -> list[tuple[str, ...]]:
    head = (
        "",
        "segment",
        "share then",
        "share now",
        "far from its middle",
        "stability then",
        "now",
    )
    return [
        head,
        *(
            (
                str(s.segment_id),
                names.get(s.segment_id, ""),
                share(s.share_before),
                share(s.share),
                share(s.far),
                two(s.stability_before),
                two(s.stability),
            )
            for s in drift.segments
        ),
    ]


def two(x: float | None) -> str:
    """Return a figure with two decimals."""
    return MISSING if x is None else f"{x:.2f}"


# Migration -------------------------------------------------------------------------------------


def migration_lines(
    found: Migration,
    names: Mapping[int, str],
    *,
    split: bool,
    currency: str = "",
    identity: Identity | None = None,
    notices: Sequence[Notice] = (),
) -> list[str]:
    """Return a migration as lines for a terminal: the matrix, the changes, who came and went."""
    told = f"{count(found.customers)} customers are in both runs; {count(found.moved)} of them"
    moved = found.moved / found.customers if found.customers else 0.0
    lines = [f"{told} ({share(moved)}) are in another segment."]
    if split and found.moved:
        lines.append(
            f"{count(found.by_customers)} of these behave differently; {count(found.by_refit)} "
            "moved because the segments were fitted again."
        )
    lines += ["", *table_lines(_matrix(found, names))]
    arisen = sorted({f.to_id for f in found.flows} - {f.from_id for f in found.flows})
    lines += [f"  {i}: {names.get(i, '')}" for i in arisen]
    lines += ["", *_changes(found, names, split, currency)]
    lines += _turnover("Joined the shop", found.joiners, names, currency)
    lines += _turnover("Left the shop", found.leavers, names, currency)
    if identity is not None:
        lines += [fate(match, names) for match in identity.matches if match.kind != "kept"]
    return [*lines, *(f"Note: {notice.message}" for notice in notices)]


def _matrix(found: Migration, names: Mapping[int, str]) -> list[tuple[str, ...]]:
    met = {(f.from_id, f.to_id): f.customers for f in found.flows}
    before = sorted({f.from_id for f in found.flows})
    after = sorted({f.to_id for f in found.flows})
    head = ("from \\ to", *(f"{j}" for j in after), "all", "stayed")
    rows = [head]
    for i in before:
        total = sum(met.get((i, j), 0) for j in after)
        stayed = met.get((i, i), 0) / total if total else 0.0
        cells = (count(met.get((i, j), 0)) for j in after)
        rows.append((f"{i} {names.get(i, '')}", *cells, count(total), share(stayed)))
    return rows


def _changes(
    found: Migration, names: Mapping[int, str], split: bool, currency: str
) -> Iterator[str]:
    changes = [f for f in found.flows if f.change]
    chance = f" (measured by {found.resamples} refits on resamples)" if found.resamples else ""
    if not changes:
        yield f"No flow is larger than chance explains{chance}."
        return
    yield f"Larger than chance explains{chance}:"
    for one in sorted(changes, key=lambda f: -f.customers):
        worth = f", worth {money(one.value, currency)}" if one.value is not None else ""
        why = (
            f"; {count(one.by_customers)} by their behaviour, {count(one.by_refit)} by the refit"
            if split
            else ""
        )
        yield (
            f"  {names.get(one.from_id, one.from_id)} -> {names.get(one.to_id, one.to_id)}: "
            f"{count(one.customers)} customers ({share(one.share)}{worth}){why}; "
            f"chance explains up to {count(one.limit)}"
        )


def _turnover(
    title: str, rows: Sequence[Turnover], names: Mapping[int, str], currency: str
) -> Iterator[str]:
    if not rows:
        return
    told = []
    for one in rows:
        worth = f", {money(one.value, currency)}" if one.value is not None else ""
        name = names.get(one.segment_id, one.segment_id)
        told.append(f"{name} {count(one.customers)}{worth}")
    yield f"{title}: {'; '.join(told)}."


def fate(match: Match, names: Mapping[int, str]) -> str:
    """Return what became of a segment in one sentence."""

    def listed(ids: Sequence[int]) -> str:
        return " and ".join(f"{i} {names.get(i, '')}".strip() for i in ids)

    old, new = listed(match.old_ids), listed(match.new_ids)
    return {
        "kept": f"Segment {old} lives on.",
        "split": f"Segment {old} has split into {new}.",
        "merged": f"Segments {old} have merged into {new}.",
        "new": f"Segment {new} is new.",
        "retired": f"Segment {old} has ended.",
    }[match.kind]
