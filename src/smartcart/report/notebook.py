"""What a notebook shows for a run: one small table with its own style, no script."""

from __future__ import annotations

import html

from smartcart.records import Run
from smartcart.report import order_log, palette, view, words

__all__ = ["segments_html"]

_CELL = "text-align:left;vertical-align:top;padding:.45em .9em .45em 0"
_NUMBER = "text-align:right;vertical-align:top;padding:.45em .9em .45em 0;white-space:nowrap"


def segments_html(run: Run) -> str:
    """Return the segments as a compact HTML table, for ``_repr_html_``; all text is escaped."""
    valued = any(s.value_share is not None for s in run.segments)
    heads = [("", _CELL), ("Segment", _CELL), ("Customers", _NUMBER), ("Share", _NUMBER)]
    if valued:
        heads.append((f"Of {run.value_label or 'value'}", _NUMBER))
    heads.append(("What sets it apart", _CELL))
    head = "".join(f'<th scope="col" style="{css}">{_text(text)}</th>' for text, css in heads)
    rows = []
    for s in run.segments:
        dot = (
            f'<span style="display:inline-block;min-width:1.5em;text-align:center;'
            f'border:2px solid {palette.colour(s.segment_id)};border-radius:1em">'
            f"{s.segment_id}</span>"
        )
        cells = [
            (dot, _CELL),
            (f"<b>{_text(s.segment)}</b>", _CELL),
            (words.count(s.size), _NUMBER),
            (words.share(s.share), _NUMBER),
        ]
        if valued:
            cells.append((words.share(s.value_share), _NUMBER))
        told = "<br>".join(_text(f.sentence) for f in view.facts(run, s, 2))
        cells.append((told or words.MISSING, _CELL))
        rows.append("<tr>" + "".join(f'<td style="{css}">{c}</td>' for c, css in cells) + "</tr>")
    people = words.people(sum(s.size for s in run.segments))
    if order_log.is_log(run.ledger):
        sums = order_log.totals(run.ledger, run.currency)[:-1]
        people += " with " + words.listing(
            f"{name} of {text}" if name == "revenue" else f"{text} {name}" for name, text in sums
        )
    return (
        '<div style="max-width:60em">'
        f'<p style="margin:.2em 0"><b>{_text(view.headline(run))}</b></p>'
        f'<p style="margin:.2em 0 .6em;opacity:.75">{_text(people)}. Verdict: '
        f"{_text(run.evidence.verdict)}. {_text(view.choice(run))}</p>"
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>{_notices(run)}</div>"
    )


def _notices(run: Run) -> str:
    """What a careful reader should know, and what was left out, folded away; "" for nothing."""
    told = list(dict.fromkeys(n.message for n in (*run.reading.notices, *run.notices)))
    told += [f"{e.sentence}: {e.count:,} {e.unit}" for e in run.ledger.entries if e.count]
    if not told:
        return ""
    items = "".join(f"<li>{_text(message)}</li>" for message in told)
    return (
        f'<details style="margin:.6em 0"><summary>Worth knowing ({len(told)})</summary>'
        f'<ul style="margin:.3em 0">{items}</ul></details>'
    )


def _text(text: str) -> str:
    return html.escape(text)
