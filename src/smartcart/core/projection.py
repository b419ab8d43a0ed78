"""The 3-D view: customers on the first three principal components."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smartcart.records import Picture

__all__ = ["picture_rows", "principal_view"]

POINTS = 3_000  # enough to show the shape, few enough to turn smoothly


def picture_rows(rows: int) -> NDArray[np.intp]:
    """Return which of so many rows are points of the picture: evenly thinned."""
    return np.arange(0, rows, max(1, -(-rows // POINTS)))


def principal_view(
    Z: NDArray[np.float64], labels: NDArray[np.integer], names: Sequence[str], rows: int
) -> Picture:
    """Project (n, p) standardized rows on three principal components, evenly thinned.

    Signs are fixed so that the largest loading of each axis is positive. An axis is described by
    the features with its two largest loadings. Fewer than three features leave axes at zero.
    """
    centred = Z - Z.mean(axis=0)
    variance, axes = np.linalg.eigh(centred.T @ centred / max(len(Z) - 1, 1))
    variance, axes = variance[::-1].clip(0), axes[:, ::-1]
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.sign(axes[largest, np.arange(axes.shape[1])])
    take = min(3, Z.shape[1])
    chosen = picture_rows(len(Z))
    xyz = np.zeros((len(chosen), 3))
    xyz[:, :take] = centred[chosen] @ axes[:, :take]
    total = variance.sum() or 1.0
    explained = [float(v / total) for v in variance[:take]] + [0.0] * (3 - take)
    words = []
    for j in range(take):
        top = np.argsort(-np.abs(axes[:, j]), kind="stable")[:2]
        words.append(", ".join(("" if axes[i, j] > 0 else "less ") + names[i] for i in top))
    return Picture(
        xyz=tuple((float(a), float(b), float(c)) for a, b, c in xyz.round(4)),
        segment_ids=tuple(int(v) + 1 for v in labels[chosen]),
        explained=tuple(explained),
        axes=tuple(words + [""] * (3 - take)),
        rows=rows,
    )
