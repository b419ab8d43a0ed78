"""What is asked of a segmentation, as one record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from smartcart.errors import UsageError
from smartcart.inspection.order_log import OrderOptions, order_options
from smartcart.records import ColumnRole, ColumnWish
from smartcart.settings import Settings

__all__ = ["SegmentRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRequest:
    """What is asked of a segmentation, whatever it is made of and wherever it goes.

    Parameters
    ----------
    k : the user's own number of segments; the evidence is gathered all the same.
    k_max : largest number of segments to try.
    kind : ``"customers"`` or ``"orders"``; else it is recognised.
    as_of : the day that ages and recencies refer to; else the latest in the data.
    wanted : roles by column name that override what SmartCart infers.
    options : how an order log is read.
    rfm_bins : digits of the RFM scores, 2 to 9.
    seed : seed of everything random.
    engine, spark_master : ``"spark"`` reads and assigns on the executors of a Spark cluster; only
        aggregates and the sample come here.
    previous : an earlier run folder whose segments live on: its K is kept without ``k``, the fit
        starts from its segments, and what is the same keeps id and name.
    fresh : with ``previous``: the evidence decides K and the fit starts anew; only ids and names of
        segments that are the same are kept.

    Raises
    ------
    UsageError
        ``k`` or ``k_max`` is out of its range.

    >>> SegmentRequest(k=4).k_max
    10
    """

    k: int | None = None
    k_max: int = 10
    kind: str | None = None
    as_of: dt.date | None = None
    wanted: Mapping[str, ColumnRole | ColumnWish] | None = None
    options: OrderOptions = field(default_factory=OrderOptions)
    rfm_bins: int = 5
    seed: int = 0
    engine: str = "duckdb"
    spark_master: str | None = None
    previous: Path | None = None
    fresh: bool = False

    def __post_init__(self) -> None:
        for name, value, least in (("--k", self.k, 1), ("--k-max", self.k_max, 2)):
            if value is not None and not least <= value <= 100:
                raise UsageError.of(
                    f"{name} is {value}",
                    f"a whole number from {least} to 100",
                    f"choose another {name}",
                )

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        engine: str = "duckdb",
        spark_master: str | None = None,
        previous: Path | None = None,
        fresh: bool = False,
    ) -> Self:
        """Return what the settings ask, on an engine, and what lives on of an earlier run."""
        return cls(
            k=settings.k,
            k_max=settings.k_max,
            kind=settings.kind,
            as_of=settings.as_of,
            wanted=settings.columns,
            options=order_options(settings),
            rfm_bins=settings.rfm_bins,
            seed=settings.seed,
            engine=engine,
            spark_master=spark_master,
            previous=previous,
            fresh=fresh,
        )
