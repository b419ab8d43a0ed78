"""The pictures of a run in a notebook, each a method, so that they complete and are documented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Never

from smartcart.errors import DataError
from smartcart.records import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Plots"]


class Plots:
    """The pictures of a run, drawn when asked for: ``s.plot.elbow()`` returns a Matplotlib figure.

    Each raises ``smartcart.errors.DataError`` where the run has nothing to draw it from.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    def elbow(self) -> Figure:
        """Draw the within-cluster sum of squares per K, with the elbow and the K used."""
        return self._draw("elbow")

    def clusters_3d(self) -> Figure:
        """Draw customers on the first three principal components, coloured by segment."""
        return self._draw("clusters_3d")

    def segment_sizes(self) -> Figure:
        """Draw the share of customers, and of value, in each segment."""
        return self._draw("segment_sizes")

    def profile_heatmap(self) -> Figure:
        """Draw the effect of every column in each segment, in standard deviations."""
        return self._draw("profile_heatmap")

    def segment_vs_average(self) -> Figure:
        """Draw each segment beside the average customer."""
        return self._draw("segment_vs_average")

    def evidence(self) -> Figure:
        """Draw silhouette, gap, stability and the other figures per K."""
        return self._draw("evidence")

    def rfm(self) -> Figure:
        """Draw customers per RFM segment."""
        return self._draw("rfm")

    def outcomes(self) -> Figure:
        """Draw the rate of each 0/1 outcome per segment, with its interval."""
        return self._draw("outcomes")

    def future(self) -> Figure:
        """Draw the forecast's track record."""
        return self._draw("future")

    def __getattr__(self, name: str) -> Never:
        """Say which pictures there are, where one is asked for that there is not."""
        there = ", ".join(n for n in vars(type(self)) if not n.startswith("_"))
        raise AttributeError(f"there is no picture {name!r}; there are {there}")

    def _draw(self, name: str) -> Figure:
        from smartcart.report import figures

        there = figures.drawable(self._run)
        if name not in there:
            raise DataError.of(
                f"this run has nothing to draw {name!r} from",
                f"one of {', '.join(there)}",
                "draw another",
            )
        return figures.FIGURES[name](self._run)

    def __dir__(self) -> list[str]:
        from smartcart.report import figures

        return list(figures.drawable(self._run))

    def __repr__(self) -> str:
        from smartcart.report import figures

        return f"<Plots: {', '.join(figures.drawable(self._run))}>"
