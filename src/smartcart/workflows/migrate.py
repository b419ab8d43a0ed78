"""Who moved where between two runs: joined on disk, split into what customers and refit did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from smartcart import store
from smartcart.audiences.migration_join import Ways
from smartcart.core import kmeans, prepare
from smartcart.core import migration as core
from smartcart.core.assign import assign
from smartcart.core.identity import identify
from smartcart.engines.duckdb import DuckDB
from smartcart.errors import DataError, UsageError
from smartcart.inspection.result import Progress
from smartcart.records import Identity, Migration, Model, Notice
from smartcart.records.brief import Brief
from smartcart.store import StoredRun
from smartcart.tables import features
from smartcart.workflows.customer_arrays import BATCH_ROWS, matrix
from smartcart.workflows.customer_sample import sampled
from smartcart.workflows.lineage import follows
from smartcart.workflows.models import load
from smartcart.workflows.score import ready_source
from smartcart.workflows.value_at_risk import risk_notice

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.workflows.score import Ready


__all__ = ["Migrated", "migrate"]

Floats = NDArray[np.float64]

RESAMPLES = 100
CARRIED = pa.schema([("customer_id", pa.string()), ("segment_id", pa.int32())])


@dataclass(frozen=True, slots=True, repr=False)
class Migrated(Brief):
    """The migration between two run folders, with the names of the segments by id."""

    migration: Migration
    names: Mapping[int, str]  # of the old run; those that arose since are of the new one
    names_now: Mapping[int, str]
    split: bool  # whether customers and refit are told apart
    worth: bool  # whether the values of the flows are known
    identity: Identity | None  # how segments were matched, where the new run does not follow
    notices: tuple[Notice, ...]
    output: Path | None
    written: int


@dataclass(slots=True)
class _Read:
    """What reading the new source again gives."""

    old_rows: Floats
    old_keys: list[str]
    new_rows: Floats
    notices: list[Notice] = field(default_factory=list)


def migrate(
    before: Path,
    after: Path,
    *,
    source: object = None,
    needed: bool = True,
    target: Path | None = None,
    overwrite: bool = False,
    resamples: int = RESAMPLES,
    seed: int = 0,
    progress: Progress | None = None,
    temp_dir: Path | None = None,
) -> Migrated:
    """Compare two run folders customer by customer; write ``target`` (CSV) where it is given.

    Where the source of the new run can be read again (as ``source``, or where the run says), the
    old model assigns its customers too: that tells what customers did from what the refit did, and
    refits on resamples tell what chance does. Customers are joined by DuckDB on disk; only counts
    and a sample come here. A ``source`` that the old model cannot read is an error where it is
    ``needed``.

    Raises
    ------
    UsageError
        Where a folder holds no model, or ``target`` exists and is not to be replaced.
    DataError
        Where a folder is not a run, its customers have no ids, or ``source`` does not hold them.
    """
    say = progress or (lambda step, done, total: None)
    earlier, saved = store.read_run(before), store.read_run(after)
    old, new = load(before), load(after)
    for model, folder in ((old, before), (new, after)):
        if model.contract.id_column is None:
            raise DataError.of(
                f"the customers of {str(folder)!r} are numbered by their rows",
                "customer ids, the same in both runs",
                "give a column the role 'id' in the configuration and run again",
            )
    if target is not None and target.suffix.lower() != ".csv":
        raise UsageError.of(f"-o is {str(target)!r}", "a name that ends in .csv", "choose another")
    with DuckDB(temp_dir=temp_dir) as engine:
        ways = Ways(engine, before, after)
        read = _read(saved, source, needed, old, new, engine, ways, say)
        notices = (
            read.notices
            if read
            else [
                Notice(
                    "source not read",
                    "The source of the new run could not be read with the old "
                    "model, so what customers did is not told from what the refit did; name it "
                    "with --source.",
                )
            ]
        )
        if risk := risk_notice(earlier.future, saved.future):
            notices.append(risk)
        identity = None
        if not follows(load(after, own=True), load(before, own=True)):
            identity = _identity(old, new, ways, read)
            ways.renumber(dict(zip(new.ids, identity.ids, strict=True)))
        ids = identity.ids if identity else new.ids
        say("compare", 0, None)
        noise = None
        if read is not None and resamples and len(new.centroids) > 1 and len(read.new_rows):
            centers, names = np.array(new.centroids), np.array(ids)
            labels = kmeans.assign(read.new_rows, centers)[0]
            again = core.refits_on_resamples(read.new_rows, centers, resamples=resamples, seed=seed)
            noise = core.noise_of_refits(names[labels], names[again], ids)
        rows = np.array(ways.counted(), dtype=np.float64).reshape(-1, 5)
        was, carried, now, customers, money = rows.T
        found = core.migrate(
            was,
            carried if read else now,
            now,
            noise,
            worth=money if ways.worth else None,
            customers=customers,
        )
        if not found.customers:
            raise DataError.of(
                "no customer is in both runs",
                "runs of one shop with the same customer ids",
                "name two runs of the same shop",
            )
        written = 0
        if target is not None:
            with store.new_files([target], overwrite=overwrite) as part:
                written = ways.write(part / target.name)
    names_then = dict(zip(old.ids, old.names, strict=True))
    names_now = dict(zip(ids, new.names, strict=True))
    return Migrated(
        found,
        names_now | names_then,
        names_then | names_now,
        read is not None,
        ways.worth,
        identity,
        tuple(notices),
        target,
        written,
    )


def _read(
    saved: StoredRun,
    named: object,
    needed: bool,
    old: Model,
    new: Model,
    engine: DuckDB,
    ways: Ways,
    say: Progress,
) -> _Read | None:
    """Assign the new run's customers with the old model; None where the source is not there."""
    try:
        place = saved.find_source() if named is None else named
        return _carried(place, old, new, engine, ways, say)
    except (DataError, UsageError):
        if named is not None and needed:
            raise
        return None


