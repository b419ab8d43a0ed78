"""The public order logs of the literature, as what the models read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcart.core.future.track import Held

DATA = Path(__file__).parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Log:
    """Customers, days since 1970 and money of each day with an order, and where it is cut."""

    frame: pd.DataFrame  # customer, day, money: a row per customer and day
    split: int

    def held(self, days: float | None = None) -> Held:
        """Return the customers on the day of the split and what they did afterwards."""
        frame, split = self.frame, self.split
        end = frame.day.max() if days is None else split + days
        before = frame[frame.day <= split].sort_values(["customer", "day"])
        after = frame[(frame.day > split) & (frame.day <= end)]
        one = before.groupby("customer").day.agg(["min", "max", "count"])
        y = after.groupby("customer").size().reindex(one.index).fillna(0)
        gaps = before.groupby("customer").day.diff().dropna()
        return Held(
            x=one["count"].to_numpy(float) - 1,
            t=(one["max"] - one["min"]).to_numpy(float),
            T=(split - one["min"]).to_numpy(float),
            y=y.to_numpy(float),
            weight=np.ones(len(one)),
            gap_logs=float(np.log(gaps).sum()),
            days=float(end - split),
        )


def log_of(frame: pd.DataFrame, split: str) -> Log:
    """Return a log of ``customer, date, money``, cut after the day ``split``."""
    day = (pd.to_datetime(frame.date).dt.normalize() - pd.Timestamp(0)).dt.days
    table = frame.assign(day=day).groupby(["customer", "day"], as_index=False).money.sum()
    return Log(table, (dt.date.fromisoformat(split) - dt.date(1970, 1, 1)).days)


def shared(name: str) -> Path:
    """Return a file of the shared data, or skip by its name."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not there")
    return path


def cdnow() -> Log:
    names = ["master", "customer", "date", "pieces", "money"]
    frame = pd.read_csv(shared("cdnow_sample.txt"), sep=r"\s+", header=None, names=names)
    return log_of(frame.assign(date=frame.date.astype(str)), "1997-09-30")


def grocery() -> Log:
    frame = pd.read_csv(shared("grocery_orders.csv.gz")).rename(columns={"cust": "customer"})
    return log_of(frame.assign(money=1.0), "2006-12-31")


def online_retail() -> Log:
    frame = pd.read_parquet(shared("online_retail.parquet"))
    frame.columns = [name.lower().replace(" ", "").replace("_", "") for name in frame.columns]
    sold = frame.customerid.notna() & ~frame.invoiceno.astype(str).str.startswith("C")
    frame = frame[sold & (frame.quantity > 0) & (frame.unitprice > 0)]
    money = frame.quantity * frame.unitprice
    named = frame.rename(columns={"customerid": "customer", "invoicedate": "date"})
    return log_of(named.assign(money=money), "2011-08-31")
