"""Does the data still look like what the model was fitted on? Streams the source once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from smartcart.core import drift, kmeans
from smartcart.core.assign import assign
from smartcart.core.drift_bins import ColumnCount
from smartcart.core.stability import found_again
from smartcart.errors import DataError
from smartcart.inspection.result import Progress
from smartcart.records import Drift, DriftReason, DriftReference, Feature, Model
from smartcart.sources import Opened, open_source
from smartcart.tables import features, summary
from smartcart.workflows.customer_arrays import BATCH_ROWS, matrix
from smartcart.workflows.customer_sample import sampled
from smartcart.workflows.monitor_future import since, split_of
from smartcart.workflows.reference import BinCount
from smartcart.workflows.score import Ready, read_parts, ready_opened, refuse_nobody

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Monitored", "monitor"]

Counts = NDArray[np.int64]

ENOUGH = 50  # customers per segment without which stability says nothing


@dataclass(frozen=True, slots=True)
class Monitored:
    """What came of comparing a source with the reference of a model."""

    source: str
    drift: Drift
    as_of: dt.date | None
    as_of_source: str
    missing: tuple[str, ...] = ()  # columns that the model needs; nothing is counted without them


def monitor(
    source: object,
    model: Model,
    *,
    as_of: dt.date | None = None,
    progress: Progress | None = None,
    temp_dir: Path | None = None,
) -> Monitored:
    """Compare the customers of ``source`` with those that the model was fitted on.

    The rows stream: features are counted in the frozen bins of the model, segments and distances by
    its centroids, outcomes where their columns are present; of an order log with later days, the
    orders that came since are held against the forecast that the model carries. A sample of the
    customers is fitted again, on resamples, to see whether the segments are still found. Where a
    column that the model needs is gone, that alone is the reason for a refit.

    Raises
    ------
    DataError
        Where the model has no reference, the source has none of its columns or holds something else
        there, or no customer can be assigned.
    """
    reference = model.reference
    if reference is None:
        raise DataError.of(
            "the model has no reference to compare with: an earlier SmartCart made it",
            "a model.json with a reference",
            "run again on the data of then with 'smartcart run', and monitor with that model",
        )
    say = progress or (lambda step, done, total: None)
    say("read", 0, None)
    with open_source(source, temp_dir=temp_dir) as opened:
        say("look", 0, None)
        there = _types(opened)
        needed = dict(reference.schema)
        missing = tuple(name for name in needed if name not in there)
        if missing:
            _refuse_stranger(opened, model, missing, needed)
            found = _of_schema(reference, {n: needed[n] for n in needed if n in there})
            mine = model.contract
            return Monitored(opened.reading.source, found, mine.as_of, "the model's", missing)
        wanted = _wanted(model, reference, there)
        wider = replace(model, recipe=replace(model.recipe, features=wanted))
        ready = ready_opened(opened, wider, as_of, say, split_of(model))
        columns = set(ready.usable.columns)
        wanted = tuple(f for f in wanted if columns.issuperset((*f.columns, *f.denominator)))
        say("compare", 0, ready.rows)
        found = _compared(ready, model, reference, wanted, _schema(model, needed, there), say)
        found = replace(found, reasons=(*found.reasons, *_gone(model, needed, there)))
        return Monitored(ready.label, found, ready.contract.as_of, ready.contract.as_of_source)


def _types(opened: Opened) -> dict[str, str | None]:
    """Return the source's columns with the type of each."""
    table = opened.table
    return {
        name: summary.column_type(kind)
        for name, kind in table.schema().items()
        if name != summary.ROW_COLUMN
    }


def _schema(
    model: Model, needed: Mapping[str, str], there: Mapping[str, str | None]
) -> dict[str, str]:
    """Return the needed columns, which are there, and those that the model has never seen.

    What a needed column holds is checked where it is read.
    """
    log = model.contract.log
    known = {c.name for c in (model.contract.columns if log is None else log.columns)}
    new = {name: str(kind) for name, kind in there.items() if name not in known}
    return {**needed, **new}


def _gone(model: Model, needed: Collection[str], there: Collection[str]) -> tuple[DriftReason, ...]:
    """Return the columns that are gone and only described."""
    log = model.contract.log
    read = (
        log.parts
        if log
        else [c.name for c in model.contract.columns if c.role not in {"id", "dropped"}]
    )
    return tuple(
        DriftReason("schema", name, 0.0, False, f"Column {name!r} is gone; it only described")
        for name in read
        if name not in needed and name not in there
    )


def _refuse_stranger(
    opened: Opened, model: Model, missing: Collection[str], needed: Mapping[str, str]
) -> None:
    """Raise ``DataError`` where a source lacks the id, or most of what the model needs."""
    log = model.contract.log
    key = model.contract.id_column if log is None else log.customer
    if key not in missing and 2 * len(missing) <= len(needed):
        return
    shown = ", ".join(repr(name) for name in list(missing)[:5])
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    raise DataError.of(
        f"{opened.reading.source!r} has no column {shown}{more}, which the model needs",
        "later data of the shop that the model was made from",
        "name another source, or rename its columns",
    )


