"""Segments over time as their page shows them: who moved, sizes, whether a model still holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smartcart.records import Drift, Flow, Identity, Migration
from smartcart.report import over_time, words

if TYPE_CHECKING:
    from smartcart.web.workspace import Entry

__all__ = ["Matrix", "Series", "chain", "changes", "drift", "fates", "lead", "matrix", "series"]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who went where: a row per segment then, a column per segment now."""

    columns: list[tuple[int, str]]
    rows: list[tuple[int, str, list[tuple[str, str, bool]], str]]  # cells: count, share, change


@dataclass(frozen=True, slots=True)
class Series:
    """The share of each segment, run after run, the oldest first."""

    runs: list[str]
    shares: dict[int, list[float | None]]
    names: dict[int, str]


def lead(found: Migration, split: bool) -> str:
    """Return how many moved, and why, in a sentence or two."""
    share = words.share(found.moved / found.customers if found.customers else 0.0)
    told = (
        f"{words.people(found.customers)} are in both; {words.count(found.moved)} of them "
        f"({share}) are in another segment now."
    )
    if split and found.moved:
        told += (
            f" {words.count(found.by_customers)} behave differently; "
            f"{words.count(found.by_refit)} moved because the segments were made anew."
        )
    return told


def matrix(found: Migration, then: Mapping[int, str], now: Mapping[int, str]) -> Matrix:
    """Return the flows as a table."""
    met: dict[tuple[int, int], Flow] = {(f.from_id, f.to_id): f for f in found.flows}
    before = sorted({f.from_id for f in found.flows})
    after = sorted({f.to_id for f in found.flows})
    rows = []
    for i in before:
        cells = []
        for j in after:
            flow = met.get((i, j))
            cells.append(
                (words.count(flow.customers), words.share(flow.share), flow.change)
                if flow
                else ("0", "0%", False)
            )
        total = sum(f.customers for f in found.flows if f.from_id == i)
        rows.append((i, then.get(i, str(i)), cells, words.count(total)))
    return Matrix([(j, now.get(j, str(j))) for j in after], rows)


def changes(
    found: Migration, then: Mapping[int, str], now: Mapping[int, str], split: bool, currency: str
) -> list[str]:
    """Return the flows that are larger than chance explains, a sentence each."""
    told = []
    for one in sorted((f for f in found.flows if f.change), key=lambda f: -f.customers):
        worth = f", worth {words.money(one.value, currency)}" if one.value is not None else ""
        why = (
            f" {words.count(one.by_customers)} by what they do, "
            f"{words.count(one.by_refit)} because segments were made anew."
            if split
            else ""
        )
        told.append(
            f"{then.get(one.from_id, one.from_id)} → {now.get(one.to_id, one.to_id)}: "
            f"{words.people(one.customers)} ({words.share(one.share)}{worth}).{why}"
        )
    return told


def fates(identity: Identity | None, names: Mapping[int, str]) -> list[str]:
    """Return what became of segments that did not simply live on."""
    if identity is None:
        return []
    return [over_time.fate(match, names) for match in identity.matches if match.kind != "kept"]


def chain(
    entries: Sequence[Entry], to: str, first: str | None, *, whole: bool = True
) -> list[Entry]:
    """Return the runs that the segments of ``to`` come from, the earliest first, and ``to`` last.

    ``first`` leads them where it is not one of them; where it is, those before it are left out
    unless the ``whole`` line is wanted. When a run was made does not matter: June may be segmented
    after July.
    """
    known = {one.name: one for one in entries}
    found: list[Entry] = []
    name: str | None = to
    while name in known and known[name] not in found:
        found.insert(0, known[name])
        name = known[name].parent
    names = [one.name for one in found]
    if first in known and first not in names:
        return [known[first], *found]
    return found if whole or first not in names else found[names.index(first) :]


def series(
    runs: Sequence[Entry], given: Mapping[str, Mapping[int, str]], joined: bool
) -> Series | None:
    """Return shares over runs; None where there are fewer than two.

    ``given`` are the names that people gave, by run. Where the runs do not continue one another
    (not ``joined``) segments of the same name are taken for the same.
    """
    if len(runs) < 2:
        return None
    shares: dict[int, list[float | None]] = {}
    names: dict[int, str] = {}
    ids: dict[str, int] = {}
    for place, run in enumerate(runs):
        for s in run.segments:
            name = given.get(run.name, {}).get(s.segment_id, s.segment)
            key = s.segment_id if joined else ids.setdefault(s.segment, len(ids) + 1)
            shares.setdefault(key, [None] * len(runs))[place] = s.share
            names[key] = name
    titles = [one.title for one in runs]
    return Series(titles, dict(sorted(shares.items())), names)


def drift(found: Drift, names: Mapping[int, str]) -> dict[str, object]:
    """Return what a check of a new table found, ready to show."""
    return {
        "refit": found.verdict == "refit",
        "verdict": over_time.HEADLINES[found.verdict],
        "people": f"{words.count(found.rows)} customers beside the "
        f"{words.count(found.rows_before)} that the segments were made of.",
        "reasons": [one.sentence for one in found.reasons if one.refit],
        "others": [one.sentence for one in found.reasons if not one.refit],
        "segments": [
            (
                s.segment_id,
                names.get(s.segment_id, ""),
                words.share(s.share_before),
                words.share(s.share),
            )
            for s in found.segments
        ],
    }
