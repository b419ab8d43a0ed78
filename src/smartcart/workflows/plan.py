"""From a saved run to a campaign: whom to contact, whom to leave alone, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smartcart import store
from smartcart.core import holdout, plan
from smartcart.engines import open_source
from smartcart.engines.audience_file import AudienceFile, refuse_kind
from smartcart.errors import DataError, UsageError
from smartcart.records import Backtest, Plan, Uplift
from smartcart.workflows.saved import Saved

__all__ = ["ARMS", "Campaign", "arms", "make_plan", "measure_results", "write_arms"]

ARMS = ("contact", "hold out", "leave")
TREATED = {"contact", "contacted", "treated", "treatment", "1", "true", "yes", "test"}
CONTROL = {"hold out", "holdout", "held out", "control", "0", "false", "no"}
COLUMNS = ("customer_id", "arm", "response")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A plan, and how such plans did on halves of the customers (``None`` for assumed rates)."""

    plan: Plan
    backtest: Backtest | None


def make_plan(
    saved: Saved,
    *,
    cost: float,
    revenue: float,
    outcome: str | None = None,
    rate: float | None = None,
    budget: float | None = None,
    baseline: float | None = None,
    partial: bool = True,
    seed: int = 0,
) -> Campaign:
    """Plan a campaign to the customers of a run.

    Rates come from the outcome named (else the first one of the run), or from ``rate``, which the
    plan then marks as assumed. ``cost`` and ``revenue`` are per contact and per response;
    ``baseline`` is the response rate of customers left alone, where it is known.

    Raises
    ------
    UsageError
        Where there is neither an outcome nor a rate, or an amount is impossible.
    """
    if rate is not None and outcome is not None:
        raise UsageError.of("--outcome and --rate are given", "one of them", "leave one out")
    found = saved.outcome(outcome) if rate is None else None
    if rate is None and found is None:
        raise UsageError.of(
            "this run has no outcome column, so nothing says who responds",
            "a 0/1 column of a past campaign, or the rate that you assume",
            "name it as an outcome in the configuration and run again, or give --rate 0.05",
        )
    positives = [one.positives for one in found.rates] if found else None
    trials = [one.customers for one in found.rates] if found else None
    planned = plan.make_plan(
        saved.names, saved.sizes, cost=cost, revenue=revenue, positives=positives, trials=trials,
        assumed=rate, budget=budget, partial=partial, baseline=baseline,
        column=found.column if found else None, seed=seed,
    )  # fmt: skip
    if positives is None or trials is None:
        return Campaign(_numbered(planned, saved), None)
    tried = plan.backtest(
        positives, trials, cost=cost, revenue=revenue, budget=budget, partial=partial, seed=seed
    )
    return Campaign(_numbered(planned, saved), tried)


def _numbered(planned: Plan, saved: Saved) -> Plan:
    """Return the plan with the ids that the segments have in the run."""
    segments = (replace(s, segment_id=saved.ids[s.segment_id - 1]) for s in planned.segments)
    return replace(planned, segments=tuple(segments))


def arms(saved: Saved, planned: Plan, *, seed: int = 0) -> Iterator[tuple[Any, NDArray[Any]]]:
    """Yield batches of the run's customers and the arm of each: an index into ``ARMS``.

    Of a segment that is contacted in part, exactly so many are chosen; the holdout's share of the
    chosen is left alone. Both depend on seed and customer id alone.
    """
    size = np.array([one.customers for one in planned.segments])
    contacts = np.array([one.contacts for one in planned.segments])
    cuts = np.where(contacts >= size, 1.0, 0.0)
    for place in np.flatnonzero((contacts > 0) & (contacts < size)):
        drawn = [
            holdout.unit(_ids(batch, saved.ids[place]), seed, "plan") for batch in saved.batches()
        ]
        cuts[place] = np.partition(np.concatenate(drawn), contacts[place])[contacts[place]]
    share = planned.holdout.share if planned.holdout else 0.0
    for batch in saved.batches():
        ids = batch["customer_id"].to_pylist()
        place = saved.places(batch["segment_id"].to_numpy())
        arm = np.where(holdout.unit(ids, seed, "plan") < cuts[place], 0, 2)
        arm[(arm == 0) & holdout.held_out(ids, share, seed)] = 1
        yield batch, arm


def _ids(batch: Any, segment: int) -> list[object]:
    ids = batch["customer_id"].to_pylist()
    return [ids[i] for i in np.flatnonzero(batch["segment_id"].to_numpy() == segment)]


