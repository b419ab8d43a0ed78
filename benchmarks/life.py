"""Segments that live, measured: identity over refits, migration, monitoring.

Every part goes the whole way of a user: a table, ``run``, later tables, ``run --previous``,
``migrate``, ``monitor``. Shops are synthetic; where the folder ``shared/data`` lies beside the
checkout, the public tables in it take part.

    python benchmarks/life.py [identity] [cold] [migration] [monitor] [large]

prints a line per figure with its goal, and ends with 1 where a goal is missed.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from smartcart import store, workflows
from smartcart.core import prepare
from smartcart.datasets import customer_tables, write_customers, write_orders
from smartcart.records import Model, Run
from smartcart.workflows.migrate import migrate
from smartcart.workflows.monitor import monitor

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
TIMES = 20
K_MAX = 6  # the evidence for more takes time and changes nothing here
ROWS = 2_000
LINES = 60_000  # of an order log: about 4,600 customers
SHOPS = (1, 2, 3)
SPENDS = [
    f"Mnt{name}"
    for name in ("Wines", "Fruits", "MeatProducts", "FishProducts", "SweetProducts", "GoldProds")
]
BEHAVIOUR = ("Mnt", "Num", "Recency", "Dt_Customer")
missed: list[str] = []


def tell(what: str, found: int, of: int, goal: int) -> None:
    """Print a figure beside its goal."""
    good = found >= goal
    print(f"{what:<72} {found:>3} of {of} (goal {goal}){'' if good else '  MISSED'}", flush=True)
    if not good:
        missed.append(what)


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that goes."""
    with tempfile.TemporaryDirectory(prefix="smartcart-bench-") as folder:
        yield Path(folder)


def fitted(source: object, folder: Path, **options: object) -> tuple[Run, Path]:
    """Segment a source; write what later runs need. Pictures are left out."""
    folder.mkdir()
    run = workflows.segment(source, folder, **{"k_max": K_MAX} | options)
    store.write_run(folder, run)
    return run, folder


def shop(seed: int, rows: int = ROWS) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a synthetic shop and the segment that each customer was planted in."""
    table, truth = (one.to_pandas() for one in customer_tables(rows, seed=seed))
    return table, truth["segment"].astype(str).to_numpy()


def real_table() -> pd.DataFrame | None:
    """Return the public table of 2,240 customers, where it is there."""
    path = SHARED / "smartcart_customers.csv"
    return pd.read_csv(path) if path.exists() else None


def resampled(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return a bootstrap resample; a customer drawn again is another customer."""
    again = table.sample(len(table), replace=True, random_state=seed).reset_index(drop=True)
    ids = again["ID"].astype("int64").to_numpy().copy()
    second = again["ID"].duplicated().to_numpy()
    ids[second] = 10_000_000 + np.arange(second.sum())
    again["ID"] = ids
    return again


# Identity --------------------------------------------------------------------------------------


def keeps_meaning(old: Model, new: Model) -> bool:
    """Return whether every kept centroid is nearest to its own predecessor."""
    then = np.array(old.centroids)
    now = prepare.apply_recipe(np.array(new.centroids_original), old.recipe)
    for one, centre in zip(new.ids, now, strict=True):
        if one in old.ids:
            nearest = int(np.linalg.norm(then - centre, axis=1).argmin())
            if old.ids[nearest] != one:
                return False
    return True


def identity() -> None:
    """Refits on resamples keep ids; what is new or merged is said to be so."""
    resamples_keep_ids(fresh=False)
    planted_new()
    planted_merger()


def cold() -> None:
    """Cold refits on resamples, at the same K: which K they would take is not the question."""
    resamples_keep_ids(fresh=True)


def resamples_keep_ids(*, fresh: bool) -> None:
    """Count the segments that keep their id, and the refits in which no id changes its meaning."""
    tables = {f"shop {seed}": shop(seed)[0] for seed in SHOPS}
    real = real_table()
    if real is not None:
        tables["the public table"] = real
    how = "--previous --fresh" if fresh else "--previous"
    for name, table in tables.items():
        with scratch() as folder:
            base, where = fitted(table, folder / "base")
            k = len(base.model.ids)
            options = {"previous": where, "fresh": fresh} | ({"k": k} if fresh else {})
            kept = meant = 0
            for turn in range(TIMES):
                run, _ = fitted(resampled(table, turn), folder / f"{turn}", **options)
                kept += len(set(run.model.ids) & set(base.model.ids))
                meant += keeps_meaning(base.model, run.model)
        goal = int(np.ceil(0.95 * TIMES * k))
        tell(f"{name}, {how}: segments keep their id (K = {k})", kept, TIMES * k, goal)
        tell(f"{name}, {how}: no id changes its meaning", meant, TIMES, TIMES)


def kinds(run: Run) -> list[str]:
    """Return what became of the segments, sorted."""
    return sorted(one.kind for one in run.identity.matches) if run.identity else []


