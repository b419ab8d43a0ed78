"""Use a saved model: assign the customers of a source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from smartcart import store
from smartcart.core.assign import assign as assign_rows
from smartcart.core.kmeans import Floats, Labels
from smartcart.core.out_of_range import bounds_of, outside
from smartcart.engines.protocol import Engine
from smartcart.errors import DataError
from smartcart.inspection.customer_table import refuse_duplicates
from smartcart.inspection.model_columns import checked
from smartcart.inspection.order_log import NO_SALE, add_up, kept_lines
from smartcart.inspection.result import Progress
from smartcart.records import Contract, CustomerColumns, Model, OrderLog
from smartcart.sources import Opened, open_on
from smartcart.tables import assignment, features, held_back, orders, quality
from smartcart.tables.order_lines import distinct_lines
from smartcart.workflows.customer_arrays import BATCH_ROWS, matrix
from smartcart.workflows.score_future import foreteller, widened

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

__all__ = [
    "Ready",
    "ScoredSource",
    "assign",
    "read_parts",
    "ready_opened",
    "ready_source",
    "refuse_nobody",
    "score",
]

SOME_ROWS = 20  # with fewer rows a column may well be empty


@dataclass(frozen=True, slots=True)
class ScoredSource:
    """What came of assigning the customers of a source."""

    source: str
    customers: int
    rejected: int
    as_of: dt.date | None
    as_of_source: str
    sizes: tuple[int, ...]  # customers per segment, in order
    confidence: float  # mean over all customers
    filled: Mapping[str, int]  # feature -> customers without a value, filled as at the fit
    outside: int | None  # customers far outside what the model was fitted on; None: not known


@dataclass(frozen=True, slots=True)
class Ready:
    """The customers of a source as the model reads them."""

    label: str
    rows: int
    engine: Engine
    usable: ir.Table
    contract: Contract
    rejected: Iterable[pa.RecordBatch]  # Arrow batches of customer_id and reason


def score(
    source: object,
    model: Model,
    target: Path,
    *,
    as_of: dt.date | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    temp_dir: Path | None = None,
    engine: str = "duckdb",
    spark_master: str | None = None,
) -> ScoredSource:
    """Assign every customer of ``source`` and write ``target`` (``.parquet`` or ``.csv``).

    The columns are ``customer_id, segment_id, segment, distance, confidence, outside``; the last
    one marks customers far outside what the model was fitted on. Of an order log whose run had a
    forecast, ``p_alive, expected_orders, expected_spend, next_order_by, late`` follow, by that
    forecast as it was fitted, within its days after the as-of day. Customers without an id or
    without any behaviour are listed beside it, in ``<stem>.rejected.csv``. Ages and
    recencies are measured from ``as_of``; without it from the model's day, or from the latest day
    in the data where that is later. With ``engine`` ``"spark"`` the executors of a cluster assign,
    and the rows come here only to be written.

    Raises
    ------
    DataError
        Where the source lacks a column that the model needs, or holds something else there.
    UsageError
        Where ``target`` cannot be written.
    """
    say = progress or (lambda step, done, total: None)
    sources = [
        str(s)
        for s in (source if isinstance(source, list | tuple) else [source])
        if isinstance(s, str | Path)
    ]
    store.refuse_scored(target, sources, overwrite=overwrite)
    sizes = np.zeros(len(model.centroids), dtype=np.int64)
    done, far, trust = 0, 0, 0.0
    lacking = np.zeros(len(model.recipe.features), dtype=np.int64)
    on = (engine, spark_master)
    wider = replace(model, recipe=replace(model.recipe, features=widened(model)))
    with ready_source(source, wider, as_of, say, temp_dir, *on) as ready:
        _refuse_empty(ready, model)
        with store.scored(target, model.names, ids=model.ids, overwrite=overwrite) as (
            write,
            reject,
        ):
            for one in _assigned(ready, model):
                more = {} if one.told is None else store.forecast_columns(one.told)
                here = (one.places, one.distance, one.confidence)
                write(one.ids, *here, outside=one.outside, **more)
                sizes += np.bincount(one.places - 1, minlength=len(sizes))
                trust += float(one.confidence.sum())
                lacking += one.lacking
                far += int(one.outside.sum())
                done += len(one.ids)
                say("assign", done, ready.rows)
            refuse_nobody(ready, done)
            rejected = reject(ready.rejected)
        day, where = ready.contract.as_of, ready.contract.as_of_source
        return ScoredSource(
            ready.label,
            done,
            rejected,
            day,
            where,
            tuple(map(int, sizes)),
            trust / done,
            _filled(model, lacking),
            None if model.reference is None else far,
        )


def assign(source: object, model: Model, *, as_of: dt.date | None = None) -> pd.DataFrame:
    """Return the columns of :func:`score` as a pandas DataFrame, ``next_order_by`` as timestamps.

    ``attrs`` of the frame hold ``as_of``, ``rejected``, a list of ids (or row numbers) and
    reasons, and ``filled``, customers without a value by feature.
    """
    import pandas as pd

    wider = replace(model, recipe=replace(model.recipe, features=widened(model)))
    with ready_source(source, wider, as_of) as ready:
        _refuse_empty(ready, model)
        parts = list(_assigned(ready, model))
        refuse_nobody(ready, sum(len(one.ids) for one in parts))
        rejected = [row for batch in ready.rejected for row in batch.to_pylist()]
        day = ready.contract.as_of
    places = np.concatenate([one.places for one in parts]) - 1
    frame = pd.DataFrame(
        {
            "customer_id": pa.chunked_array([one.ids for one in parts]).to_pandas(),
            "segment_id": np.array(model.ids, dtype=np.int32)[places],
            "segment": np.array(model.names, dtype=object)[places],
            "distance": np.concatenate([one.distance for one in parts]),
            "confidence": np.concatenate([one.confidence for one in parts]),
            "outside": np.concatenate([one.outside for one in parts]),
            **_told([one.told for one in parts if one.told is not None]),
        }
    )
    frame.attrs = {
        "as_of": day.isoformat() if day else None,
        "rejected": rejected,
        "filled": _filled(model, np.sum([one.lacking for one in parts], axis=0)),
    }
    return frame


def _told(parts: list[CustomerColumns]) -> dict[str, object]:
    """Return what is told of customers, batch by batch, as columns of a DataFrame."""
    if not parts:
        return {}
    found = {
        name: np.concatenate([part[name] for part in parts])
        for name in parts[0]
        if name != "next_order_by"
    }
    pairs = [part["next_order_by"] for part in parts]
    days, known = (np.concatenate([pair[i] for pair in pairs]) for i in (0, 1))
    due = days.astype("datetime64[D]").astype("datetime64[s]")
    late = found.pop("late")
    return found | {"next_order_by": np.where(known, due, np.datetime64("NaT")), "late": late}


def _refuse_empty(ready: Ready, model: Model) -> None:
    """Refuse a table of some length in which a column that decides on segments holds nothing.

    Raises
    ------
    DataError
    """
    if model.contract.kind != "customers" or ready.rows < SOME_ROWS:
        return
    used = [name for f in model.recipe.features for name in (*f.columns, *f.denominator)]
    names = list(dict.fromkeys(used))
    counts = [ready.usable[name].count().name(f"c{i}") for i, name in enumerate(names)]
    held = ready.engine.record(ready.usable.aggregate([*counts, ready.usable.count().name("n")]))
    empty = [name for i, name in enumerate(names) if held["n"] and not held[f"c{i}"]]
    if empty:
        raise DataError.of(
            f"{', '.join(map(repr, empty[:6]))} held values when the model was fitted, but "
            f"not in any of the {held['n']:,} customers of {ready.label!r}",
            "values such as the model was fitted on",
            "export the table again with that column, or fit a model without it",
        )


def _filled(model: Model, lacking: NDArray[np.integer]) -> dict[str, int]:
    """Return customers without a value by feature, where there are any."""
    counts = zip(model.recipe.features, lacking, strict=True)
    return {feature.name: int(count) for feature, count in counts if count}


@dataclass(frozen=True, slots=True)
class _Assigned:
    """A batch of n customers; ``places`` of their segments count from 1."""

    ids: pa.Array
    places: Labels
    distance: Floats
    confidence: Floats
    outside: NDArray[np.bool_]
    lacking: NDArray[np.integer]  # (p,) customers without a value
    told: CustomerColumns | None = None  # what comes next, as the columns of a forecast


def _assigned(ready: Ready, model: Model) -> Iterator[_Assigned]:
    """Yield the customers with their segments, a batch at a time."""
    wanted, centers = widened(model), np.array(model.centroids)
    bounds, width = bounds_of(model), len(model.recipe.features)
    table = features.feature_table(ready.usable, ready.contract, wanted)
    ahead = foreteller(model, wanted, ready.contract.as_of)

    def part(batch: pa.RecordBatch) -> _Assigned:
        every = matrix(batch, len(wanted))
        X = every[:, :width]
        found = assign_rows(X, model.recipe, centers)
        labels, distance = found.labels, found.distance
        far = np.zeros(len(X), dtype=bool)
        return _Assigned(
            batch["customer_id"],
            labels + 1,
            distance,
            found.confidence,
            far if bounds is None else outside(X, labels, distance, bounds),
            np.isnan(X).sum(axis=0),
            None if ahead is None else ahead.columns(every),
        )

    yield from ready.engine.each(table, part, chunk_rows=BATCH_ROWS)


@contextmanager
def ready_source(
    source: object,
    model: Model,
    as_of: dt.date | None = None,
    say: Progress = lambda step, done, total: None,
    temp_dir: Path | None = None,
    engine: str = "duckdb",
    spark_master: str | None = None,
) -> Iterator[Ready]:
    """Give the customers of a source as the model reads them, while the source is open."""
    say("read", 0, None)
    with open_on(engine, source, spark_master, temp_dir) as opened:
        say("look", 0, None)
        yield ready_opened(opened, model, as_of, say)


def ready_opened(
    opened: Opened,
    model: Model,
    as_of: dt.date | None = None,
    say: Progress = lambda step, done, total: None,
    split: dt.date | None = None,
) -> Ready:
    """Return the customers of an open source as the model reads them.

    With ``split``, those of an order log with later days also get sums until that day.
    """
    log = model.contract.log
    if log is not None:
        return _of_orders(opened, model, log, as_of, say, split)
    return _of_customers(opened.local(), model, as_of)


def _of_customers(opened: Opened, model: Model, as_of: dt.date | None) -> Ready:
    """Return the customers of a table with a row each."""
    contract = assignment.reading_contract(model, opened.table.columns)
    table = checked(opened, contract.columns, "the model")
    engine = opened.engine
    refuse_duplicates(opened, contract)
    latest, names = None, ""
    if found := quality.as_of_expression(table, contract.columns):
        names = found[0]
        latest = quality.as_of_day(engine.record(found[1]))
    contract = _dated(contract, as_of, latest, names)
    clean = features.cleaned(table, contract)
    rejected = engine.batches(quality.rejected_rows(clean, contract))
    if opened.rejected is not None:
        lines = quality.unreadable_lines(opened.rejected, table, contract)
        rejected = chain(rejected, engine.batches(lines))
    usable = quality.usable_rows(clean, contract)
    return Ready(opened.reading.source, opened.reading.rows, engine, usable, contract, rejected)


def _of_orders(
    opened: Opened,
    model: Model,
    log: OrderLog,
    as_of: dt.date | None,
    say: Progress,
    split: dt.date | None,
) -> Ready:
    """Add up an order log as the model's own was, and return its customers."""
    log = read_parts(log, [f.name for f in model.recipe.features])
    known = {column.name: column for column in log.columns}
    strict = {log.date, log.quantity, log.unit_price, log.amount, log.status}
    parts = [replace(known[name], role="forms" if name in strict else "id") for name in log.parts]
    table = checked(opened, parts, "the model of an order log")
    if log.drop_duplicates:
        table = distinct_lines(table, log)
    lines = kept_lines(opened, orders.lines(table, log, as_of))
    row = opened.engine.record(lines.table.aggregate(latest=lines.table["day"].max()))
    latest = None if row["latest"] is None else orders.EPOCH + dt.timedelta(int(row["latest"]))
    contract = _dated(model.contract, as_of, latest, str(log.date))
    if contract.as_of is None or (split is not None and split >= contract.as_of):
        split = None
    found = held_back.with_alive(add_up(opened, lines, log, contract.as_of, say, split), log)
    lines.forget()
    contract = assignment.reading_contract(replace(model, contract=contract), found.columns)
    here = opened.keeper
    sold = found["frequency"] > 0
    unsold = found.filter(~sold).select(
        customer_id=found["customer_id"].cast("string"), reason=ibis.literal(NO_SALE)
    )
    number = here.arrow(found.count().as_table()).column(0)[0].as_py()
    usable = quality.usable_rows(found.filter(sold), contract)
    label = opened.reading.source
    return Ready(label, int(number), here, usable, contract, here.batches(unsold))


