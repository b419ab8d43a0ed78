"""One segment, as its page shows it: outcomes, rules, spreads, and what a receipt says."""

from __future__ import annotations

from dataclasses import dataclass

from smartcart.records import Alternatives, JsonObject, Rule, Run
from smartcart.report import interactive_spread, outcomes, words

__all__ = ["OutcomeLine", "outcome_lines", "receipt_rows", "rules", "spreads", "written"]


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """One outcome in this segment."""

    label: str
    rate: str
    interval: str
    overall: str
    lift: str
    verdict: str


def outcome_lines(run: Run, segment_id: int) -> list[OutcomeLine]:
    """Return the outcomes of one segment; what is withheld in the report is withheld here."""
    found = []
    for outcome in run.outcomes:
        row = next((r for r in outcomes.rated(outcome) if r.segment_id == segment_id), None)
        if row is not None and len(run.segments) > 1:
            found.append(
                OutcomeLine(
                    outcomes.label(run, outcome),
                    row.rate_text,
                    row.interval,
                    outcomes.overall(outcome),
                    row.lift,
                    outcomes.verdict(outcome),
                )
            )
    return found


def rules(run: Run, segment_id: int) -> list[Rule]:
    """Return the rules that say this segment, those that speak of most customers first."""
    book = run.rulebook
    if book is None or len(run.segments) < 2:
        return []
    own = [rule for rule in book.rules if rule.segment_id == segment_id]
    return sorted(own, key=lambda rule: -rule.coverage)


def spreads(run: Run, found: Alternatives | None, place: int) -> list[dict[str, object]]:
    """Return how each measure is spread in the segment at ``place``: figure and table."""
    if found is None or len(run.segments) < 2:
        return []
    segment = run.segments[place]
    shown: list[dict[str, object]] = []
    for i, one in enumerate(found.distributions):
        if place >= len(one.by_segment):
            continue
        told = interactive_spread.bins(one, run.currency)
        shown.append(
            {
                "name": f"spread-{i}",
                "label": one.label or words.label(one.column),
                "rows": [
                    (label, words.share(x), words.share(y))
                    for label, x, y in zip(told, one.by_segment[place], one.overall, strict=True)
                ],
                "figure": interactive_spread.spread(
                    one, place, segment.segment_id, segment.segment, run.currency
                ),
            }
        )
    return shown


def written(receipt: JsonObject) -> int:
    """Return how many customers are in the file of a receipt."""
    arms = receipt.get("arms")
    return int(arms["contact"] if arms else receipt["written"])


def receipt_rows(receipt: JsonObject) -> list[tuple[str, str]]:
    """Return what a receipt says, as (name, figure).

    >>> receipt_rows({"written": 3, "left_out": {"other segment": 4}, "customers": 7})[1]
    ('Left out: other segment', '4')
    >>> receipt_rows({"arms": {"contact": 5, "hold out": 2, "leave": 3}})[1]
    ('To leave alone, for comparison: in held-out.csv', '2')
    """
    rows = []
    if "customers" in receipt:
        rows.append(("Customers of this segmentation", words.count(receipt["customers"])))
    for reason, n in (receipt.get("left_out") or {}).items():
        rows.append((f"Left out: {reason.replace('_', ' ')}", words.count(n)))
    for change, n in (receipt.get("changes") or {}).items():
        rows.append((change.capitalize(), words.count(n)))
    if arms := receipt.get("arms"):
        rows += [
            ("To contact: in contact.csv", words.count(arms["contact"])),
            ("To leave alone, for comparison: in held-out.csv", words.count(arms["hold out"])),
            ("Not part of the campaign", words.count(arms["leave"])),
        ]
    else:
        rows.append(("In the file", words.count(written(receipt))))
    sums = receipt.get("sha256") or {}
    for name, text in sums.items() if isinstance(sums, dict) else [("", str(sums))]:
        rows.append((f"Checksum (SHA-256){' of ' if name else ''}{name}", text))
    return rows
