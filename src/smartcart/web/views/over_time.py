"""Segments over time as their page shows them: the line of runs, and sizes along it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smartcart.web.workspace import Entry

__all__ = ["Series", "chain", "series"]


@dataclass(frozen=True, slots=True)
class Series:
    """The share of each segment, run after run, the oldest first."""

    runs: list[str]
    shares: dict[int, list[float | None]]
    names: dict[int, str]


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
