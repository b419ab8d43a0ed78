"""Parameters by maximum likelihood, with their standard errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from smartcart.core.future.cells import Cells
from smartcart.core.future.nbd import Nbd, prepared
from smartcart.core.future.pareto import Pareto, prepared_pareto

__all__ = ["Fitted", "fit_nbd", "fit_pareto", "maximum"]

Floats = NDArray[np.float64]
M = TypeVar("M")
BOUND = 14.0  # parameters are between exp(-14) and exp(14), times in units of a mean gap
STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Fitted(Generic[M]):
    """A model with the log-likelihood and the covariance (4, 4) of its parameters' logarithms."""

    model: M
    log_likelihood: float
    covariance: Floats

    @property
    def errors(self) -> Floats:
        """Standard errors (4,) of the logarithms of the parameters."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def maximum(
    value: Callable[[Floats], tuple[float, Floats]], start: Floats, customers: float
) -> tuple[Floats, float, Floats]:
    """Return the largest value's parameters (all above 0), the value, and their covariance.

    ``value`` gives a log-likelihood and its gradient. Logarithms of parameters are searched
    (L-BFGS-B) within bounds; the covariance is of the logarithms, by differences of the gradient.
    """
    from scipy.optimize import minimize

    def loss(at: Floats) -> tuple[float, Floats]:
        here = np.exp(at)
        found, slope = value(here)
        if not np.isfinite(found):
            return 1e30, np.zeros_like(at)
        return -found / customers, -slope * here / customers

    best = minimize(
        loss, np.log(start), jac=True, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * len(start),
        options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7},
    )  # fmt: skip
    at: Floats = np.asarray(best.x, dtype=np.float64)
    hessian = np.empty((len(at), len(at)))
    for i in range(len(at)):
        step = np.zeros_like(at)
        step[i] = STEP
        hessian[i] = (loss(at + step)[1] - loss(at - step)[1]) / (2 * STEP)
    symmetric = (hessian + hessian.T) / 2 * customers
    covariance = np.asarray(np.linalg.pinv(symmetric, hermitian=True), dtype=np.float64)
    found: Floats = np.exp(at)
    return found, -float(best.fun) * customers, covariance


def unit_of(cells: Cells) -> float:
    """Return the mean time between orders, in which a fit measures time."""
    observed = float(cells.weight @ cells.T)
    return max(observed / max(cells.repeats, 1.0), 1e-9)


def in_unit(cells: Cells, unit: float) -> Cells:
    """Return the cells with times in another unit."""
    logs = cells.gap_logs - cells.repeats * np.log(unit)
    return replace(cells, t=cells.t / unit, T=cells.T / unit, gap_logs=float(logs))


def fit_nbd(cells: Cells, k: int = 1, *, leaves_at_once: bool = True) -> Fitted[Nbd]:
    """Fit a model of the beta-geometric family to customers, weighted."""
    unit = unit_of(cells)
    value = prepared(in_unit(cells, unit), k, leaves_at_once=leaves_at_once)
    at, found, covariance = maximum(value, np.array([0.5, 0.5 * k, 1.0, 2.0]), cells.customers)
    model = Nbd(float(at[0]), float(at[1]) * unit, float(at[2]), float(at[3]), k, leaves_at_once)
    # of densities of times: another unit scales each
    return Fitted(model, found - cells.repeats * float(np.log(unit)), covariance)


def fit_pareto(cells: Cells) -> Fitted[Pareto]:
    """Fit the Pareto/NBD to customers, weighted."""
    unit = unit_of(cells)
    value = prepared_pareto(in_unit(cells, unit))
    at, found, covariance = maximum(value, np.array([0.5, 0.5, 0.5, 2.0]), cells.customers)
    model = Pareto(float(at[0]), float(at[1]) * unit, float(at[2]), float(at[3]) * unit)
    return Fitted(model, found - cells.repeats * float(np.log(unit)), covariance)