def planted_new() -> None:
    """A segment that a shop did not have before."""
    for gone in ("Moderate engagement", "Discount-sensitive", "Low engagement / potential churn"):
        right = 0
        for seed in range(TIMES):
            table, truth = shop(seed)
            with scratch() as folder:
                _, where = fitted(table[truth != gone], folder / "base")
                run, _ = fitted(table, folder / "next", previous=where)
            right += kinds(run) == ["kept", "kept", "kept", "new"]
        tell(f"planted new segment ({gone}) is new, the rest kept", right, TIMES, 18)


def merged_behaviour(table: pd.DataFrame, truth: np.ndarray, pair: tuple[str, str]) -> pd.DataFrame:
    """Move two planted segments to the middle between them; each customer keeps its own way."""
    later = table.copy()
    for name in [c for c in table if c.startswith(BEHAVIOUR[:2])]:
        x = np.log1p(table[name].to_numpy(float))
        means = [x[truth == one].mean() for one in pair]
        for one, mean in zip(pair, means, strict=True):
            x[truth == one] += np.mean(means) - mean
        later[name] = np.maximum(np.rint(np.expm1(x)), 0)
    return later


def planted_merger() -> None:
    """Two segments that come to behave alike."""
    for pair in (("Premium", "Moderate engagement"), ("Moderate engagement", "Discount-sensitive")):
        right = 0
        for seed in range(TIMES):
            table, truth = shop(seed)
            with scratch() as folder:
                _, where = fitted(table, folder / "base")
                told = pd.read_csv(where / "segments.csv").set_index("customer_id")["segment_id"]
                mine = told.reindex(table["ID"]).to_numpy()
                gone = {int(np.bincount(mine[truth == one]).argmax()) for one in pair}
                later = merged_behaviour(table, truth, pair)
                run, _ = fitted(later, folder / "next", previous=where)
            merged = [m for m in run.identity.matches if m.kind == "merged"]
            right += any(set(m.old_ids) == gone for m in merged)
            if not merged:
                print("   ", seed, kinds(run), run.identity.k.sentence)
        tell(f"planted merger of {pair[0]} and {pair[1]} is merged", right, TIMES, 18)


# Migration -------------------------------------------------------------------------------------


def migration() -> None:
    """A planted flow is found, and nothing else is called a change."""
    for seed in SHOPS:
        table, _ = shop(seed)
        with scratch() as folder:
            base, where = fitted(table, folder / "base")
            told = pd.read_csv(where / "segments.csv").set_index("customer_id")["segment_id"]
            right, quiet = 0, 0
            for turn in range(TIMES):
                later, a, b = moved(table, told, np.random.default_rng(turn))
                path = folder / f"{turn}.csv"
                later.to_csv(path, index=False)
                fitted(path, folder / f"flow{turn}", previous=where)
                found = migrate(where, folder / f"flow{turn}").migration
                changes = [f for f in found.flows if f.change]
                flow = [f for f in found.flows if (f.from_id, f.to_id) == (a, b)]
                right += changes == flow and abs(flow[0].share - 0.05) <= 0.015
                resampled(table, turn).to_csv(path, index=False)
                fitted(path, folder / f"same{turn}", previous=where)
                found = migrate(where, folder / f"same{turn}").migration
                quiet += not any(f.change for f in found.flows)
        tell(f"shop {seed}: a planted flow of 5% is found, no other is a change", right, TIMES, 18)
        tell(f"shop {seed}: on resamples nothing is a change", quiet, TIMES, 19)
        del base


def moved(
    table: pd.DataFrame, told: pd.Series, rng: np.random.Generator
) -> tuple[pd.DataFrame, int, int]:
    """Let 5% of one segment behave like customers of another one."""
    a, b = rng.choice(told.unique(), 2, replace=False)
    later = table.set_index("ID")
    names = [name for name in later if name.startswith(BEHAVIOUR)]
    there = told.index[told == a]
    movers = rng.choice(there, round(0.05 * len(there)), replace=False)
    models = rng.choice(told.index[told == b], len(movers), replace=False)
    like = later.loc[models, names].set_axis(movers)
    later = pd.concat([later.drop(movers), later.loc[movers].assign(**like)]).loc[later.index]
    return later.reset_index(), int(a), int(b)


# Monitoring ------------------------------------------------------------------------------------


def dearer(table: pd.DataFrame) -> pd.DataFrame:
    """Prices up by a fifth."""
    return table.assign(**{name: (table[name] * 1.2).round() for name in SPENDS})


def without_catalogue(table: pd.DataFrame) -> pd.DataFrame:
    """Nobody buys by catalogue any more."""
    return table.assign(NumCatalogPurchases=0)


def in_cents(table: pd.DataFrame) -> pd.DataFrame:
    """Amounts in cents."""
    return table.assign(**{name: table[name] * 100 for name in SPENDS})


def swapped_days(dates: pd.Series) -> list[object]:
    """Return dates with day and month exchanged wherever that is a date."""
    return [d.replace(month=d.day, day=d.month) if d.day < 13 else d for d in dates]


def wrong_dates(table: pd.DataFrame) -> pd.DataFrame:
    """Day and month exchanged."""
    dates = pd.to_datetime(table["Dt_Customer"], dayfirst=True)
    return table.assign(Dt_Customer=swapped_days(dates))