def _carried(
    place: object, old: Model, new: Model, engine: DuckDB, ways: Ways, say: Progress
) -> _Read:
    wanted, centers = old.recipe.features, np.array(old.centroids)
    ids = np.array(old.ids, dtype=np.int32)
    day = new.contract.as_of
    done = 0

    def batches(ready: Ready, table: ir.Table) -> Iterator[pa.RecordBatch]:
        nonlocal done

        def part(batch: pa.RecordBatch) -> pa.RecordBatch:
            X = matrix(batch, len(wanted))
            labels = assign(X, old.recipe, centers).labels
            keys = batch["customer_id"].cast(pa.string())
            return pa.record_batch([keys, pa.array(ids[labels])], schema=CARRIED)

        say("assign with the old model", 0, ready.rows)
        for batch in ready.engine.each(table, part, chunk_rows=BATCH_ROWS):
            done += batch.num_rows
            say("assign with the old model", done, ready.rows)
            yield batch

    with ready_source(place, old, day, say) as ready:
        label = ready.label
        table = features.feature_table(ready.usable, ready.contract, wanted)
        ways.carry(engine.spool_batches(batches(ready, table), CARRIED))
        keys, old_rows = sampled(ready, old, done)
    with ready_source(place, new, day) as ready:
        _, new_rows = sampled(ready, new, done)
    known = len(ways.segments_of(keys))
    if known < len(keys) / 2:
        raise DataError.of(
            f"{label!r} holds few of the customers of the new run",
            "the table that it was made of",
            "name it with --source",
        )
    return _Read(old_rows, keys, new_rows)


def _identity(old: Model, new: Model, ways: Ways, read: _Read | None) -> Identity:
    """Match the segments of two runs of which the second does not follow the first."""
    mine, theirs = old.ids, new.ids
    table = None
    if read is not None:
        pairs = ways.overlap()
        table = np.array([[pairs.get((i, j), 0) for j in theirs] for i in mine])
        told = ways.segments_of(read.old_keys)
        labels = np.array([told.get(key, 0) for key in read.old_keys])
        centers = np.array(
            [
                read.old_rows[labels == j].mean(axis=0)
                if (labels == j).any()
                else np.full(read.old_rows.shape[1], np.inf)
                for j in theirs
            ]
        )
        if np.isfinite(centers).all():
            return identify(mine, np.array(old.centroids), centers, table, used=old.used)
    names = [f.name for f in old.recipe.features]
    if names == [f.name for f in new.recipe.features]:
        moved = prepare.apply_recipe(np.array(new.centroids_original), old.recipe)
        return identify(mine, np.array(old.centroids), moved, table, used=old.used)
    raise DataError.of(
        "the two runs are of different features, and the new source cannot be read",
        "a source that both models can read",
        "name it with --source",
    )