def read_parts(log: OrderLog, forming: Sequence[str]) -> OrderLog:
    """Return the log with the parts that the features need; what only describes is not read."""
    log = replace(log, traits=(), currency=None)
    if not any(name.startswith("category_share_") for name in forming):
        log = replace(log, category=None, categories=())
    if not any(name.startswith("channel_share_") for name in forming):
        log = replace(log, channel=None, channels=())
    if not {"discount_share", "discount_lean"} & set(forming):
        log = replace(log, discount=None)
    if "products_per_order" not in forming and not log.whole_orders:
        log = replace(log, product=None)
    return log


def _dated(
    contract: Contract, as_of: dt.date | None, latest: dt.date | None, names: str
) -> Contract:
    """Return the contract with the day that ages and recencies refer to."""
    if as_of is not None:
        return replace(contract, as_of=as_of, as_of_source="--as-of")
    mine = contract.as_of
    if mine is not None and latest is not None and latest > mine:
        return replace(contract, as_of=latest, as_of_source=f"latest {names}, after the model's")
    return replace(contract, as_of_source="the model's" if mine else "no dates")


def refuse_nobody(ready: Ready, done: int) -> None:
    """Raise ``DataError`` where no customer was assigned."""
    if not done:
        raise DataError.of(
            f"{ready.label!r} holds no customer that can be assigned",
            "rows with a customer id and some behaviour",
            "check the export",
        )
