"""A run with the names that people gave its segments; the model's own stay in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from smartcart.records import Run

__all__ = ["with_names"]


def with_names(run: Run, given: Mapping[int, str]) -> Run:
    """Return the run as it is shown: segments in ``given`` (id to name) bear that name.

    The segments, outcomes and rules are renamed; ids, figures and the model are as they were.
    """
    given = {i: name for i, name in given.items() if name}
    if not given:
        return run
    segments = tuple(replace(s, segment=given.get(s.segment_id, s.segment)) for s in run.segments)
    outcomes = tuple(
        replace(
            o,
            rates=tuple(replace(r, segment=given.get(r.segment_id, r.segment)) for r in o.rates),
        )
        for o in run.outcomes
    )
    book = run.rulebook
    if book is not None:
        book = replace(
            book,
            rules=tuple(replace(r, segment=given.get(r.segment_id, r.segment)) for r in book.rules),
        )
    return replace(run, segments=segments, outcomes=outcomes, rulebook=book)
