"""A drift as a page, and as the part of a page that the web app shares."""

from __future__ import annotations

from collections.abc import Mapping

from smartcart.records import Drift
from smartcart.report import words
from smartcart.report.life_page import life_page
from smartcart.report.over_time import HEADLINES, unnoticed

__all__ = ["drift_page", "drift_part"]


def drift_part(drift: Drift, names: Mapping[int, str]) -> dict[str, object]:
    """Return what the parts of a page show of a drift: verdict, reasons, segments then and now.

    ``names`` are those of the segments by id.
    """
    return {
        "headline": HEADLINES[drift.verdict],
        "compared": _compared(drift),
        "drift": drift,
        "names": names,
        "refit": [one for one in drift.reasons if one.refit],
        "told": [one for one in drift.reasons if not one.refit],
        "blind": unnoticed(drift),
    }


def _compared(drift: Drift) -> str:
    if not drift.rows:
        before = words.people(drift.rows_before)
        return f"The model was fitted on {before}; nothing could be counted."
    return (
        f"{words.people(drift.rows)} compared with the {words.count(drift.rows_before)} that the "
        "model was fitted on."
    )


def drift_page(drift: Drift, names: Mapping[int, str], source: str, next_step: str = "") -> str:
    """Return a drift as one HTML page that opens offline; ``next_step`` is a command to type."""
    part = drift_part(drift, names)
    about = (
        "A difference counts where it is beyond chance and large enough to matter: PSI from 0.1, a "
        "mean that shifts by 0.1 standard deviations (SD) or, of amounts, by 15% (a typical value, "
        "the geometric mean, by 12%). The bins are those of the fit."
    )
    forming = [c for c in drift.columns if c.forms]
    describing = [c for c in drift.columns if not c.forms]
    refit = sum(one.refit for one in drift.reasons)
    changed = sum(c.changed for c in drift.columns)
    return life_page(
        "drift.html.j2",
        title=f"{words.file_name(source)}: {drift.verdict}",
        what=f"monitoring {words.file_name(source)}",
        lead=part["compared"],
        kpis=[
            ("Verdict", drift.verdict),
            ("Reasons for a refit", words.count(refit)),
            ("Features changed", f"{changed} of {len(drift.columns)}"),
        ],
        next=next_step if drift.verdict == "refit" else "",
        features=[
            ("What forms the segments", about, forming),
            (
                "What describes them",
                "The model does not use these: no reason for a refit.",
                describing,
            ),
        ],
        **part,
        foot="Exit code 4 of smartcart monitor means refit, 0 keep.",
    )
