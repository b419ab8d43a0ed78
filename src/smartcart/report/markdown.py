"""A run in a few lines of Markdown, which also reads well in a terminal."""

from __future__ import annotations

import re
import unicodedata

from smartcart.records import Run
from smartcart.report import order_log, outcomes, trust, view, words

__all__ = ["summary"]

_WIDEST = 48


def summary(run: Run) -> str:
    """Return headline, segments, verdict, outcomes and warnings; it ends with a line break."""
    ledger = run.ledger
    lines = [f"# {view.headline(run)}", ""]
    as_of = f", as of {words.date(run.contract.as_of)}" if run.contract.as_of else ""
    lines += [
        f"{_line(order_log.summary(ledger, run.currency))}{as_of}.",
        "",
        *_table(run),
        "",
        f"Verdict: {run.evidence.verdict}. {_line(run.evidence.reason)}",
        "",
        f"{view.choice(run)} {view.disagreeing(run)}".rstrip(),
    ]
    lines += _outcomes(run)
    if run.fairness and trust.fairness(run):
        lines += ["", f"Fairness: {_line(run.fairness.sentence)}"]
    if odd := trust.warnings(run):
        lines += ["", "Is anything odd?", ""]
        lines += [f"- {_line(head)}. {_line(message)}" for head, message in odd]
    notices = list(dict.fromkeys(n.message for n in (*run.notices, *run.reading.notices)))
    if notices:
        lines += ["", "Worth knowing:", "", *(f"- {_line(message)}" for message in notices)]
    return "\n".join(lines) + "\n"


def _outcomes(run: Run) -> list[str]:
    """Return the outcomes that formed nothing, a line each."""
    told = [
        f"- {_line(outcomes.label(run, o))}: {_line(outcomes.lead(o))} {outcomes.verdict(o)}."
        for o in outcomes.pictured(run)
    ]
    return ["", "Outcomes that formed nothing:", "", *told] if told else []


def _table(run: Run) -> list[str]:
    valued = any(s.value_share is not None for s in run.segments)
    rows = [["#", "Segment", "Customers", "Share", "Sets it apart"]]
    for s in run.segments:
        facts = view.facts(run, s, 1)
        rows.append(
            [
                str(s.segment_id),
                _cell(s.segment),
                words.count(s.size),
                words.share(s.share),
                _cell(facts[0].sentence, 90) if facts else words.MISSING,
            ]
        )
    if valued:
        rows[0].insert(4, f"Of {_cell(run.value_label or 'value')}")
        for row, s in zip(rows[1:], run.segments, strict=True):
            row.insert(4, words.share(s.value_share))
    right = [True, False, *[True] * (len(rows[0]) - 3), False]
    widths = [max(2, *(_width(row[i]) for row in rows)) for i in range(len(rows[0]))]
    rule = ["-" * (w - 1) + (":" if r else "-") for w, r in zip(widths, right, strict=True)]
    shown = [_row(rows[0], widths, right), f"| {' | '.join(rule)} |"]
    return shown + [_row(row, widths, right) for row in rows[1:]]


def _row(cells: list[str], widths: list[int], right: list[bool]) -> str:
    padded = [
        " " * (w - _width(c)) + c if r else c + " " * (w - _width(c))
        for c, w, r in zip(cells, widths, right, strict=True)
    ]
    return f"| {' | '.join(padded)} |"


def _width(text: str) -> int:
    """Return the columns a terminal uses; East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _line(text: str) -> str:
    """Return a text in one line, without control characters, and without raw HTML in it."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text)
    return " ".join(text.split()).replace("<", r"\<")


def _cell(text: str, width: int = _WIDEST) -> str:
    return words.shorten(_line(text), width).replace("|", r"\|")
