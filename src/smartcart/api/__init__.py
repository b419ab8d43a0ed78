"""The Python door: ``smartcart.segment(...)`` and the handles it returns."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from smartcart import store, workflows
from smartcart.api.arguments import retold, speaking_python
from smartcart.api.handle import as_it_is
from smartcart.api.plots import Plots
from smartcart.api.saved_model import SavedModel
from smartcart.api.segmentation import Segmentation
from smartcart.errors import SmartCartWarning
from smartcart.records import ColumnRole, ColumnWish, Inspection, Notice
from smartcart.settings import check_engine, read_settings

__all__ = ["Plots", "SavedModel", "Segmentation", "SmartCartWarning", "check", "load", "segment"]


def segment(
    source: object,
    *,
    k: int | None = None,
    k_max: int = 10,
    kind: Literal["customers", "orders"] | None = None,
    as_of: dt.date | None = None,
    roles: Mapping[str, ColumnRole | Mapping[str, str] | ColumnWish] | None = None,
    drop_duplicates: bool = False,
    net_returns: bool = False,
    expect: Mapping[str, float] | None = None,
    rfm_bins: int = 5,
    engine: Literal["duckdb", "spark"] = "duckdb",
    spark_master: str | None = None,
    seed: int = 0,
    previous: str | Path | None = None,
    fresh: bool = False,
) -> Segmentation:
    """Segment the customers of a table or of an order log.

    Parameters
    ----------
    source : a path, several, a folder or a glob (CSV, TSV, Parquet, Excel), a table of a DuckDB or
        SQLite file (``shop.db::orders``), the address of a PostgreSQL, MySQL or ClickHouse
        table (``postgresql://host/shop::orders``), or a pandas, Polars, Arrow or Ibis table.
    kind : ``"customers"`` (a row per customer) or ``"orders"`` (a row per order or order line);
        recognised from the columns without it.
    k : number of segments; without it the evidence decides.
    k_max : largest number of segments to try.
    as_of : the day that ages and recencies refer to; the latest day in the data without it.
    roles : role by column name, where SmartCart's own guess should not hold; or
        ``{"role": ..., "meaning": ...}``.
    drop_duplicates, net_returns : of an order log: drop lines equal to an earlier one; take what
        was returned off the spend.
    expect : what the shop's own dashboard says: ``{"orders": 1083, "revenue": 147311.64}``;
        ``DataError`` where what was read is off by more than half a percent.
    rfm_bins : digits of the RFM scores.
    engine, spark_master : ``"spark"`` reads and assigns on the executors of a Spark cluster.
    seed : seed of everything random.
    previous : an earlier run folder whose segments live on: K (without ``k``), ids and names.
    fresh : with ``previous``: choose K and fit anew; segments that are the same keep their ids.

    Raises
    ------
    smartcart.errors.DataError
        Where the data cannot be used; the message says which value, and the way out.
    smartcart.errors.UsageError
        Where an argument is wrong.
    """
    with speaking_python():
        given = read_settings(
            None,
            k=k,
            k_max=k_max,
            kind=kind,
            as_of=as_of,
            seed=seed,
            roles=roles,
            rfm_bins=rfm_bins,
            drop_duplicates=drop_duplicates,
            net_returns=net_returns,
            expect=expect,
        )
        check_engine(engine, spark_master)
        held = as_it_is(source)
        folder = Path(tempfile.mkdtemp(prefix="smartcart-"))
        try:
            run = workflows.segment(
                held,
                folder,
                workflows.SegmentRequest.of(
                    given,
                    engine=engine,
                    spark_master=spark_master,
                    previous=None if previous is None else Path(previous),
                    fresh=fresh,
                ),
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    made = Segmentation(run, folder, held, on=(engine, spark_master))
    _warn(made.notices)
    return made


def check(
    source: object,
    *,
    kind: Literal["customers", "orders"] | None = None,
    as_of: dt.date | None = None,
    roles: Mapping[str, ColumnRole | Mapping[str, str] | ColumnWish] | None = None,
    drop_duplicates: bool = False,
    net_returns: bool = False,
    expect: Mapping[str, float] | None = None,
) -> Inspection:
    """Return what SmartCart sees in ``source``: kind, roles, ledger, warnings; fits nothing."""
    with speaking_python():
        given = read_settings(
            None,
            kind=kind,
            as_of=as_of,
            roles=roles,
            drop_duplicates=drop_duplicates,
            net_returns=net_returns,
            expect=expect,
        )
        seen = workflows.inspect(
            source,
            kind=given.kind,
            as_of=given.as_of,
            wanted=given.columns,
            options=workflows.order_options(given),
        )
    seen = replace(seen, notices=retold(seen.notices))
    _warn(seen.notices)
    return seen


def _warn(notices: Sequence[Notice]) -> None:
    """Tell each notice once as a warning, at the line that called SmartCart."""
    for message in dict.fromkeys(notice.message for notice in notices):
        warnings.warn(message, SmartCartWarning, stacklevel=3)


def load(folder: str | Path) -> SavedModel:
    """Load the model of a run folder; its golden rows must get their segments.

    Raises ``UsageError`` where there is no model, and ``DataError`` where it is damaged.
    """
    place = Path(folder)
    with speaking_python():
        stored = store.find_run(place)
        if stored is None:
            return SavedModel(workflows.load(place))
        return SavedModel(workflows.load(place), stored.table_name, stored.rfm)