def write_arms(
    saved: Saved, planned: Plan, target: Path, *, seed: int = 0, overwrite: bool = False
) -> dict[str, int]:
    """Write who is contacted and who is held out; return how many are in each arm.

    The columns are ``customer_id, segment_id, segment, arm``; customers left out of the plan are
    counted, not written. The file (``.csv`` or ``.parquet``) appears once it is whole.

    Raises
    ------
    UsageError
        Where the file cannot be written, or exists and is not to be replaced.
    """
    import pyarrow as pa

    refuse_kind(target)
    counts = dict.fromkeys(ARMS, 0)
    with store.new_files([target], overwrite=overwrite) as part:
        with AudienceFile(part / target.name) as file:
            for batch, arm in arms(saved, planned, seed=seed):
                for i, name in enumerate(ARMS):
                    counts[name] += int((arm == i).sum())
                names = pa.array([ARMS[i] for i in arm], pa.string())
                row = [batch["customer_id"], batch["segment_id"], batch["segment"], names]
                table = pa.record_batch(row, names=["customer_id", "segment_id", "segment", "arm"])
                file.write(table.filter(pa.array(arm < 2)))
        if not counts["contact"]:
            raise DataError.of(
                "the plan contacts nobody, so there is no list", "a segment that earns its cost",
                "see the plan without -o",
            )  # fmt: skip
    return counts


def measure_results(
    saved: Saved, results: Path, *, cost: float, revenue: float
) -> tuple[tuple[Uplift, ...], int]:
    """Return the uplift per segment and in all, and how many rows name nobody of this run.

    ``results`` is a table with ``customer_id``, ``arm`` (contact or hold out) and ``response``
    (0 or 1; nothing where it is not known).

    Raises
    ------
    DataError
        Where a column is missing or holds something else, or nobody of the run is in it.
    """
    answers = _answers(results)
    k = len(saved.names)
    counts, known = np.zeros((4, k), dtype=np.int64), 0
    for batch in saved.batches():
        ids = [str(i) for i in batch["customer_id"].to_pylist()]
        there = np.array([i in answers for i in ids], dtype=bool)
        found = [answers[i] for i in ids if i in answers]
        if not found:
            continue
        known += len(found)
        treated, y = (np.array(column) for column in zip(*found, strict=True))
        place = saved.places(batch["segment_id"].to_numpy()[there])
        counts += holdout.count_arms(y, place, treated.astype(bool), k)
    if not known:
        raise DataError.of(
            f"none of the {len(answers):,} customers in {str(results)!r} is in this run",
            "customer ids of the run", "name the run that the campaign was planned with",
        )  # fmt: skip
    uplifts = holdout.measure(counts, saved.names, cost=cost, revenue=revenue)
    known_ids = (0, *saved.ids)  # 0: all segments together
    told = tuple(replace(one, segment_id=known_ids[one.segment_id]) for one in uplifts)
    return told, len(answers) - known


def _answers(results: Path) -> dict[str, tuple[bool, float]]:
    """Return arm (contacted or not) and response by customer id."""
    with open_source(str(results)) as opened:
        missing = [name for name in COLUMNS if name not in opened.table.columns]
        if missing:
            raise DataError.of(
                f"{str(results)!r} has no column {', '.join(map(repr, missing))}",
                f"the columns {', '.join(COLUMNS)}",
                "take the list that smartcart plan -o wrote and add the response",
            )
        table = opened.table.select(*COLUMNS)
        rows = opened.engine.records(table)
    found: dict[str, tuple[bool, float]] = {}
    for row in rows:
        arm = str(row["arm"]).strip().lower()
        if arm == "leave":
            continue
        if arm not in TREATED | CONTROL:
            raise DataError.of(
                f"the arm of customer {row['customer_id']!r} is {row['arm']!r}",
                "'contact' or 'hold out'", "correct the column",
            )  # fmt: skip
        who = str(row["customer_id"])
        if who in found:
            raise DataError.of(
                f"customer {who!r} occurs more than once in {str(results)!r}",
                "one row per customer", "remove the repeated rows",
            )  # fmt: skip
        found[who] = (arm in TREATED, _answer(who, row["response"]))
    return found


def _answer(who: str, said: object) -> float:
    """Return 1, 0, or NaN where nothing is known."""
    if said is None:
        return np.nan
    if isinstance(said, bool | int | float) and float(said) in {0.0, 1.0}:
        return float(said)
    raise DataError.of(
        f"the response of customer {who!r} is {said!r}", "0 or 1", "correct the column"
    )
