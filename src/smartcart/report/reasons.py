"""Why a customer is where it is, as lines for a terminal."""

from __future__ import annotations

from smartcart.records import Explanation
from smartcart.report.words import share

__all__ = ["explanation_lines"]

BAR = 20  # characters of the longest bar


def explanation_lines(found: Explanation) -> list[str]:
    """Return the sentence, then a line per feature: its part of the lead, and its value."""
    lines = [
        f"{found.customer_id}: {found.segment} (confidence {share(found.confidence)})",
        found.sentence,
    ]
    if not found.contributions:
        return lines
    longest = max(abs(one.share) for one in found.contributions) or 1.0
    lines.append(f"  speaks for {found.segment} (+) or {found.other} (-):")
    for one in found.contributions:
        bar = "#" * max(1, round(BAR * abs(one.share) / longest)) if one.contribution else ""
        lines.append(f"  {one.share * 100:+6.1f}%  {bar:<{BAR}}  {one.sentence}")
    lead = sum(one.contribution for one in found.contributions)
    lines.append(f"  in all: the lead in squared distance, {lead:.4g}")
    return lines
