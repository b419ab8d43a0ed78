"""What is shown of trust: warnings, the rules that imitate segments, fairness, and the channel.

The records hold every figure; here are words, order and shades.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from smartcart.records import Fairness, Feature, Overrepresentation, Run, SensitiveColumn
from smartcart.report import words

__all__ = [
    "Group",
    "Sensitive",
    "channel",
    "checked",
    "fairness",
    "method",
    "proxies",
    "warnings",
]

# the code of an artefact: its heading, and what was looked for
_ODD = {
    "dummy": ("One property cuts like from like", "a yes-or-no column that cuts alone"),
    "same twice": ("Two figures say the same", "columns that count twice"),
    "picture only": ("Groups in the picture only", "groups that only a picture shows"),
    "outlier": ("A few customers make a segment", "segments made by a few outliers"),
    "copies": ("Copied rows make a segment", "segments of copied rows"),
}
_MEANING = {
    "none": "No link to speak of",
    "weak": "A weak link",
    "moderate": "A clear link",
    "strong": "A strong link",
}
_SHADES = (1.25, 1.5, 2.0)  # ratios from which a group's shade grows darker
_NAMED = 3  # proxies that are named
_STANDS_OUT = 0.5  # standard deviations from which a channel is told as used more than by others


@dataclass(frozen=True, slots=True)
class Group:
    """One group in one segment, ready to show."""

    text: str
    interval: str
    step: int  # shade, -4 to 4; 0 within the interval
    hidden: bool


@dataclass(frozen=True, slots=True)
class Sensitive:
    """One sensitive column: the words, and a row per group that is shown."""

    label: str
    link: str
    sentence: str
    proxies: str
    rows: tuple[tuple[str, str, tuple[Group, ...]], ...]  # group, share of all, per segment
    unseen: str  # groups too small to show anywhere
    telling: bool


def warnings(run: Run) -> list[tuple[str, str]]:
    """Return heading and message of everything odd that was found."""
    return [(_ODD.get(a.code, (words.label(a.code), ""))[0], a.message) for a in run.artefacts]


def checked(run: Run) -> str:
    """Return what was looked for in vain, in a line; nothing where nothing was looked for."""
    if run.artefacts or run.rulebook is None or len(run.segments) < 2:
        return ""
    return f"Checked for {words.listing(what for _, what in _ODD.values())}: nothing found."


def method(run: Run) -> str:
    """Return on whom the fidelity of the rules was measured."""
    book = run.rulebook
    if book is None:
        return ""
    return f"Measured by {book.method} on {words.people(book.rows)}." if book.rows else ""


def channel(run: Run, segment_id: int) -> str:
    """Return the channel that a segment uses most, and the one it uses more than others do.

    Nothing where the profile has no shares of channels, or they leave out which is the largest.
    """
    rows = {r.column: r for r in run.profile.rows if r.segment_id == segment_id}
    shares = [
        (feature, rows[feature.name])
        for feature in (*run.model.recipe.features, *run.model.describing)
        if _is_channel(feature) and feature.name in rows and math.isfinite(rows[feature.name].mean)
    ]
    if not shares:
        return ""
    top, row = max(shares, key=lambda pair: pair[1].mean)
    rest = 1 - sum(r.mean for _, r in shares)  # channels that are no features
    if row.mean <= 0 or row.mean < rest:
        return ""
    name, whole = _channel_name(top)
    text = f"Mostly {name} ({words.share(row.mean)}{whole})"
    other, own = max(shares, key=lambda pair: pair[1].effect)
    if own.effect < _STANDS_OUT:
        return text
    if other is top:
        return f"{text}, more than others"
    return f"{text}; more {_channel_name(other)[0]} than others ({words.share(own.mean)})"


def _is_channel(feature: Feature) -> bool:
    own = feature.theme == "channels" and feature.op == "share"
    return own or feature.name.startswith("channel_share_")


def _channel_name(feature: Feature) -> tuple[str, str]:
    """Return channel and whole, of "Web share of purchases": "Web", " of purchases"."""
    found = re.fullmatch(r"(?s)(.+) share( of \w+)", feature.label)
    return (found[1], found[2]) if found else (feature.label or words.label(feature.name), "")


def fairness(run: Run) -> list[Sensitive]:
    """Return the sensitive columns as they are shown, in the record's order."""
    found = run.fairness
    if found is None or len(run.segments) < 2:
        return []
    return [_sensitive(run, found, column) for column in found.columns]


def _sensitive(run: Run, found: Fairness, column: SensitiveColumn) -> Sensitive:
    place = {s.segment_id: i for i, s in enumerate(run.segments)}
    table: dict[str, list[Overrepresentation | None]] = {}
    for group in column.groups:
        if group.segment_id in place:
            line = table.setdefault(group.category, [None] * len(place))
            line[place[group.segment_id]] = group
    rows, unseen = [], []
    for category, groups in table.items():
        shares = [g.overall for g in groups if g and not g.suppressed]
        if not shares:
            unseen.append(category)
            continue
        rows.append((category, words.share(shares[0]), tuple(_group(g) for g in groups)))
    told = ""
    if unseen:
        few = f"Too small to show in any segment (under {found.smallest})"
        told = f"{few}: {words.listing(unseen)}."
    return Sensitive(
        column.label or words.label(column.column),
        f"{_MEANING[column.strength]} ({column.measure} {column.association:.2f})",
        column.sentence,
        proxies(column),
        tuple(rows),
        told,
        column.strength != "none",
    )


def _group(group: Overrepresentation | None) -> Group:
    if group is None or group.suppressed:
        return Group("not shown", "", 0, True)
    mark = {"more": "▲ ", "fewer": "▼ "}.get(group.finding, "")
    return Group(
        f"{mark}{words.share(group.share)}", _span(group.low, group.high), _step(group), False
    )


def _span(low: float | None, high: float | None) -> str:
    """Return an interval in whole per cent: there is little room in a cell."""
    return f"{low:.0%}".removesuffix("%") + f"–{high:.0%}" if low is not None and high else ""


def _step(group: Overrepresentation) -> int:
    """Return the shade: how many times more or fewer, where it is beyond the interval."""
    if not group.finding or group.ratio is None:
        return 0
    if group.finding == "more":
        return 1 + sum(group.ratio >= floor for floor in _SHADES)
    return -1 - sum(group.ratio * floor <= 1 for floor in _SHADES)


def proxies(column: SensitiveColumn) -> str:
    """Return the forming figures that tell most of a sensitive column, with their strength."""
    telling = [p for p in column.proxies if p.telling][:_NAMED]
    shown = telling or list(column.proxies[:1])
    if not shown:
        return ""
    told = words.listing(f"{p.label} ({p.strength:.2f})" for p in shown)
    if not telling:
        return f"No forming figure tells much of it; the nearest is {told}."
    return f"Forming figures that tell of it, 0 to 1 ({shown[0].measure}): {told}."