def monitoring() -> None:
    """No alarm without a change; one for every planted change, in tables of two sizes."""
    for rows in (2_000, 20_000):
        watched(
            f"shop of {rows:,}", shop(1, rows)[0], lambda turn, rows=rows: shop(100 + turn, rows)[0]
        )
    real = real_table()
    if real is not None:
        watched("the public table", real, lambda turn: resampled(real, turn))
    order_logs()


def watched(name: str, table: pd.DataFrame, later: Callable[[int], pd.DataFrame]) -> None:
    """Monitor a table of customers."""
    with scratch() as folder:
        model = fitted(table, folder / "run")[0].model
        quiet = [monitor(later(turn), model).drift for turn in range(TIMES)]
        tell(
            f"{name}: no alarm without a change",
            sum(d.verdict == "keep" for d in quiet),
            TIMES,
            TIMES,
        )
        for one in quiet:
            if one.verdict == "refit":
                print("   ", [r.sentence for r in one.reasons])
        for change in (dearer, without_catalogue, wrong_dates, in_cents):
            found = [monitor(change(later(turn)), model).drift for turn in range(TIMES)]
            alarms = sum(d.verdict == "refit" for d in found)
            tell(f"{name}: alarm, {change.__doc__[:-1].lower()}", alarms, TIMES, TIMES)


def order_logs() -> None:
    """Monitor order logs: a synthetic one, and the public one."""
    with scratch() as folder:
        path = folder / "orders.csv"
        write_orders(path, LINES, seed=1)
        lines = pd.read_csv(path)
        model = fitted(path, folder / "run")[0].model
        log = model.contract.log

        def other(turn: int) -> pd.DataFrame:
            file = folder / f"{turn}.csv"
            write_orders(file, LINES, seed=100 + turn)
            return pd.read_csv(file)

        watched_log(f"order log of {len(lines):,} lines", model, log, other)
    public = SHARED / "online_retail.parquet"
    if public.exists():
        lines = pd.read_parquet(public)
        with scratch() as folder:
            model = fitted(public, folder / "run")[0].model
            people = lines["CustomerID"].dropna().unique()
            groups = dict(tuple(lines.dropna(subset=["CustomerID"]).groupby("CustomerID")))

            def again(turn: int) -> pd.DataFrame:
                rng = np.random.default_rng(turn)
                drawn = rng.choice(people, len(people))
                parts = [groups[one].assign(CustomerID=i) for i, one in enumerate(drawn)]
                return pd.concat(parts, ignore_index=True)

            watched_log("the public order log", model, model.contract.log, again)


def watched_log(name: str, model: Model, log: object, later: Callable[[int], pd.DataFrame]) -> None:
    """Monitor an order log."""
    price = log.amount or log.unit_price

    def prices(factor: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
        return lambda t: t.assign(**{price: t[price] * factor})

    def dates(t: pd.DataFrame) -> pd.DataFrame:
        return t.assign(**{log.date: swapped_days(pd.to_datetime(t[log.date]))})

    def one_channel(t: pd.DataFrame) -> pd.DataFrame:
        largest = t[log.channel].value_counts().index[0]
        return t[t[log.channel] != largest]

    changes = {
        "prices up by a fifth": prices(1.2),
        "amounts in cents": prices(100.0),
        "day and month exchanged": dates,
    }
    if log.channel:
        changes["its largest channel is lost"] = one_channel
    tables = [later(turn) for turn in range(TIMES)]
    quiet = [monitor(table, model).drift for table in tables]
    tell(
        f"{name}: no alarm without a change", sum(d.verdict == "keep" for d in quiet), TIMES, TIMES
    )
    for one in quiet:
        if one.verdict == "refit":
            print("   ", [r.sentence for r in one.reasons if r.refit])
    for what, change in changes.items():
        found = [monitor(change(table), model).drift for table in tables]
        tell(f"{name}: alarm, {what}", sum(d.verdict == "refit" for d in found), TIMES, TIMES)


def large(rows: int = 2_000_000) -> None:
    """No alarm at two million rows."""
    with scratch() as folder:
        path = folder / "large.parquet"
        write_customers(path, rows, seed=1)
        model = fitted(path, folder / "run")[0].model
        quiet = 0
        for turn in range(TIMES):
            path.unlink()
            write_customers(path, rows, seed=100 + turn)
            drift = monitor(path, model).drift
            quiet += drift.verdict == "keep"
            if drift.verdict == "refit":
                print("   ", [r.sentence for r in drift.reasons])
        tell(f"shop of {rows:,}: no alarm without a change", quiet, TIMES, TIMES)
        for change in (dearer, in_cents):
            table = pd.read_parquet(path)
            drift = monitor(change(table), model).drift
            tell(
                f"shop of {rows:,}: alarm, {change.__doc__[:-1].lower()}",
                int(drift.verdict == "refit"),
                1,
                1,
            )


PARTS = {
    "identity": identity,
    "cold": cold,
    "migration": migration,
    "monitor": monitoring,
    "large": large,
}


def main() -> int:
    """Measure the parts named, or all."""
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
