"""From a saved run to a campaign: whom to contact, whom to leave alone, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smartcart import store
from smartcart.audiences.campaign_results import count_results
from smartcart.audiences.file import AudienceFile, refuse_kind
from smartcart.core import holdout, plan
from smartcart.errors import DataError, UsageError
from smartcart.records import Campaign, Learnt, Plan, RunFile, Uplift
from smartcart.store import StoredRun
from smartcart.workflows.plan_value import expected_revenue

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ARMS", "arms", "held_out_beside", "make_plan", "measure_results", "write_arms"]

ARMS = ("contact", "hold out", "leave")


def make_plan(
    saved: StoredRun,
    *,
    cost: float,
    revenue: float | None = None,
    outcome: str | None = None,
    rate: float | None = None,
    budget: float | None = None,
    baseline: float | None = None,
    learnt: Learnt | None = None,
    partial: bool = True,
    seed: int = 0,
) -> Campaign:
    """Plan a campaign to the customers of a run.

    Rates come from the outcome named (else the one that is called a response, or the first one of
    the run), or from ``rate``, which the plan then marks as assumed. ``cost`` and ``revenue``
    are per contact and per response; without ``revenue`` a response brings what a customer of its
    segment is expected to spend by the run's forecast, whose interval goes into that of the profit.
    ``baseline`` is the response rate of customers left alone, where it is known. With ``learnt``,
    the results of an earlier campaign to these segments, a contact is worth what it adds to what
    comes by itself.

    Raises
    ------
    UsageError
        Where there is neither an outcome nor a rate, an amount is impossible, or there is neither
        a revenue nor a forecast of it.
    """
    brings, error, horizon = _brings(saved, revenue)
    if learnt is not None:
        return _from_results(
            saved,
            learnt,
            outcome=outcome,
            rate=rate,
            cost=cost,
            revenue=brings,
            revenue_error=error,
            horizon=horizon,
            budget=budget,
            baseline=baseline,
            partial=partial,
            seed=seed,
        )
    if rate is not None and outcome is not None:
        raise UsageError.of("--outcome and --rate are given", "one of them", "leave one out")
    found = saved.outcome(outcome) if rate is None else None
    if rate is None and found is None:
        what = "this run has no outcome column"
        if saved.outcomes:
            what += f" of a campaign (only {', '.join(o.column for o in saved.outcomes)})"
        raise UsageError.of(
            f"{what}, so nothing says who responds",
            "a 0/1 column of a past campaign, or the rate that you assume",
            "name it with --outcome, give it the role 'outcome' in the configuration and run "
            "again, or give --rate 0.05",
        )
    positives = [one.positives for one in found.rates] if found else None
    trials = [one.customers for one in found.rates] if found else None
    planned = plan.make_plan(
        saved.names,
        saved.sizes,
        cost=cost,
        revenue=brings,
        revenue_error=error,
        positives=positives,
        trials=trials,
        assumed=rate,
        budget=budget,
        partial=partial,
        baseline=baseline,
        column=found.column if found else None,
        seed=seed,
    )
    if positives is None or trials is None:
        return Campaign(_numbered(planned, saved, horizon), None)
    tried = plan.backtest(
        positives, trials, cost=cost, revenue=brings, budget=budget, partial=partial, seed=seed
    )
    others = tuple(one.column for one in saved.outcomes if one is not found)
    return Campaign(_numbered(planned, saved, horizon), tried, others)


def _brings(saved: StoredRun, revenue: float | None) -> tuple[Any, Any, int | None]:
    """Return what a response brings, how uncertain that is, and the days of the forecast."""
    if revenue is not None:
        return revenue, None, None
    found = expected_revenue(saved)
    return found.revenue, found.error, found.horizon


def _from_results(
    saved: StoredRun,
    learnt: Learnt,
    *,
    outcome: str | None,
    rate: float | None,
    horizon: int | None,
    **options: Any,
) -> Campaign:
    """Return a plan from what an earlier campaign changed."""
    if outcome is not None or rate is not None:
        raise UsageError.of(
            "the results of an earlier campaign and another rate are given",
            "one of them",
            "leave one out",
        )
    place = {segment_id: i for i, segment_id in enumerate(learnt.segment_ids)}

    def of(counts: tuple[int, ...]) -> list[int]:
        """Return counts in the order of the run's segments; 0 for those not met before."""
        return [counts[place[one]] if one in place else 0 for one in saved.ids]

    trials, alone = of(learnt.trials), of(learnt.alone)
    if not sum(trials) or not sum(alone):
        raise DataError.of(
            f"{learnt.name} tells nothing of these segments: "
            f"{sum(trials):,} contacted and {sum(alone):,} left alone in them",
            "some of both",
            "choose a campaign to these segments",
        )
    planned = plan.make_plan(
        saved.names,
        saved.sizes,
        positives=of(learnt.positives),
        trials=trials,
        alone=(of(learnt.alone_positives), alone),
        column=f"{learnt.outcome} after {learnt.arm!r} in {learnt.name}",
        **options,
    )
    return Campaign(_numbered(planned, saved, horizon), None)


