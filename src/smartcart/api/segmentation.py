"""The result of ``smartcart.segment``: tables as pandas, pictures on demand, a folder to save."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from smartcart import store, workflows
from smartcart.api.arguments import retold, speaking_python
from smartcart.api.campaigns import CampaignMethods
from smartcart.api.handle import FEATURES, Handle
from smartcart.api.plots import Plots
from smartcart.api.saved_model import SavedModel
from smartcart.records import (
    Artefact,
    Drift,
    Explanation,
    Fairness,
    Ledger,
    Model,
    Notice,
    ReadingReceipt,
    Reason,
    RunFile,
)

if TYPE_CHECKING:
    import pandas as pd

    from smartcart.workflows.migrate import Migrated

__all__ = ["Segmentation"]


class Segmentation(Handle, CampaignMethods):
    """The result of :func:`segment`: tables as pandas, pictures on demand, a folder to save.

    ``record`` is the frozen :class:`smartcart.records.Run` behind it all. The table of customers
    lies in a temporary folder that goes with this object; :meth:`save` keeps it.

    The handle can be pickled, copied and sent to another process: its tables go along. Of a source
    that is no file the features go along, and neither its rows nor the password of its address.
    """

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
        told = {n.message: n for n in (*run.reading.notices, *run.notices)}
        return retold(tuple(told.values()))

    @property
    def ledger(self) -> Ledger:
        """The account of every row, from rows read to customers segmented."""
        return self.record.ledger

    @property
    def receipt(self) -> ReadingReceipt | None:
        """What was read, in figures to compare with the shop's own dashboard."""
        return self.record.receipt

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

        return pd.read_parquet(self._folder / RunFile.SEGMENTS)

    @property
    def features(self) -> pd.DataFrame:
        """What put each customer where: ``customer_id, segment_id, segment``, then a column per
        forming feature, in original units (``unit`` of ``record.model.recipe.features``), missing
        where the source has no value.

        The source is read again when they are first asked for.

        Raises
        ------
        smartcart.errors.DataError
            Where the source is gone, or is not what was segmented.
        """
        return workflows.feature_frame(self._with_features(), self.model)

    @property
    def rejected(self) -> pd.DataFrame:
        """Customers or rows without a segment: ``customer_id, reason``."""
        import pandas as pd

        return pd.read_csv(self._folder / RunFile.REJECTED, dtype=str)

    @property
    def rfm(self) -> pd.DataFrame | None:
        """One row per customer with its RFM digits and segment, ``None`` where R, F or M lacks."""
        import pandas as pd

        table = self._folder / RunFile.RFM_CSV
        if table.exists():
            return pd.read_csv(table)
        table = self._folder / RunFile.RFM
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
        table = self._folder / RunFile.FUTURE
        if found is None or not table.exists():
            return None
        frame = pd.read_parquet(table)
        frame.attrs = {
            "horizon": found.horizon,
            "model": found.model,
            "sentence": found.sentence,
            "refused": found.refused,
        }
        return frame

    @property
    def model(self) -> Model:
        """What assigns a customer; the content of ``model.json``."""
        return self.record.model

    @property
    def _saved(self) -> SavedModel:
        source, form = self.record.source, self.record.reading.format
        return SavedModel(self.model, store.table_name(source, form), self.record.rfm)

    def assign(self, source: object, as_of: dt.date | str | None = None) -> pd.DataFrame:
        """Return the segment of other customers; as :meth:`SavedModel.assign`."""
        return self._saved.assign(source, as_of)

    def monitor(self, source: object, as_of: dt.date | str | None = None) -> Drift:
        """Say whether new data still fit these segments; as :meth:`SavedModel.monitor`."""
        return self._saved.monitor(source, as_of)

    def sql(self, dialect: str, table: str | None = None) -> str:
        """Return the model as one query; as :meth:`SavedModel.sql`."""
        return self._saved.sql(dialect, table)

    @speaking_python()
    def migrate(self, earlier: str | Path | Segmentation, *, seed: int = 0) -> Migrated:
        """Return who moved from an earlier run to this one, and how much of it is beyond chance.

        ``earlier`` is a run folder, or what :func:`segment` returned before. ``migration`` of what
        comes back has the flows; ``names`` and ``names_now`` the segments by id. Where the source
        of this run can be read by the earlier model, ``split`` is true: what customers did is told
        from what the new fit did.

        Raises
        ------
        smartcart.errors.DataError
            Where the customers of a run have no ids, or no customer is in both.
        """
        from smartcart.workflows.migrate import migrate

        before = earlier._as_run() if isinstance(earlier, Segmentation) else Path(earlier)
        return migrate(before, self._as_run(), source=self._source, needed=False, seed=seed)

    @speaking_python()
    def explain(self, customer: object, *, against: str | None = None) -> Explanation:
        """Return why a customer is in its segment and not in the runner-up (or ``against``).

        Raises ``smartcart.errors.DataError`` for a customer without a segment, and where the source
        is gone or is not what was segmented.
        """
        return self._explained([customer], against)[0]

    @speaking_python()
    def explain_all(self, *, against: str | None = None) -> pd.DataFrame:
        """Return for every customer what each feature adds to its lead over the runner-up.

        ``customer_id, segment_id, segment, other_id, other, lead``, then a column per forming
        feature. ``lead`` is the squared distance to the other segment less that to its own, in
        standardized units; the features of a row add up to it, exactly.

        Raises
        ------
        smartcart.errors.DataError
            Where there is one segment only, or the source is not what was segmented.
        """
        from smartcart.workflows.explain import lead_frame

        return lead_frame(self._with_features(), self.model, other=against)

    @property
    def plot(self) -> Plots:
        """The pictures, each as a Matplotlib figure: ``s.plot.elbow()``."""
        return Plots(self.record)

    @speaking_python()
    def report(
        self,
        path: str | Path,
        *,
        cost: float | None = None,
        revenue: float | None = None,
        budget: float | None = None,
        customers: Sequence[object] = (),
    ) -> Path:
        """Write the interactive report, one self-contained HTML file.

        With ``cost`` and ``revenue`` it plans a campaign; ``customers`` are explained in it, by
        their ids.
        """
        from smartcart.workflows.campaign_report import with_actions

        run = with_actions(
            self.record, self._folder, None, cost=cost, revenue=revenue, budget=budget
        )
        if customers:
            run = replace(run, explained=self._explained(customers, None))
        return workflows.write_report(run, Path(path))

    @speaking_python()
    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the whole run folder, with pictures and report; whole or not at all."""
        with store.new_folder(Path(folder), overwrite=overwrite) as part:
            for file in self._folder.iterdir():
                if file.name != FEATURES:
                    shutil.copy2(file, part / file.name)
            workflows.finish(self.record, part)
        return Path(folder)

    def __repr__(self) -> str:
        names = ", ".join(f"{s.segment} {s.share:.0%}" for s in self.record.segments)
        return f"<Segmentation of {self.record.ledger.segmented:,} customers: {names}>"

    def _repr_html_(self) -> str:
        from smartcart.report.notebook import segments_html

        return segments_html(self.record)
