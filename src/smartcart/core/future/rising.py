"""Logarithms of rising factorials, which are all that likelihoods of counts need of Gamma."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["rising"]

Floats = NDArray[np.float64]
SUMMED = 4_096  # up to so many factors are added up; beyond, Gamma's logarithm is the shorter way


def rising(start: float, factors: Floats) -> tuple[Floats, Floats]:
    """Return ``log(start (start+1) ... (start+n-1))`` and its derivative by ``start``, both (m,).

    ``factors`` (m,) are the whole numbers ``n``; the first is ``log Gamma(start+n) - log
    Gamma(start)``, the second ``psi(start+n) - psi(start)``.

    >>> logs, slopes = rising(2.0, np.array([0.0, 3.0]))
    >>> np.exp(logs).round(9), slopes.round(6)
    (array([ 1., 24.]), array([0.      , 1.083333]))
    """
    most = float(factors.max(initial=0.0))
    if most > SUMMED or (factors != np.floor(factors)).any():
        from scipy.special import gammaln, psi

        end = start + factors
        return np.asarray(gammaln(end) - gammaln(start)), np.asarray(psi(end) - psi(start))
    each = start + np.arange(int(most))
    place = factors.astype(np.intp)
    logs = np.concatenate([[0.0], np.cumsum(np.log(each))])
    slopes = np.concatenate([[0.0], np.cumsum(1.0 / each)])
    return logs[place], slopes[place]
