"""The runs of a folder as a page: their segments over time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import PurePath

from smartcart.records import Chain, History, RunPoint, SegmentPoint
from smartcart.report import words
from smartcart.report.life_page import life_page
from smartcart.report.svg import SvgLine, timeline

__all__ = ["history_lines", "history_page", "history_ticks"]

OUTCOMES = 6  # that are drawn over time


def history_page(history: History) -> str:
    """Return the runs of a folder as one HTML page: their segments over time."""
    runs = sum(len(chain.runs) for chain in history.chains)
    longest = max((len(chain.runs) for chain in history.chains), default=0)
    name = PurePath(history.workspace).name or history.workspace
    lead = (
        f"{runs} run{'s' if runs != 1 else ''} in {history.workspace}. Runs that continue one "
        "another (smartcart run --previous) share a picture: there a number means the same "
        "segment in all of them."
    )
    return life_page(
        "history.html.j2",
        title=f"{name}: segments over time",
        what=name,
        headline="Segments over time" if longest > 1 else "The runs kept",
        lead=lead,
        chains=[_chain(chain) for chain in history.chains],
        problems=history.problems,
        foot=history.workspace,
    )


def history_ticks(chain: Chain) -> list[str]:
    """Return what to call each run on an axis: the as-of day, else when it was made, else a name.

    The first of these that differs from run to run serves.
    """
    days = [run.as_of or "" for run in chain.runs]
    made = [run.made[:10] for run in chain.runs]
    for ticks in (days, made):
        if all(ticks) and len(set(ticks)) == len(ticks):
            return ticks
    return [PurePath(run.folder).name for run in chain.runs]


def history_lines(
    chain: Chain,
) -> list[tuple[str, list[SvgLine], Callable[[float], str]]]:
    """Return title, lines and wording of each figure: customers, share, value, outcomes."""
    figures: list[tuple[str, list[SvgLine], Callable[[float], str]]] = [
        ("Customers", _lines(chain, lambda s: float(s.size)), words.count),
        ("Share of customers", _lines(chain, lambda s: s.share), words.share),
    ]
    if any(s.value is not None for run in chain.runs for s in run.segments):
        label = (chain.value_label or "value").capitalize()
        figures.append(
            (label, _lines(chain, lambda s: s.value), lambda x: words.money(x, chain.currency))
        )
        figures.append(
            (
                f"{label} per customer",
                _lines(chain, lambda s: s.value_mean),
                lambda x: words.money(x, chain.currency),
            )
        )
    columns = dict.fromkeys(name for run in chain.runs for s in run.segments for name, _ in s.rates)
    figures += [
        (f"Rate of {column}", _lines(chain, partial(_rate, column)), words.share)
        for column in list(columns)[:OUTCOMES]
    ]
    return figures


def _rate(column: str, segment: SegmentPoint) -> float | None:
    return dict(segment.rates).get(column)


def _lines(chain: Chain, figure: Callable[[SegmentPoint], float | None]) -> list[SvgLine]:
    names: dict[int, str] = {}
    for run in chain.runs:
        names |= {s.segment_id: s.segment for s in run.segments}
    per_run = [{s.segment_id: figure(s) for s in run.segments} for run in chain.runs]
    return [
        SvgLine(one, names[one], tuple(values.get(one) for values in per_run))
        for one in sorted(names)
    ]


def _chain(chain: Chain) -> dict[str, object]:
    ticks = history_ticks(chain)
    several = len(chain.runs) > 1
    first, last = PurePath(chain.runs[0].folder).name, PurePath(chain.runs[-1].folder).name
    about = (
        f"{len(chain.runs)} runs, each continuing the one before."
        if several
        else "One run, which no other one continues."
    )
    figures = [
        {
            "title": title,
            "lines": lines,
            "say": say,
            "picture": timeline(
                lines, ticks, say, f"{title} per segment over time; a table follows."
            ),
        }
        for title, lines, say in history_lines(chain)
        if several
    ]
    return {
        "title": f"{first} to {last}" if several else last,
        "about": about,
        "ticks": ticks,
        "figures": figures,
        "runs": [_run(run) for run in chain.runs],
    }


def _run(run: RunPoint) -> dict[str, str]:
    counts: dict[str, int] = {}
    for match in run.matches:
        counts[match.kind] = counts.get(match.kind, 0) + 1
    return {
        "name": PurePath(run.folder).name,
        "as_of": run.as_of or words.MISSING,
        "made": run.made[:16].replace("T", " "),
        "customers": words.count(run.customers),
        "k": words.count(len(run.segments)),
        "verdict": run.verdict,
        "changes": "; ".join(f"{n} {kind}" for kind, n in counts.items()) or words.MISSING,
    }
