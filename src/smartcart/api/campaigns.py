"""What a segmentation can be used for in Python: plan, contact, measure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smartcart.api.arguments import speaking_python
from smartcart.records import Campaign, Effects, Plan, Receipt, Run, Uplift
from smartcart.store import run_in_memory

__all__ = ["CampaignMethods"]


class CampaignMethods:
    """Methods of :class:`smartcart.Segmentation`; all return frozen records."""

    record: Run
    _folder: Path

    @speaking_python()
    def campaign(
        self,
        *,
        cost: float,
        revenue: float | None = None,
        outcome: str | None = None,
        rate: float | None = None,
        budget: float | None = None,
        baseline: float | None = None,
        results: Effects | None = None,
        arm: str | None = None,
        partial: bool = True,
        seed: int = 0,
    ) -> Campaign:
        """Plan a campaign, and try such plans: made on one half of the customers, on the other.

        Parameters as for :meth:`plan`. ``backtest`` of what comes back is ``None`` where the rate
        was assumed, or learnt from ``results``.
        """
        from smartcart.workflows.kept_campaigns import learnt
        from smartcart.workflows.plan import make_plan

        lesson = None
        if results is not None:
            lesson, outcome = learnt(results, "the results", outcome or "", arm or ""), None
        return make_plan(
            run_in_memory(self.record, self._folder),
            cost=cost,
            revenue=revenue,
            outcome=outcome,
            rate=rate,
            budget=budget,
            baseline=baseline,
            learnt=lesson,
            partial=partial,
            seed=seed,
        )

    def plan(
        self,
        *,
        cost: float,
        revenue: float | None = None,
        outcome: str | None = None,
        rate: float | None = None,
        budget: float | None = None,
        baseline: float | None = None,
        results: Effects | None = None,
        arm: str | None = None,
        partial: bool = True,
        seed: int = 0,
    ) -> Plan:
        """Plan a campaign: whom to contact, what it earns, and how sure that is.

        Parameters
        ----------
        cost, revenue : money per contact and per response. Without ``revenue`` a response brings
            what a customer of its segment is expected to spend by the forecast of the run.
        outcome : the 0/1 column that gives the rates; else the one that is called a response, or
            the first one. Or ``rate``: what is assumed, and so marked.
        budget : the most that may be spent.
        results : of an earlier campaign (:meth:`results`): a contact is worth what it added in
            ``arm`` (else the first one) to the rate of ``outcome`` (else the first one).
        baseline : the response rate of customers left alone; sizes the holdout.
        partial : fill the budget with a part of a segment.
        seed : of the draws behind the intervals.
        """
        return self.campaign(
            cost=cost,
            revenue=revenue,
            outcome=outcome,
            rate=rate,
            budget=budget,
            baseline=baseline,
            results=results,
            arm=arm,
            partial=partial,
            seed=seed,
        ).plan

    @speaking_python()
    def contacts(
        self, plan: Plan, path: str | Path, *, seed: int = 0, overwrite: bool = False
    ) -> dict[str, int]:
        """Write who is contacted and who is held out (``.csv`` or ``.parquet``); count the arms."""
        from smartcart.workflows.plan import write_arms

        saved = run_in_memory(self.record, self._folder)
        return write_arms(saved, plan, Path(path), seed=seed, overwrite=overwrite)

    @speaking_python()
    def measure(
        self, results: str | Path, *, cost: float | None = None, revenue: float | None = None
    ) -> tuple[Uplift, ...]:
        """Return what a campaign changed, per segment and (last) in all.

        ``results`` is a table with ``customer_id``, ``arm`` (contact or hold out) and ``response``.
        """
        from smartcart.workflows.plan import measure_results

        saved = run_in_memory(self.record, self._folder)
        return measure_results(saved, Path(results), cost=cost, revenue=revenue)[0]

    @speaking_python()
    def results(
        self,
        table: str | Path,
        *,
        arm: str | None = None,
        control: str | None = None,
        outcomes: Sequence[str] = (),
        level: float = 0.9,
    ) -> Effects:
        """Return what arms of a campaign changed, in rates and money, per segment and in all.

        ``table`` has a row per customer. What is not named is found: the column of arms, the arm
        that was left alone, the columns of what came of it (0/1, or money).
        """
        from smartcart.workflows.results import measure_arms

        saved = run_in_memory(self.record, self._folder)
        return measure_arms(
            table,
            saved,
            arm=arm,
            control=control,
            outcomes=outcomes,
            level=level,
            contract=self.record.contract,
        )

    @speaking_python()
    def audience(self, segments: str | Sequence[str], path: str | Path, **options: Any) -> Receipt:
        """Write the customers of segments to a file, with a receipt beside it.

        Options are those of :func:`smartcart.workflows.audience.write_audience`:
        ``min_confidence``, ``changes_since``, ``contacts``, ``hash_contacts``, ``platform``,
        ``country``, ``suppress``, ``minimum``, ``overwrite``.
        """
        from smartcart.workflows.audience import write_audience

        names = [segments] if isinstance(segments, str) else list(segments)
        return write_audience(self._folder, Path(path), segments=names, **options)
