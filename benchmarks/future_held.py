"""What SmartCart shows of public order logs, held back, against the figures that were asked of it.

    python benchmarks/future_held.py [--data ../shared/data]

Each log goes through the product (`smartcart run` reads it, the forecast is fitted before the last
stretch and tried on it) with the horizon that makes the stretch the one asked for. Printed per log:
the rows of the track record, what is shown, and each line that it must hold; exit code 1 where one
is missed. Further stretches are told below: what is shown against the best simple rule of the same
record, and against the simple rules where the choice was made a stretch earlier, as a shop would
have had it on that day.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from smartcart.core.future.forecast import rate_rule, silence_rule
from smartcart.core.future.predict import predict
from smartcart.inspection.customer_table import look
from smartcart.inspection.order_log import OrderOptions
from smartcart.records import Track
from smartcart.sources import open_on
from smartcart.workflows.foresee import foresee

Line = tuple[str, Callable[[Track], bool]]
OTHER_DAYS = (30, 45, 60, 75, 90, 120, 150)


@dataclass(frozen=True)
class Log:
    """A log with its last day and the days held back that were asked for."""

    name: str
    frame: pd.DataFrame  # order_id, customer_id, order_date, amount
    days: int
    lines: tuple[Line, ...]


def track_of(frame: pd.DataFrame, days: int) -> Track | None:
    """Return the track record over the last days of a log."""
    last = frame.order_date.max()
    with open_on("duckdb", frame, None, None) as opened:
        options = OrderOptions(horizon=days)
        seen = look(opened, kind="orders", as_of=last, wanted=None, options=options)
        found = foresee(seen, days)
    return None if found is None else found.track


def told_before(frame: pd.DataFrame, days: int) -> str:
    """Return how a forecast did that was chosen on a record of its own, before the last days."""
    last = frame.order_date.max()
    split = last - dt.timedelta(days=days)
    early = frame[frame.order_date <= split]
    with open_on("duckdb", early, None, None) as opened:
        options = OrderOptions(horizon=days)
        seen = look(opened, kind="orders", as_of=split, wanted=None, options=options)
        found = foresee(seen, days)
    if found is None or found.forecast is None or found.track is None:
        return "no forecast"
    day = frame.drop_duplicates(["customer_id", "order_date"])
    known = day[day.order_date <= split].groupby("customer_id").order_date
    first, end, count = known.min(), known.max(), known.size()
    later = day[day.order_date > split].groupby("customer_id").size()
    y = later.reindex(first.index).fillna(0).to_numpy(float)
    T = np.array([(split - one).days for one in first], dtype=float)
    t = T - np.array([(split - one).days for one in end], dtype=float)
    x = count.to_numpy(float) - 1

    def told(orders: np.ndarray) -> str:
        return f"{np.abs(orders - y).mean():.3f} ({orders.sum() / y.sum() - 1:+.0%})"

    mine = predict(found.forecast, x, t, T, np.zeros_like(x)).orders
    rate, silence = rate_rule(x, T, days), silence_rule(x, t, T, days)
    return f"{found.track.chosen} {told(mine)}; rate {told(rate)}, silence {told(silence)}"


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return customer, date and money of orders as a log that needs no guess."""
    day = pd.to_datetime(frame.date).dt.date
    return pd.DataFrame(
        {
            "order_id": range(1, len(frame) + 1),
            "customer_id": frame.customer,
            "order_date": day,
            "amount": frame.money,
        }
    )


def best_rule(track: Track) -> float:
    """Return the smallest error of a simple rule."""
    return min(row.error for row in track.rows if row.simple and ", by season" not in row.name)


def logs(data: Path) -> list[Log]:
    """Return the public logs with what is asked of each."""
    names = ["master", "customer", "date", "pieces", "money"]
    music = pd.read_csv(data / "cdnow_sample.txt", sep=r"\s+", header=None, names=names)
    music["date"] = music.date.astype(str)
    music["money"] = music.money.clip(lower=0.01)  # orders that cost nothing are orders, too
    food = pd.read_csv(data / "grocery_orders.csv.gz").rename(columns={"cust": "customer"})
    retail = pd.read_parquet(data / "online_retail.parquet")
    retail.columns = [n.lower().replace(" ", "").replace("_", "") for n in retail.columns]
    sold = retail.customerid.notna() & ~retail.invoiceno.astype(str).str.startswith("C")
    retail = retail[sold & (retail.quantity > 0) & (retail.unitprice > 0)]
    retail = retail.assign(money=retail.quantity * retail.unitprice)
    retail = retail.rename(columns={"customerid": "customer", "invoicedate": "date"})
    retail = retail.groupby(["customer", "invoiceno"], as_index=False).agg(
        date=("date", "min"), money=("money", "sum")
    )

    def held(frame: pd.DataFrame, split: str) -> int:
        return int((frame.order_date.max() - dt.date.fromisoformat(split)).days)

    one, two, three = named(music), named(food.assign(money=1.0)), named(retail)
    return [
        Log(
            "CDNOW",
            one,
            held(one, "1997-09-30"),
            (
                ("error at most 0.765", lambda t: t.row.error <= 0.765),
                ("total within 13%", lambda t: abs(t.row.miss) <= 0.13),
            ),
        ),
        Log(
            "grocery",
            two,
            held(two, "2006-12-31"),
            (
                ("error at most 1.50", lambda t: t.row.error <= 1.50),
                (
                    "total nearer than 3,970 to what came",
                    lambda t: abs(t.row.total - t.actual) < 3970 - t.actual,
                ),
            ),
        ),
        Log(
            "Online Retail",
            three,
            held(three, "2011-08-31"),
            (
                ("at least as good as the best rule", lambda t: t.row.error <= best_rule(t)),
                (
                    "says that MBG/NBD loses to a rate",
                    lambda t: not t.beaten or "rate" in t.chosen,
                ),
            ),
        ),
    ]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    missed = 0
    found = logs(parser.parse_args().data)
    for log in found:
        track = track_of(log.frame, log.days)
        assert track is not None
        print(f"\n{log.name}, {track.days} days from {track.split}, {track.actual:,.0f} came")
        for row in track.rows:
            mark = "*" if row.name == track.chosen else " "
            print(f" {mark} {row.name}: {row.error:.3f}, {row.total:,.0f} ({row.miss:+.0%})")
        for what, held in log.lines:
            missed += not held(track)
            print(f"   {what}: {'yes' if held(track) else 'NO'}")
    print("\nOther stretches: shown (error, miss), best simple rule (error)")
    for log in found:
        for days in OTHER_DAYS:
            track = track_of(log.frame, days)
            if track is None or track.days != days:
                continue
            row, rule = track.row, best_rule(track)
            missed += row.error > rule
            print(
                f"  {log.name}, {days} days: {row.name} {row.error:.3f} ({row.miss:+.0%}), "
                f"rule {rule:.3f}{'' if row.error <= rule else '  WORSE'}"
            )
    print("\nChosen a stretch earlier: shown, rules (error, miss)")
    for log in found:
        for days in sorted({log.days, 30, 60, 90}):
            print(f"  {log.name}, {days} days: {told_before(log.frame, days)}", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
