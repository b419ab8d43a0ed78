"""The Python door: ``smartcart.segment(...)`` and the handle it returns."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from smartcart import store, workflows
from smartcart.api_campaigns import Acts
from smartcart.errors import SmartCartWarning
from smartcart.records import (
    Artefact,
    ColumnRole,
    ColumnWish,
    Drift,
    Fairness,
    Inspection,
    Ledger,
    Model,
    Notice,
    Reason,
    Rfm,
    Run,
)
from smartcart.settings import read_settings

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Plots", "SavedModel", "Segmentation", "SmartCartWarning", "check", "load", "segment"]


def segment(
    source: Any,
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
        SQLite file (``shop.db::orders``), the address of a PostgreSQL or MySQL
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
    given = read_settings(
        None, k=k, k_max=k_max, kind=kind, as_of=as_of, seed=seed, roles=roles, rfm_bins=rfm_bins,
        drop_duplicates=drop_duplicates, net_returns=net_returns, expect=expect,
    )  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="smartcart-"))
    try:
        run = workflows.segment(
            source, folder, k=given.k, k_max=given.k_max, kind=given.kind, as_of=given.as_of,
            wanted=given.columns, options=workflows.order_options(given), rfm_bins=given.rfm_bins,
            seed=given.seed, previous=None if previous is None else Path(previous), fresh=fresh,
            engine=engine, spark_master=spark_master,
        )  # fmt: skip
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    made = Segmentation(run, folder, source)
    _warn(made.notices)
    return made


def check(
    source: Any,
    *,
    kind: Literal["customers", "orders"] | None = None,
    as_of: dt.date | None = None,
    roles: Mapping[str, ColumnRole | Mapping[str, str] | ColumnWish] | None = None,
    drop_duplicates: bool = False,
    net_returns: bool = False,
    expect: Mapping[str, float] | None = None,
) -> Inspection:
    """Return what SmartCart sees in ``source``: kind, roles, ledger, warnings; fits nothing."""
    given = read_settings(
        None, kind=kind, as_of=as_of, roles=roles, drop_duplicates=drop_duplicates,
        net_returns=net_returns, expect=expect,
    )  # fmt: skip
    seen = workflows.inspect(
        source, kind=given.kind, as_of=given.as_of, wanted=given.columns,
        options=workflows.order_options(given),
    )  # fmt: skip
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
    from smartcart.workflows.saved import rfm_of

    place = Path(folder)
    return SavedModel(workflows.load(place), store.source_table(place), rfm_of(place))


class SavedModel:
    """A model from a run folder: assigns customers, and writes itself as SQL.

    ``record`` is the frozen :class:`smartcart.records.Model`.
    """

    def __init__(self, model: Model, table: str = "customers", rfm: Rfm | None = None) -> None:
        self.record = model
        self._table = table
        self._rfm = rfm

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the segments, in order."""
        return self.record.names

    @property
    def segments(self) -> pd.DataFrame:
        """One row per segment: id, name, and its middle in each feature, in original units."""
        import pandas as pd

        middles = pd.DataFrame(
            self.record.centroids_original,
            columns=[feature.name for feature in self.record.recipe.features],
        )
        middles.insert(0, "segment", list(self.names))
        middles.insert(0, "segment_id", list(self.record.ids))
        return middles

    def assign(self, source: Any, as_of: dt.date | str | None = None) -> pd.DataFrame:
        """Return ``customer_id, segment_id, segment, distance, confidence, outside``.

        ``outside`` marks customers far outside what the model was fitted on.

        ``source`` is what :func:`segment` takes. Ages and recencies are measured from ``as_of``;
        without it from the model's day, or from the latest day in the data where that is later.
        Customers without an id or without behaviour are in ``attrs["rejected"]`` of the frame.

        Raises
        ------
        smartcart.errors.DataError
            Where a column that the model needs is missing or holds something else.
        """
        day = read_settings(None, as_of=as_of).as_of
        return workflows.assign(source, self.record, as_of=day)

    def monitor(self, source: Any, as_of: dt.date | str | None = None) -> Drift:
        """Compare new data with those that the model was fitted on: keep it, or fit it again.

        ``source`` is what :func:`segment` takes. The ``verdict`` of what comes back is ``"keep"``
        or ``"refit"``; its ``reasons`` are in words, strongest first.

        Raises
        ------
        smartcart.errors.DataError
            Where the model has no reference (an earlier SmartCart made it), or the source cannot
            be assigned.
        """
        from smartcart.workflows.monitor import monitor

        day = read_settings(None, as_of=as_of).as_of
        return monitor(source, self.record, as_of=day).drift

    def sql(self, dialect: str, table: str | None = None) -> str:
        """Return the model as one query in ``dialect`` ("duckdb", "bigquery", ...) over ``table``.

        Raises
        ------
        smartcart.errors.UsageError
            Where the dialect is unknown; the message lists those that there are.
        smartcart.errors.DataError
            Where the model cannot be written as SQL.
        """
        return workflows.sql(self.record, dialect, table or self._table, rfm=self._rfm)

    def __repr__(self) -> str:
        return f"<SavedModel of {len(self.names)} segments: {', '.join(self.names)}>"


