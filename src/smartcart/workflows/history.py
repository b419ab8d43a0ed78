"""The runs of a folder as a history: which continue which, and their segments over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smartcart import store
from smartcart.errors import DataError, SmartCartError
from smartcart.records import Chain, History, Match, Model, RunPoint, SegmentPoint
from smartcart.report import withheld
from smartcart.workflows.lineage import follows, model_mark
from smartcart.workflows.runs import RunEntry, runs
from smartcart.workflows.saved import Saved, open_run

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
    folder = Path(entry.folder)
    saved = open_run(folder)
    model = store.load_model(folder)
    return _Kept(_point(entry, saved), model, str(saved.summary.get("value") or ""), saved.currency)


def _point(entry: RunEntry, saved: Saved) -> RunPoint:
    from pydantic import TypeAdapter, ValidationError

    told = saved.summary
    rates = {
        (one.column, rate.segment_id): rate.rate
        for one in saved.outcomes
        for place, rate in enumerate(one.rates)
        if place not in withheld.rates(one)
    }
    columns = [one.column for one in saved.outcomes]
    try:
        segments = tuple(
            SegmentPoint(
                segment_id=number,
                segment=name,
                size=size,
                share=float(row["share"]),
                value=_number(row.get("value_total")),
                value_mean=_mean(_number(row.get("value_total")), size),
                rates=tuple((column, rates.get((column, number))) for column in columns),
            )
            for number, name, size, row in zip(
                saved.ids, saved.names, saved.sizes, told["segments"], strict=True
            )
        )
        identity = told.get("identity") or {}
        matches = TypeAdapter(tuple[Match, ...]).validate_python(identity.get("matches", ()))
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
        raise DataError.of(
            f"the run.json of {entry.folder!r} does not describe a run ({type(error).__name__})",
            "what smartcart run wrote",
            "run again, or restore the file",
        ) from error
    return RunPoint(
        entry.folder,
        entry.made,
        entry.as_of,
        sum(saved.sizes),
        entry.verdict or "",
        segments,
        matches,
    )


def _mean(total: float | None, size: int) -> float | None:
    return None if total is None or not size else total / size


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
