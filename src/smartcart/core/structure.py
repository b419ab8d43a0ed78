"""How many dense regions are there, with empty valleys between them?

K-Means always returns K groups. To see which of its borders are real, the rows are first cut into
many small cells; two neighbouring cells or groups are joined where the density of customers along
the line that separates them best (Fisher's discriminant) shows no valley. A split of one cloud,
however long or skewed, has no valley and is joined again; what is left apart are natural groups.
Merging by a valley along a discriminant follows Tantrum, Murua & Stuetzle (2003) and Hennig (2010,
Adv. Data Anal. Classif. 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Groups", "natural_groups", "valley"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

VALLEY_DEPTH = 0.25  # a valley is at least this much lower than the lower of its two hills ...
VALLEY_Z = 3.0  # ... and by this many standard errors of the counts
BINS = 128
SMALLEST_GROUP = 0.02  # a smaller group is a fringe of its neighbour, not a group of its own


@dataclass(frozen=True, slots=True)
class Groups:
    """``labels`` (n,) of ``count`` natural groups; ``depth`` the shallowest valley between two."""

    labels: Labels
    count: int
    depth: float


def valley(t: Floats, left: float, right: float, bandwidth: float) -> tuple[float, float]:
    """Return depth (0 to 1) and standard errors of the deepest valley between two positions.

    The density of ``t`` (m,) is estimated with a Gaussian kernel; the depth of a position is how
    much lower it is than the lower of the highest hills on its two sides.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> t = np.concatenate([rng.normal(0, 1, 500), rng.normal(6, 1, 500)])
    >>> valley(t, 0, 6, 0.3)[0] > 0.9, valley(t[:500], -1, 1, 0.3)[0] < 0.2
    (True, True)
    """
    low, high = float(t.min()), float(t.max())
    if not high > low:
        return 0.0, 0.0
    step = (high - low) / (BINS - 1)
    counts = np.bincount(np.rint((t - low) / step).astype(np.intp), minlength=BINS)
    reach = max(1, int(np.ceil(3 * bandwidth / step)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / bandwidth) ** 2)
    smooth = np.convolve(counts, kernel)[reach : reach + BINS]
    rise = np.maximum.accumulate(smooth)
    fall = np.maximum.accumulate(smooth[::-1])[::-1]
    hill = np.minimum(rise, fall)
    a, b = sorted((int((left - low) / step), int((right - low) / step)))
    inner = slice(max(a, 0), min(b, BINS - 1) + 1)
    drop = (hill - smooth)[inner]
    # a kernel sum of counts has variance of about sum(kernel^2) counts = smooth / sqrt(2)
    z = drop / np.sqrt(np.maximum(hill + smooth, 1e-12)[inner] / np.sqrt(2))
    at = int(z.argmax())
    return float(drop[at] / max(hill[inner][at], 1e-12)), float(z[at])


def natural_groups(
    Z: Floats, cells: Labels, *, depth: float = VALLEY_DEPTH, z: float = VALLEY_Z
) -> Groups:
    """Join cells until every two groups have a valley between them.

    Parameters
    ----------
    Z : (n, p); cells : (n,) labels 0.. of a fine partition, each cell a compact piece.
    """
    n = Z.shape[0]
    groups = [np.flatnonzero(cells == c) for c in np.unique(cells)]
    groups = [g for g in groups if g.size]
    cache: dict[tuple[int, int], tuple[float, float]] = {}
    names = list(range(len(groups)))
    members = dict(zip(names, groups, strict=True))
    fresh = len(groups)
    while len(members) > 1:
        live = sorted(members)
        scores = {}
        for i, a in enumerate(live):
            for b in live[i + 1 :]:
                if (a, b) not in cache:
                    cache[a, b] = _between(Z, members[a], members[b])
                scores[a, b] = cache[a, b]
        def strength(pair):
            d, s = scores[pair]
            return min(d / depth, s / z)
        weakest = min(scores, key=strength)
        if strength(weakest) >= 1:
            small = min(live, key=lambda g: members[g].size)
            if members[small].size >= SMALLEST_GROUP * n:
                return Groups(_label(members, n), len(live), min(d for d, _ in scores.values()))
            weakest = min((pair for pair in scores if small in pair), key=strength)
        a, b = weakest
        members[fresh] = np.concatenate([members.pop(a), members.pop(b)])
        fresh += 1
    return Groups(_label(members, n), 1, 0.0)


def _between(Z: Floats, first: NDArray[np.intp], second: NDArray[np.intp]) -> tuple[float, float]:
    a, b = Z[first], Z[second]
    ma, mb = a.mean(axis=0), b.mean(axis=0)
    da, db = a - ma, b - mb
    p = Z.shape[1]
    # equal say for both groups, whatever their sizes
    within = da.T @ da / len(a) + db.T @ db / len(b)
    within = within / 2
    within += np.eye(p) * (0.05 * np.trace(within) / p + 1e-9)
    axis = np.linalg.solve(within, mb - ma)
    ta, tb = a @ axis, b @ axis
    spread = min(ta.std(), tb.std())
    m = min(len(a), len(b))
    if m < 2 or spread <= 0:
        return 0.0, 0.0
    bandwidth = 1.06 * spread * m ** -0.2
    t = np.concatenate([ta, tb])
    return valley(t, float(np.median(ta)), float(np.median(tb)), float(bandwidth))


def _label(members: dict[int, NDArray[np.intp]], n: int) -> Labels:
    labels = np.zeros(n, dtype=np.int32)
    ranked = sorted(members.values(), key=lambda rows: (-rows.size, int(rows.min())))
    for label, rows in enumerate(ranked):
        labels[rows] = label
    return labels
