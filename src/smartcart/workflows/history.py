"""The runs of a folder as a history: which continue which, and their segments over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smartcart import store
from smartcart.errors import SmartCartError
from smartcart.records import Chain, History, Model, RunPoint, SegmentPoint
from smartcart.report import withheld
from smartcart.store import StoredRun
from smartcart.workflows.lineage import follows, model_mark
from smartcart.workflows.runs import RunEntry, runs

__all__ = ["history"]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A run that can be read."""

    point: RunPoint
    model: Model
    label: str
    currency: str


def history(workspace: Path) -> History:
    """Return the runs in ``workspace`` with their segments, those together that continue another.

    Of runs that continue the same one in two ways, each way is a chain. A folder that cannot be
    read is told, and left out.

    Raises ``UsageError`` where there is no such folder.
    """
    kept: list[_Kept] = []
    problems: list[tuple[str, str]] = []
    for entry in runs(workspace):  # newest first
        try:
            kept.append(_kept(entry))
        except SmartCartError as error:
            problems.append((entry.folder, entry.problem or str(error)))
    chains, told = [], set()
    for last in kept:
        if last.point.folder in told:
            continue
        line = [one for one in kept if follows(last.model, one.model)]
        line = _without_twins(last, line)
        told |= {one.point.folder for one in line}
        points = tuple(one.point for one in line)
        chains.append(Chain(points, last.label, last.currency))
    return History(str(workspace), tuple(chains), tuple(problems))


def _without_twins(last: _Kept, line: Sequence[_Kept]) -> list[_Kept]:
    """Return the runs oldest first, of several with one model the earliest; ``last`` is last."""
    marks = (model_mark(last.model), *last.model.lineage)
    found: dict[str, _Kept] = {}
    for one in line:  # newest first
        found[model_mark(one.model)] = one
    found[marks[0]] = last
    return [found[mark] for mark in reversed(marks) if mark in found]


def _kept(entry: RunEntry) -> _Kept:
    stored = store.read_run(Path(entry.folder))
    model = store.load_model(stored.folder)
    return _Kept(_point(entry, stored), model, stored.value_label, stored.currency)


def _point(entry: RunEntry, stored: StoredRun) -> RunPoint:
    rates = {
        (one.column, rate.segment_id): rate.rate
        for one in stored.outcomes
        for place, rate in enumerate(one.rates)
        if place not in withheld.rates(one)
    }
    columns = [one.column for one in stored.outcomes]
    segments = tuple(
        SegmentPoint(
            segment_id=one.segment_id,
            segment=one.segment,
            size=one.size,
            share=stored.said(one.share),
            value=one.value_total,
            value_mean=_mean(one.value_total, one.size),
            rates=tuple((column, rates.get((column, one.segment_id))) for column in columns),
        )
        for one in stored.segments
    )
    return RunPoint(
        entry.folder,
        entry.made,
        entry.as_of,
        sum(stored.sizes),
        entry.verdict or "",
        segments,
        stored.identity.matches if stored.identity is not None else (),
    )


def _mean(total: float | None, size: int) -> float | None:
    return None if total is None or not size else total / size
