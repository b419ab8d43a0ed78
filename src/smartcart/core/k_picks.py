"""What each rule in common use would pick as K."""

from __future__ import annotations

from itertools import pairwise

from smartcart.core.k_indices import BEST
from smartcart.records import KRow

__all__ = ["elbow", "pick_all"]

STABLE = 0.9  # bootstrap ARI for the rule "stability"
STRENGTH = 0.8  # Tibshirani & Walther (2005) suggest 0.8 to 0.9


def elbow(wcss: list[float]) -> int:
    """Return the K whose WCSS is farthest below the chord from the first K to the last.

    >>> elbow([100.0, 40.0, 12.0, 10.0, 9.0, 8.0])
    3
    >>> elbow([5.0])
    1
    """
    steps = len(wcss) - 1
    if steps < 2 or wcss[0] <= wcss[-1]:
        return 1
    fall = wcss[0] - wcss[-1]
    below = [1 - i / steps - (w - wcss[-1]) / fall for i, w in enumerate(wcss)]
    return below.index(max(below)) + 1


def pick_all(rows: tuple[KRow, ...], strength: dict[int, float]) -> dict[str, int]:
    """Return the pick of each rule over the evidence ``rows``, K = 1, 2, ... in order.

    ``elbow``: farthest below the chord of WCSS; ``silhouette``, ``calinski_harabasz``: largest;
    ``davies_bouldin``: smallest; ``gap``: the smallest K with ``gap(K) >= gap(K+1) - s(K+1)``
    (Tibshirani, Walther & Hastie 2001); ``stability``: the largest K with bootstrap ARI of at
    least 0.9; ``prediction_strength``: the largest K with at least 0.8. Only the last three can
    pick K = 1.
    """
    picks = {"elbow": elbow([row.wcss for row in rows])}
    for name, sign in BEST.items():
        scored = [(sign * v, -row.k) for row in rows if (v := getattr(row, name)) is not None]
        picks[name] = -max(scored)[1] if scored else 1
    after = pairwise(rows)
    picks["gap"] = next((a.k for a, b in after if a.gap >= b.gap - b.gap_se), rows[-1].k)
    stable = [row.k for row in rows if (row.stability_ari or 0.0) >= STABLE]
    picks["stability"] = max(stable, default=1)
    if strength:
        strong = [k for k, value in strength.items() if value >= STRENGTH]
        picks["prediction_strength"] = max(strong, default=1)
    return picks
