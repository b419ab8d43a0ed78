"""The segments are judged while other work goes on, in another process where there is one."""

from __future__ import annotations

from collections.abc import Callable

from smartcart.background_process import HelperProcess, LostError
from smartcart.core.trust import Trust, judge
from smartcart.workflows.customer_arrays import CustomerArrays
from smartcart.workflows.record import FittedSegments

__all__ = ["judging_of"]


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
