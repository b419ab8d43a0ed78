"""What is done with segments, for the report: a campaign, and customers that are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from smartcart.errors import UsageError
from smartcart.records import Campaign, Notice, Run
from smartcart.store import run_in_memory

__all__ = ["check_amounts", "with_actions"]


def check_amounts(
    cost: float | None, revenue: float | None, budget: float | None = None, *, needed: bool = False
) -> bool:
    """Return whether a campaign is asked for; it is, where it is ``needed``.

    It needs both, but where it is ``needed`` a forecast may stand in for the revenue. Raises
    ``UsageError`` where a part is missing.
    """
    if not needed and cost is None and revenue is None and budget is None:
        return False
    for name, value in (("--cost", cost), ("--revenue", revenue)):
        if value is None and not (needed and name == "--revenue"):
            raise UsageError.of(
                f"{name} is not given",
                "what a contact costs and what a response brings",
                "give both, as in --cost 3 --revenue 11",
            )
    return True


def with_actions(
    run: Run,
    folder: Path,
    source: object,
    *,
    cost: float | None = None,
    revenue: float | None = None,
    budget: float | None = None,
    customers: Sequence[object] = (),
) -> Run:
    """Return the run with a campaign planned, and with ``customers`` explained by their ids.

    Without an outcome column there is no campaign, but a notice that says so: what customers
    answer is then not known.

    Raises
    ------
    DataError
        Where a customer is not in the source.
    UsageError
        Where one of the amounts is missing or impossible.
    """
    if check_amounts(cost, revenue, budget) and cost is not None and revenue is not None:
        from smartcart.workflows.plan import make_plan

        saved = run_in_memory(run, folder)
        campaign: Campaign | None = None
        notices = run.notices
        if saved.outcome(None) is None:
            notices = (*notices, Notice("no campaign", _NO_OUTCOME))
        else:
            campaign = make_plan(saved, cost=cost, revenue=revenue, budget=budget, seed=run.seed)
        run = replace(run, campaign=campaign, notices=notices)
    if customers:
        from smartcart.workflows.explain import explain

        run = replace(run, explained=explain(source, run.model, customers))
    return run


_NO_OUTCOME = (
    "No campaign was planned: there is no 0/1 column of a past campaign. Say what you assume with "
    "smartcart plan --rate."
)
