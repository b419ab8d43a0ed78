"""RFM next to K-Means: digits of every customer, and how the two divisions meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from smartcart import store
from smartcart.core import rfm
from smartcart.records import CustomerColumns, Rfm, RfmSegment
from smartcart.store import arrow
from smartcart.workflows.customer_arrays import CustomerArrays

__all__ = ["RfmCount", "rfm_count", "rfm_writer"]

Floats = NDArray[np.float64]
SIGNALS = ("recency", "frequency", "value")


@dataclass(frozen=True, slots=True)
class _Part:
    """What a batch adds: sums, and a row for each of its customers."""

    size: NDArray[np.integer]
    money: NDArray[np.integer | np.floating]
    rows: dict[str, object]


@dataclass(slots=True)
class RfmCount:
    """Digits, batch by batch, and the sums behind the record.

    ``places`` are the columns of R, F and M among all features, ``cuts`` theirs; ``size`` (11, K)
    and ``money`` (11,) count customers and what they spent.
    """

    bins: int
    places: tuple[int, int, int]
    columns: tuple[str, str, str]
    cuts: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
    exact: bool
    size: NDArray[np.int64]
    money: Floats

    def part(self, ids: pa.Array, X: Floats, labels: NDArray[np.integer]) -> _Part:
        """Return rows and sums of (n, q) features of customers in K-Means segments ``labels``."""
        recency, frequency, money = (X[:, place] for place in self.places)
        r = rfm.digits(recency, self.cuts[0], low_is_best=True)
        f, m = rfm.digits(frequency, self.cuts[1]), rfm.digits(money, self.cuts[2])
        codes = rfm.segment_codes(r, f, m, self.bins)
        k = self.size.shape[1]
        size = np.bincount(codes * np.int32(k) + labels, minlength=self.size.size).reshape(-1, k)
        spent = np.bincount(codes, np.nan_to_num(money), len(rfm.SEGMENTS))
        score = r * np.int32(100) + f * np.int32(10) + m
        return _Part(
            size,
            spent,
            {
                "customer_id": ids,
                "recency_days": arrow.known(recency),
                "frequency": arrow.known(frequency),
                "monetary_total": arrow.known(money),
                "r": arrow.numbers(r.astype(np.int32)),
                "f": arrow.numbers(f.astype(np.int32)),
                "m": arrow.numbers(m.astype(np.int32)),
                "rfm_score": arrow.numbers(score),
                "rfm_segment": pa.DictionaryArray.from_arrays(
                    arrow.numbers(codes), arrow.words(rfm.SEGMENTS)
                ),
            },
        )

    def add(self, part: _Part) -> None:
        """Count what :meth:`part` found."""
        self.size += part.size
        self.money += part.money

    def record(self) -> Rfm:
        """Return what was counted; names that nobody has are left out."""
        total, money = int(self.size.sum()), float(self.money.sum())
        segments = tuple(
            RfmSegment(
                segment=name,
                rule=rfm.rule_of(name),
                sentence=rfm.SENTENCES[name],
                size=int(self.size[i].sum()),
                share=float(self.size[i].sum() / total),
                monetary_total=float(self.money[i]),
                monetary_share=float(self.money[i] / money) if money > 0 else None,
                by_segment=tuple(int(n) for n in self.size[i]),
            )
            for i, name in enumerate(rfm.SEGMENTS)
            if self.size[i].any()
        )
        return Rfm(self.bins, *self.cuts, self.exact, self.columns, segments)


def rfm_count(
    table: CustomerArrays, signals: Mapping[str, str], k: int, bins: int
) -> RfmCount | None:
    """Return an empty count with the cuts of this table; None without R, F or M."""
    if not all(signal in signals for signal in SIGNALS):
        return None
    names = [f.name for f in table.all_features]
    columns = tuple(signals[signal] for signal in SIGNALS)
    recency, frequency, money = (names.index(name) for name in columns)
    places = (recency, frequency, money)
    cuts, exact = table.quantiles(places, rfm.shares_of(bins))
    return RfmCount(
        bins=bins,
        places=places,
        columns=columns,  # type: ignore[arg-type]
        cuts=cuts,  # type: ignore[arg-type]
        exact=exact,
        size=np.zeros((len(rfm.SEGMENTS), k), dtype=np.int64),
        money=np.zeros(len(rfm.SEGMENTS)),
    )


def rfm_writer(
    folder: Path, count: RfmCount | None, rows: int
) -> AbstractContextManager[Callable[[CustomerColumns], None]]:
    """Return the context in which the count's rows are written."""
    if count is None:
        return nullcontext(_nothing)
    return store.rfm_table(folder, csv=rows <= store.CSV_ROWS)


def _nothing(columns: CustomerColumns) -> None:
    """Write no rows: there is no R, F or M."""