def _numbered(planned: Plan, saved: StoredRun, horizon: int | None) -> Plan:
    """Return the plan with the ids of the run's segments, and where its revenue is from."""
    segments = (replace(s, segment_id=saved.ids[s.segment_id - 1]) for s in planned.segments)
    return replace(planned, segments=tuple(segments), revenue_horizon=horizon)


def arms(
    saved: StoredRun, planned: Plan, *, seed: int = 0
) -> Iterator[tuple[pa.RecordBatch, NDArray[np.intp]]]:
    """Yield batches of the run's customers and the arm of each: an index into ``ARMS``.

    Of a segment that is contacted in part, exactly so many are chosen as planned, and exactly the
    holdout's size of all the chosen is left alone. Who, depends on seed and customer id alone.
    Customers stream; nothing that grows with them is held.
    """
    size = np.array([one.customers for one in planned.segments])
    contacts = np.array([one.contacts for one in planned.segments])
    cuts = np.where(contacts >= size, 1.0, 0.0)

    def drawn(batch: pa.RecordBatch, there: NDArray[np.bool_], purpose: str) -> NDArray[np.float64]:
        """Return the numbers of the customers who are ``there``, 2 for the others."""
        out = np.full(len(there), 2.0)
        if there.any():
            ids = batch["customer_id"].to_pylist()
            who = ids if there.all() else [ids[i] for i in np.flatnonzero(there)]
            out[there] = holdout.unit(who, seed, purpose)
        return out

    def placed() -> Iterator[tuple[pa.RecordBatch, NDArray[np.intp]]]:
        for batch in saved.batches():
            yield batch, saved.places(batch["segment_id"].to_numpy())

    def of_segment(segment: int) -> Iterator[NDArray[np.float64]]:
        for batch, place in placed():
            found = drawn(batch, place == segment, "plan")
            yield found[found < 1]

    for one in np.flatnonzero((contacts > 0) & (contacts < size)).tolist():
        cuts[one] = holdout.lowest(partial(of_segment, one), int(contacts[one]))

    def chosen(batch: pa.RecordBatch, place: NDArray[np.intp]) -> NDArray[np.bool_]:
        cut = cuts[place]
        partly = (cut > 0) & (cut < 1)
        return np.asarray((cut == 1) | (partly & (drawn(batch, partly, "plan") < cut)))

    def of_chosen() -> Iterator[NDArray[np.float64]]:
        for batch, place in placed():
            found = drawn(batch, chosen(batch, place), "holdout")
            yield found[found < 1]

    limit = holdout.lowest(of_chosen, planned.holdout.size if planned.holdout else 0)
    for batch, place in placed():
        there = chosen(batch, place)
        arm = np.where(there, 0, 2)
        if limit > 0:
            arm[drawn(batch, there, "holdout") < limit] = 1
        yield batch, arm