def _of_schema(reference: DriftReference, there: Mapping[str, str]) -> Drift:
    """Return what missing columns say; nothing can be counted without them."""
    gone = [name for name, _ in reference.schema if name not in there]
    reasons = tuple(
        DriftReason("schema", name, 1.0, True, f"Column {name!r} is gone; the model needs it")
        for name in gone
    )
    return Drift("refit", reasons, (), (), 0.0, 0.0, (), 0, sum(reference.sizes))


def _wanted(
    model: Model, reference: DriftReference, there: Mapping[str, str | None]
) -> tuple[Feature, ...]:
    """Return the features that form, and those that describe as far as their columns are there."""
    watched = {one.column for one in reference.columns}
    watched |= {one.column for one in reference.outcomes}
    forming = model.recipe.features
    log = model.contract.log
    if log is not None:
        names = [f.name for f in forming]

        def told(name: str) -> bool:
            parts = read_parts(log, [*names, name]).parts
            return name in watched and name not in names and there.keys() >= set(parts)

        return (*forming, *(f for f in model.describing if told(f.name)))
    types = {c.name: c.type for c in model.contract.columns}

    def readable(name: str) -> bool:
        mine, theirs = types.get(name), there.get(name)
        return mine == theirs or {mine, theirs} == {"number", "boolean"}

    known = [f for f in model.describing if f.name in watched]
    return (*forming, *(f for f in known if all(map(readable, (*f.columns, *f.denominator)))))


@dataclass(frozen=True, slots=True)
class _Part:
    """What a batch adds."""

    sizes: Counts
    beyond: Counts
    bins: list[ColumnCount]
    outcomes: Counts  # (outcomes, 3): those with it, those known, those that are neither 0 nor 1


def _compared(
    ready: Ready,
    model: Model,
    reference: DriftReference,
    wanted: tuple[Feature, ...],
    schema: Mapping[str, str],
    say: Progress,
) -> Drift:
    """Count all customers, batch by batch, and compare the counts with the reference."""
    k = len(model.centroids)
    centers = np.array(model.centroids)
    names = [f.name for f in wanted]
    bins = [one for one in reference.columns if one.column in names]
    count = BinCount(tuple(names.index(one.column) for one in bins), tuple(bins))
    rates = {
        one.column: names.index(one.column) for one in reference.outcomes if one.column in names
    }
    table = features.feature_table(ready.usable, ready.contract, wanted)

    def part(batch: pa.RecordBatch) -> _Part:
        X = matrix(batch, len(wanted))
        found = assign(X, model.recipe, centers)
        return _Part(
            np.bincount(found.labels, minlength=k),
            drift.beyond_far(found.distance, found.labels, reference.far),
            count.part(X),
            np.array([_answers(X[:, place]) for place in rates.values()], dtype=np.int64).reshape(
                -1, 3
            ),
        )

    sizes, beyond = np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.int64)
    told = np.zeros((len(rates), 3), dtype=np.int64)
    for one in ready.engine.each(table, part, chunk_rows=BATCH_ROWS):
        sizes += one.sizes
        beyond += one.beyond
        told += one.outcomes
        count.add(one.bins)
        say("compare", int(sizes.sum()), ready.rows)
    refuse_nobody(ready, int(sizes.sum()))
    outcomes = {
        name: (int(yes), int(known))
        for name, (yes, known, strange) in zip(rates, told, strict=True)
        if known and not strange
    }
    say("refit on resamples", 0, None)
    return drift.compare(
        reference,
        count.named(),
        sizes=sizes,
        beyond=beyond,
        outcomes=outcomes,
        schema=schema,
        ids=model.ids,
        names=model.names,
        stability=_stability(ready, model, int(sizes.sum())),
        forecast=since(ready, model),
    )


def _stability(ready: Ready, model: Model, rows: int) -> tuple[float, ...] | None:
    """Return how well refits on resamples of the new data find each segment again, by Jaccard.

    ``None`` of one segment, and of few customers.
    """
    k = len(model.centroids)
    if k < 2 or rows < ENOUGH * k:
        return None
    Z = sampled(ready, model, rows)[1]
    Z = Z[kmeans.canonical_order(Z)]
    return found_again(Z, np.array(model.centroids))


def _answers(x: NDArray[np.float64]) -> tuple[int, int, int]:
    """Return how many are 1, how many are known, and how many of these are neither 0 nor 1."""
    known = x[~np.isnan(x)]
    yes = int((known == 1).sum())
    return yes, known.size, known.size - yes - int((known == 0).sum())