class Segmentation(Acts):
    """The result of :func:`segment`: tables as pandas, pictures on demand, a folder to save.

    ``record`` is the frozen :class:`smartcart.records.Run` behind it all. The table of customers
    lies in a temporary folder that goes with this object; :meth:`save` keeps it.
    """

    def __init__(self, run: Run, folder: Path, source: Any = None) -> None:
        self.record = run
        self._source = source
        self._folder = folder
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    @property
    def k(self) -> int:
        """Number of segments."""
        return self.record.evidence.k

    @property
    def verdict(self) -> str:
        """``natural clusters``, ``useful partition`` or ``no structure``."""
        return self.record.evidence.verdict

    @property
    def reason(self) -> str:
        """The verdict in words."""
        return self.record.evidence.reason

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a careful reader should know, each once: of the reading, then of the result."""
        run = self.record
        return tuple({n.message: n for n in (*run.reading.notices, *run.notices)}.values())

    @property
    def ledger(self) -> Ledger:
        """The account of every row, from rows read to customers segmented."""
        return self.record.ledger

    @property
    def segments(self) -> pd.DataFrame:
        """One row per segment: id, name, size, share, share of value, facts, action."""
        import pandas as pd

        return pd.DataFrame(
            {
                "segment_id": s.segment_id,
                "segment": s.segment,
                "size": s.size,
                "share": s.share,
                "value_share": s.value_share,
                "facts": [fact.sentence for fact in s.facts],
                "action": s.action,
            }
            for s in self.record.segments
        )

    @property
    def profile(self) -> pd.DataFrame:
        """Long: ``segment_id, segment, column, role, mean, median, overall_mean, effect``."""
        import dataclasses

        import pandas as pd

        return pd.DataFrame([dataclasses.asdict(row) for row in self.record.profile.rows])

    @property
    def evidence(self) -> pd.DataFrame:
        """One row per K: the columns of ``evidence.csv``."""
        import pandas as pd

        return pd.DataFrame(
            store.evidence_rows(self.record.evidence), columns=list(store.EVIDENCE_COLUMNS)
        )

    @property
    def customers(self) -> pd.DataFrame:
        """One row per customer: ``customer_id, segment_id, segment, distance, confidence``."""
        import pandas as pd

        return pd.read_parquet(self._folder / "segments.parquet")

    @property
    def rejected(self) -> pd.DataFrame:
        """Customers or rows without a segment: ``customer_id, reason``."""
        import pandas as pd

        return pd.read_csv(self._folder / "rejected.csv", dtype=str)

    @property
    def rfm(self) -> pd.DataFrame | None:
        """One row per customer with its RFM digits and segment, ``None`` where R, F or M lacks."""
        import pandas as pd

        table = self._folder / "rfm.csv"
        if table.exists():
            return pd.read_csv(table)
        table = table.with_suffix(".parquet")
        return pd.read_parquet(table) if table.exists() else None

    @property
    def outcomes(self) -> pd.DataFrame:
        """Rate of every 0/1 outcome per segment with its interval, lift, AUC and test."""
        import dataclasses

        import pandas as pd

        rows = [
            {"outcome": one.column, **dataclasses.asdict(rate), "auc": one.auc, "p": one.p_holm}
            for one in self.record.outcomes
            for rate in one.rates
        ]
        return pd.DataFrame(rows)

    @property
    def rules(self) -> pd.DataFrame:
        """The rulebook that imitates the segments: rule, segment, coverage, purity."""
        import pandas as pd

        book = self.record.rulebook
        return pd.DataFrame(
            {
                "rule": rule.sentence,
                "segment_id": rule.segment_id,
                "segment": rule.segment,
                "coverage": rule.coverage,
                "purity": rule.purity,
            }
            for rule in (book.rules if book else ())
        )

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """What speaks for segments that come from how the table was made; empty is good."""
        return self.record.artefacts

    @property
    def fairness(self) -> Fairness | None:
        """How far the segments stand for sensitive columns."""
        return self.record.fairness

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What keeps the customers of each segment there, on average."""
        return self.record.reasons

    @property
    def future(self) -> pd.DataFrame | None:
        """What comes next, a row per customer of an order log; ``None`` without a forecast.

        ``customer_id, p_alive, expected_orders, expected_spend, next_order_by, late``. ``attrs``
        hold ``horizon``, ``model``, ``sentence`` (the track record), and ``refused``, why there is
        none. The record is ``record.future``.
        """
        import pandas as pd

        found = self.record.future
        table = self._folder / "future.parquet"
        if found is None or not table.exists():
            return None
        frame = pd.read_parquet(table)
        frame.attrs = {
            "horizon": found.horizon, "model": found.model, "sentence": found.sentence,
            "refused": found.refused,
        }  # fmt: skip
        return frame

    @property
    def model(self) -> Model:
        """What assigns a customer; the content of ``model.json``."""
        return self.record.model

    @property
    def plot(self) -> Plots:
        """The pictures, each as a Matplotlib figure: ``s.plot.elbow()``."""
        return Plots(self.record)

    def report(
        self, path: str | Path, *, cost: float | None = None, revenue: float | None = None,
        budget: float | None = None, customers: Sequence[Any] = (),
    ) -> Path:  # fmt: skip
        """Write the interactive report, one self-contained HTML file.

        With ``cost`` and ``revenue`` it plans a campaign; ``customers`` are explained in it, by
        their ids.
        """
        from smartcart.workflows.campaign_report import with_actions

        run = with_actions(
            self.record, self._folder, self._source, cost=cost, revenue=revenue, budget=budget,
            customers=customers,
        )  # fmt: skip
        return workflows.write_report(run, Path(path))

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the whole run folder, with pictures and report; whole or not at all."""
        with store.new_folder(Path(folder), overwrite=overwrite) as part:
            for file in self._folder.iterdir():
                shutil.copy2(file, part / file.name)
            workflows.finish(self.record, part)
        return Path(folder)

    def __repr__(self) -> str:
        names = ", ".join(f"{s.segment} {s.share:.0%}" for s in self.record.segments)
        return f"<Segmentation of {self.record.ledger.segmented:,} customers: {names}>"

    def _repr_html_(self) -> str:
        from smartcart.report.notebook import segments_html

        return segments_html(self.record)


class Plots:
    """The pictures of a run, drawn when asked for."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __dir__(self) -> list[str]:
        from smartcart.report import figures

        return list(figures.drawable(self._run))

    def __getattr__(self, name: str) -> Any:
        from smartcart.report import figures

        there = () if name.startswith("_") else figures.drawable(self._run)
        if name not in there:
            raise AttributeError(f"no picture {name!r}; there are {', '.join(there)}")

        def draw() -> Figure:
            return figures.FIGURES[name](self._run)

        return draw
