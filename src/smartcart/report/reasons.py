"""Why a customer is where it is, as lines for a terminal."""

from __future__ import annotations

from smartcart.records import Contribution, Explanation
from smartcart.report.over_time import table_lines
from smartcart.report.words import MISSING, share, value

__all__ = ["explanation_lines", "figure", "lead", "part"]

BAR = 20  # characters of the longest bar
NAME = 28  # characters of a segment's name above a column


def explanation_lines(found: Explanation, currency: str = "") -> list[str]:
    """Return the sentence, then a line per feature: its part of the lead, and its value."""
    lines = [
        f"{found.customer_id}: {found.segment} (confidence {share(found.confidence)})",
        found.sentence,
    ]
    if not found.contributions:
        return lines
    longest = max(abs(one.share) for one in found.contributions) or 1.0
    head = ("", "this customer", *map(_short, (found.segment, found.other)), "speaks for it")
    rows = (
        (
            one.label,
            figure(one, currency),
            value(one.own_mean, one.unit, currency),
            value(one.other_mean, one.unit, currency),
            part(one),
        )
        for one in found.contributions
    )
    table = table_lines([head, *rows])
    bars = ["#" * round(BAR * abs(one.share) / longest) for one in found.contributions]
    lines += ["", table[0]]
    lines += [f"{row}  {bar}".rstrip() for row, bar in zip(table[1:], bars, strict=True)]
    return [*lines, "", lead(found)]


def lead(found: Explanation) -> str:
    """Return what the parts are parts of."""
    total = sum(one.contribution for one in found.contributions)
    return (
        f"Each part is exact: below 0 it speaks for {found.other}. Together they are the lead of "
        f"{found.segment} in squared distance, {total:.4g}."
    )


def part(one: Contribution) -> str:
    """Return what a feature adds, in per cent of all that features add."""
    text = f"{one.share * 100:+.1f}%".replace("-", "−")
    return "0.0%" if text[1:] == "0.0%" else text


def figure(one: Contribution, currency: str = "") -> str:
    """Return a customer's figure, and what it counted as where that is another one."""
    given, counted = (value(x, one.unit, currency) for x in (one.value, one.counted))
    if one.handled == "filled":
        return f"{MISSING} (taken as {counted})"
    return f"{given} (counted as {counted})" if one.handled == "capped" else given


def _short(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1].rstrip()}…"
