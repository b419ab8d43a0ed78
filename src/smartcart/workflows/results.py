"""Results of a campaign of several arms: what each changed, in rates and in money."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smartcart import store
from smartcart.audiences.arm_outcomes import count_arms
from smartcart.core.effects import compare_arms, ledger
from smartcart.errors import UsageError
from smartcart.records import Contract, Effects, RunFile
from smartcart.store import StoredRun

__all__ = ["earned", "keep_arms", "ledger", "measure_arms"]


def measure_arms(
    results: str | Path,
    saved: StoredRun | None = None,
    *,
    arm: str | None = None,
    control: str | None = None,
    outcomes: Sequence[str] = (),
    arms: Path | None = None,
    contract: Contract | None = None,
    level: float = 0.9,
) -> Effects:
    """Return what each arm of a campaign changed against those who were left alone.

    Parameters
    ----------
    results : a table with a row per customer: an arm, and what came of it (0/1, or money).
    saved : the run whose segments are told apart; without it all customers are one.
    arm, control, outcomes : the column of arms, the value of those left alone, and the columns of
        what came of it; found by their names where they are not given.
    contract : what the columns of the run are, where its folder holds no model yet.
    arms : a kept table of ``customer_id, arm``, for results that have no column of arms.

    Raises
    ------
    UsageError, DataError
        As :func:`smartcart.audiences.arm_outcomes.count_arms`.
    """
    if not 0.5 <= level < 1:
        raise UsageError.of(f"the level is {level:g}", "0.5 to below 1", "choose another")
    segments, by_row, id_column, names = None, False, None, {}
    if saved is not None:
        contract = contract or store.load_model(saved.folder).contract
        segments = saved.folder / RunFile.SEGMENTS
        by_row = contract.id_column is None
        id_column = contract.log.customer if contract.log is not None else contract.id_column
        names = dict(zip(saved.ids, saved.names, strict=True))
    counted = count_arms(
        str(results),
        segments=segments,
        arms=arms,
        by_row=by_row,
        id_column=id_column,
        arm=arm,
        control=control,
        outcomes=outcomes,
    )
    return compare_arms(
        counted.rows,
        names,
        counted.control,
        counted.kinds,
        level=level,
        strangers=counted.strangers,
        armless=counted.armless,
    )


def earned(
    found: Effects, *, revenue: float | None = None, margin: float = 1.0
) -> tuple[float | None, float | None, float | None]:
    """Return what all arms together brought beyond those left alone, before the contacts' cost.

    From the first outcome that is money, of which ``margin`` is kept; else from the first rate, a
    response bringing ``revenue``. ``None`` where neither is there.
    """
    money = next((one for one in found.pooled if one.kind == "amount"), None)
    worth = margin
    if money is None:
        if revenue is None:
            return None, None, None
        money, worth = found.pooled[0], revenue
    middle, low, high = (
        None if x is None else x * worth for x in (money.total, money.total_low, money.total_high)
    )
    return middle, low, high


def keep_arms(lists: Sequence[Path], target: Path) -> None:
    """Keep who is in which arm: ``customer_id`` and ``arm`` of lists (CSV) as one Parquet file."""
    import pyarrow as pa
    from pyarrow import csv
    from pyarrow import parquet as pq

    schema = pa.schema([("customer_id", pa.string()), ("arm", pa.string())])
    options = csv.ConvertOptions(include_columns=schema.names, column_types=schema)
    with (
        store.new_files([target], overwrite=True) as part,
        pq.ParquetWriter(part / target.name, schema, compression="zstd") as out,
    ):
        for one in lists:
            for batch in csv.open_csv(one, convert_options=options):
                out.write_batch(batch)
