"""The segments are judged while other work goes on, in another process where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smartcart.background_process import HelperProcess, LostError
from smartcart.core import outcomes
from smartcart.core.trust import Trust, judge
from smartcart.records import Outcome
from smartcart.workflows.customer_arrays import CustomerArrays
from smartcart.workflows.record import FittedSegments

__all__ = ["judging_of", "tested_outcomes"]


def judging_of(
    table: CustomerArrays, fitted: FittedSegments, seed: int, helper: HelperProcess | None
) -> Callable[[], Trust]:
    """Begin to judge the segments on the sample; return the function that waits for the result."""
    asked = (
        table.sample,
        table.all_features,
        table.weight,
        fitted.recipe,
        fitted.centers,
        fitted.names,
        seed,
    )
    if helper is None:
        return lambda: judge(*asked)
    try:
        helper.ask(judge, *asked)
    except LostError:
        return lambda: judge(*asked)

    def wait() -> Trust:
        try:
            found: Trust = helper.answer()
            return found
        except LostError:
            return judge(*asked)

    return wait


def tested_outcomes(found: Sequence[Outcome], helper: HelperProcess | None) -> tuple[Outcome, ...]:
    """Return outcomes with their p-values, from a helper where there is one: it has SciPy."""
    if not found:
        return ()
    if helper is not None:
        try:
            helper.ask(outcomes.with_p_values, tuple(found))
            told: tuple[Outcome, ...] = helper.answer()
            return told
        except LostError:  # then they are tested here
            pass
    return outcomes.with_p_values(found)