def write_arms(
    saved: StoredRun, planned: Plan, target: Path, *, seed: int = 0, overwrite: bool = False
) -> dict[str, int]:
    """Write who is contacted to ``target``, and who is held out to a file of its own beside it.

    So that nobody who is to be left alone is in a file that is uploaded. The columns of both are
    ``customer_id, segment_id, segment, arm``; customers left out of the plan are counted, not
    written. Both files (``.csv`` or ``.parquet``; see :func:`held_out_beside`) appear once they are
    whole. Returns how many are in each arm.

    Raises
    ------
    UsageError
        Where the file cannot be written, or exists and is not to be replaced.
    """
    import pyarrow as pa

    refuse_kind(target)
    if target.suffix.lower() == ".txt":
        raise UsageError.of(
            f"-o is {str(target)!r}, and a text file has no column for who is held out",
            "a name that ends in .csv or .parquet",
            "choose another -o",
        )
    counts = dict.fromkeys(ARMS, 0)
    held_out = held_out_beside(target)
    store.refuse_file(held_out, overwrite=overwrite)
    with store.new_files([target, held_out], overwrite=overwrite) as part:
        with (
            AudienceFile(part / target.name) as reached,
            AudienceFile(part / held_out.name) as held,
        ):
            for batch, arm in arms(saved, planned, seed=seed):
                for i, name in enumerate(ARMS):
                    counts[name] += int((arm == i).sum())
                names = pa.array([ARMS[i] for i in arm], pa.string())
                places = saved.places(batch["segment_id"].to_numpy())
                called = pa.array([saved.names[i] for i in places], pa.string())
                row = [batch["customer_id"], batch["segment_id"], called, names]
                table = pa.record_batch(row, names=["customer_id", "segment_id", "segment", "arm"])
                reached.write(table.filter(pa.array(arm == 0)))
                held.write(table.filter(pa.array(arm == 1)))
        if not counts["contact"]:
            raise DataError.of(
                "the plan contacts nobody, so there is no list",
                "a segment that earns its cost",
                "see the plan without -o",
            )
    return counts


def held_out_beside(target: Path) -> Path:
    """Return the file beside a list of whom to contact that holds whom to leave alone.

    >>> held_out_beside(Path("contacts.csv")).name
    'contacts.held-out.csv'
    """
    return target.with_name(f"{target.stem}.held-out{target.suffix}")


def measure_results(
    saved: StoredRun, results: Path, *, cost: float | None = None, revenue: float | None = None
) -> tuple[tuple[Uplift, ...], int]:
    """Return the uplift per segment and in all, and how many rows name nobody of this run.

    ``results`` is a table with ``customer_id``, ``arm`` (contact or hold out) and ``response``
    (0 or 1; nothing where it is not known). Without ``cost`` and ``revenue`` nothing is said of
    profit.

    Raises
    ------
    DataError
        Where a column is missing or holds something else, or nobody of the run is in it.
    UsageError
        Where one of cost and revenue is missing, or impossible.
    """
    if (cost is None) != (revenue is None):
        raise UsageError.of(
            f"only {'--revenue' if cost is None else '--cost'} is given",
            "both or none of them",
            "give the other one as well",
        )
    if cost is not None and revenue is not None:
        plan.check_money(cost, revenue, None)
    found, known, strangers = count_results(results, saved.folder / RunFile.SEGMENTS)
    if not known:
        raise DataError.of(
            f"none of the {strangers:,} customers in {str(results)!r} is in this run",
            "customer ids of the run",
            "name the run that the campaign was planned with",
        )
    counts = np.zeros((4, len(saved.names)), dtype=np.int64)
    for one in found:
        row = 0 if one.treated else 2
        counts[row : row + 2, saved.ids.index(one.segment_id)] = one.customers, one.responses
    uplifts = holdout.measure(counts, saved.names, cost=cost, revenue=revenue)
    known_ids = (0, *saved.ids)  # 0: all segments together
    told = tuple(replace(one, segment_id=known_ids[one.segment_id]) for one in uplifts)
    return told, strangers
