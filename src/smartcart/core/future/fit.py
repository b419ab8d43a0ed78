"""Parameters by maximum likelihood, with their standard errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from smartcart.core.future.cells import FINE_STEPS, Cells, coarser, counted, spread_in_steps
from smartcart.core.future.nbd import Nbd, prepared

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

    from smartcart.core.future.pareto import Pareto

__all__ = ["Fitted", "fit_customers", "fit_nbd", "fit_pareto", "maximum"]

Floats = NDArray[np.float64]
M = TypeVar("M")
BOUND = 14.0  # parameters are between exp(-14) and exp(14), times in units of a mean gap
STEP = 1e-4
FLAT = 1e-8  # slope per customer at which a search has arrived
MOST_STEPS, MOST_HALVES, MOST_CHORDS = 40, 30, 8
LONGEST = 1.5  # of one step, in logarithms
MANY = 20_000  # cells
ROUGH_STEPS = 16  # of time, in the cells on which a quick search begins
EXACT = 100_000  # up to so many customers cells are exact


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
    value: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    customers: float,
    rough: Callable[[Floats], tuple[float, Floats]] | None = None,
) -> tuple[Floats, float, Floats]:
    """Return the largest value's parameters (all above 0), the value, and their covariance.

    ``value`` gives a log-likelihood and its gradient. Logarithms of parameters are searched by
    L-BFGS-B within bounds. With ``rough``, which is nearly the same and costs less, Newton's steps
    are made instead, first with it; where these do not arrive, L-BFGS-B searches. The covariance is
    of the logarithms, by differences of the gradient.
    """
    loss = _loss_of(value, customers)
    reached = None
    if rough is not None:
        found = _newton(_loss_of(rough, customers), np.log(start))
        if found is not None:
            near = _chords(loss, *found)
            reached = _newton(loss, found[0]) if near is None else (near, _hessian(loss, near))
    at, hessian = reached or _bounded(loss, np.log(start))
    covariance = np.asarray(np.linalg.pinv(hessian * customers, hermitian=True), dtype=np.float64)
    best: Floats = np.exp(at)
    return best, -loss(at)[0] * customers, covariance


Loss = Callable[[Floats], tuple[float, Floats]]


def _loss_of(value: Callable[[Floats], tuple[float, Floats]], customers: float) -> Loss:
    """Return the negative value per customer, and its gradient by the logarithms."""

    def loss(at: Floats) -> tuple[float, Floats]:
        here = np.exp(at)
        found, slope = value(here)
        if not np.isfinite(found):
            return 1e30, np.zeros_like(at)
        return -found / customers, -slope * here / customers

    return loss


def _hessian(loss: Loss, at: Floats) -> Floats:
    found = np.empty((len(at), len(at)))
    for i in range(len(at)):
        step = np.zeros_like(at)
        step[i] = STEP
        found[i] = (loss(at + step)[1] - loss(at - step)[1]) / (2 * STEP)
    return (found + found.T) / 2


def _newton(loss: Loss, at: Floats) -> tuple[Floats, Floats] | None:
    """Return where the loss is least, and its Hessian there; None where steps do not arrive."""
    here, slope = loss(at)
    for _ in range(MOST_STEPS):
        hessian = _hessian(loss, at)
        values, vectors = np.linalg.eigh(hessian)
        if np.abs(slope).max() < FLAT and values[0] > 0:
            return at, hessian
        if not np.isfinite(hessian).all() or np.abs(at).max() >= BOUND:
            return None
        curved = np.maximum(np.abs(values), 1e-8 * np.abs(values).max() + 1e-12)
        step = -(vectors / curved) @ (vectors.T @ slope)
        step *= min(1.0, LONGEST / float(np.abs(step).max() + 1e-300))
        for _ in range(MOST_HALVES):
            there, new = loss(at + step)
            if there <= here + 1e-4 * float(slope @ step) + 1e-14 * abs(here):
                break
            step = step / 2
        else:
            return None
        at, here, slope = at + step, there, new
    return None


def _chords(loss: Loss, at: Floats, hessian: Floats) -> Floats | None:
    """Return where the loss is least, by steps with the Hessian of nearly the same loss."""
    inverse = np.linalg.pinv(hessian, hermitian=True)
    before = np.inf
    for _ in range(MOST_CHORDS):
        slope = loss(at)[1]
        steep = float(np.abs(slope).max())
        if steep < FLAT:
            return at
        if steep > before / 2:
            return None
        before, at = steep, at - inverse @ slope
    return None


def _bounded(loss: Loss, start: Floats) -> tuple[Floats, Floats]:
    from scipy.optimize import minimize

    with _threads().limit(limits=1, user_api="blas"):
        best = minimize(
            loss,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(-BOUND, BOUND)] * len(start),
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7},
        )
        at: Floats = np.asarray(best.x, dtype=np.float64)
        return at, _hessian(loss, at)


@cache
def _threads() -> ThreadpoolController:
    """Return the control of the thread pools of BLAS; SciPy's must be loaded to be found.

    SciPy 1.17 lets them work on matrices of four parameters: a step waits for the other threads,
    0.04 ms where the processors are idle and 5 ms where others use them.
    """
    import scipy.linalg  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def unit_of(cells: Cells) -> float:
    """Return the mean time between orders, in which a fit measures time."""
    observed = float((cells.weight * cells.T).sum())
    return max(observed / max(cells.repeats, 1.0), 1e-9)


def in_unit(cells: Cells, unit: float) -> Cells:
    """Return the cells with times in another unit."""
    logs = cells.gap_logs - cells.repeats * np.log(unit)
    return replace(cells, t=cells.t / unit, T=cells.T / unit, gap_logs=float(logs))


def fit_nbd(
    cells: Cells, k: int = 1, *, leaves_at_once: bool = True, quick: bool = False
) -> Fitted[Nbd]:
    """Fit a model of the beta-geometric family to customers, weighted.

    ``quick``: by Newton's steps, first on cells of fewer steps of time.
    """
    unit = unit_of(cells)
    scaled = in_unit(cells, unit)
    value = prepared(scaled, k, leaves_at_once=leaves_at_once)
    rough = None
    if quick:
        rough = prepared(coarser(scaled, ROUGH_STEPS), k, leaves_at_once=leaves_at_once)
    start = np.array([0.5, 0.5 * k, 1.0, 2.0])
    at, found, covariance = maximum(value, start, cells.customers, rough)
    model = Nbd(float(at[0]), float(at[1]) * unit, float(at[2]), float(at[3]), k, leaves_at_once)
    # of densities of times: another unit scales each
    return Fitted(model, found - cells.repeats * float(np.log(unit)), covariance)


def fit_customers(
    x: Floats, t: Floats, T: Floats, k: int = 1, *, leaves_at_once: bool = True
) -> Fitted[Nbd]:
    """Fit a model of the beta-geometric family to customers (n,), one by one.

    Repeats ``x``, the last ``t`` and the time observed ``T`` from the first order, in days. Up to
    100,000 customers are counted as they are. More are counted in 24 steps of time, in cells that
    have the means, variances and covariance of the times in them: parameters are within a
    twentieth of their standard errors of the largest likelihood, which itself is told to a
    ten-thousandth per customer. For regular timing (``k`` above 1) give cells with the logarithms
    of gaps to :func:`fit_nbd`, if likelihoods are to be compared.
    """
    exact = len(x) <= EXACT
    cells = counted(x, t, T) if exact else spread_in_steps(x, t, T, None, 0.0, FINE_STEPS)
    return fit_nbd(cells, k, leaves_at_once=leaves_at_once, quick=True)


def fit_pareto(cells: Cells) -> Fitted[Pareto]:
    """Fit the Pareto/NBD to customers, weighted."""
    from smartcart.core.future.pareto import Pareto, prepared_pareto

    unit, start = unit_of(cells), np.array([0.5, 0.5, 0.5, 2.0])
    if len(cells.x) > MANY:  # each is an integral: begin where fewer cells arrive
        few = (cells.x, cells.t, cells.T, cells.weight, 0.0)
        near = fit_pareto(spread_in_steps(*few, ROUGH_STEPS // 2)).model
        start = near.values / np.array([1.0, unit, 1.0, unit])
    value = prepared_pareto(in_unit(cells, unit))
    at, found, covariance = maximum(value, start, cells.customers)
    model = Pareto(float(at[0]), float(at[1]) * unit, float(at[2]), float(at[3]) * unit)
    return Fitted(model, found - cells.repeats * float(np.log(unit)), covariance)
