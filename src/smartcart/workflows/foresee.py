"""Fit what comes next on counted cells, try it on the stretch held back, and choose."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from smartcart.core.future.cells import Cells, fewer
from smartcart.core.future.fit import Fitted, fit_nbd, fit_pareto
from smartcart.core.future.forecast import Way, expected
from smartcart.core.future.nbd import Nbd
from smartcart.core.future.pareto import Pareto
from smartcart.core.future.predict import Forecast, forecast_of
from smartcart.core.future.refuse import refusal, refusal_to_try
from smartcart.core.future.season import by_season, season_of
from smartcart.core.future.spend import Spend, fit_spend, money_of_an_order
from smartcart.core.future.track import (
    Held,
    Tried,
    choose,
    fit_alive,
    fit_models,
    model_name,
    tenths_of,
    try_all,
)
from smartcart.engines.arrow_numbers import numbers_of
from smartcart.inspection.result import Look
from smartcart.records import OrderLog, ResultRow, Track, TrackWeek
from smartcart.tables import held_back, order_features, orders, quality
from smartcart.workflows.score_future import NEEDED

if TYPE_CHECKING:
    import pyarrow as pa


__all__ = ["Foreseen", "foresee", "with_alive"]

Floats = NDArray[np.float64]
EXACT_CUSTOMERS = 100_000  # up to so many customers cells are exact ...
STEPS = 96  # ... beyond, times are cut into so many steps
MONEY = {"before", "after", "money"}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What was fitted and how it did; ``refused`` says why nothing was, in a sentence."""

    horizon: int
    as_of: dt.date | None
    refused: str = ""
    alive: Fitted[Nbd] | None = None
    forecast: Forecast | None = None
    track: Track | None = None
    parameters: dict[str, dict[str, float]] = field(default_factory=dict)
    spend_refused: str = ""
    log_as: OrderLog | None = None  # whose parameters customers get, if not these

    @property
    def stored(self) -> tuple[float, ...]:
        """Parameters of the alive model as the table of customers needs them, maybe none."""
        if self.alive is None:
            return ()
        one = self.alive.model
        return (one.r, one.alpha, one.a, one.b, float(one.k))


def foresee(seen: Look, horizon: int) -> Foreseen | None:
    """Return what the customers of an order log will do; None where the source is no order log."""
    contract = seen.inspection.contract
    if contract.kind != "orders":
        return None
    nothing = Foreseen(horizon, contract.as_of)
    names = set(seen.clean.columns)
    if seen.split is None or contract.as_of is None or not names.issuperset(NEEDED):
        return replace(
            nothing,
            refused="The log has no days, or only one: nothing tells when the next order comes, "
            "so no forecast is made.",
        )
    rows = seen.inspection.ledger.segmented
    whole = seen.engine.record(seen.clean.aggregate(span=seen.clean["tenure_days"].max()))
    width = 1 if rows <= EXACT_CUSTOMERS else max(1, int(whole["span"] or 0) // STEPS)
    now = _cells(_columns(seen.engine.arrow(held_back.cells_expression(seen.clean, width))))
    if sentence := refusal(now, horizon):
        return replace(nothing, refused=sentence)
    split, day = ((one - orders.EPOCH).days for one in (seen.split, contract.as_of))
    table = held_back.held_expression(seen.clean, width, split, day)
    columns = _in_units(_columns(seen.engine.arrow(table)))
    before = _cells(columns)
    held = Held(
        before.x,
        before.t,
        before.T,
        columns["y"],
        before.weight,
        before.gap_logs,
        float(day - split),
    )
    if sentence := refusal_to_try(before.customers, before.repeats, held.actual, held.days):
        return replace(nothing, refused=sentence)
    came = seen.engine.record(held_back.weeks_expression(seen.clean, day - split))
    row: ResultRow = {}
    if held_back.COUNTS in names:
        row = seen.engine.record(held_back.season_expression(seen.clean))
    season = season_of(row, "then", held.days), season_of(row, "next", horizon)
    return _tried(nothing, now, held, columns, seen.split, _mean_orders(seen), _came(came), season)


def with_alive(seen: Look, foreseen: Foreseen | None) -> Look:
    """Return the customers with what the forecast tells of each, which forms segments.

    Without a forecast they stay as they are. What it was tried on they leave behind.
    """
    log = seen.inspection.contract.log
    if foreseen is None or foreseen.forecast is None or log is None:
        return seen
    usual = None
    if foreseen.log_as is None and "discount_share" in seen.clean.columns:
        row = seen.engine.record(seen.clean.aggregate(usual=seen.clean["discount_share"].mean()))
        usual = None if row["usual"] is None else round(float(row["usual"]), 6)
    log = replace(log, alive=foreseen.stored, usual_discount=usual)
    if foreseen.log_as is not None:
        mine = foreseen.log_as
        log = replace(log, alive=mine.alive, usual_discount=mine.usual_discount)
    clean = held_back.with_alive(seen.clean, log)
    clean = clean.drop(*(name for name in held_back.NAMES if name in clean.columns))
    old = seen.inspection
    labels = {f.columns[0] for f in (*old.forming, *old.describing)}
    new = [name for name in clean.columns if name not in seen.clean.columns]
    names = [c.name for c in old.contract.columns if c.name != old.contract.id_column]
    columns = order_features.customer_columns(log, [*names, *new])
    told = dict.fromkeys(labels, ())
    forming, describing = order_features.order_features(log, [*names, *new], told)
    traits = tuple(f for f in old.describing if f.op == "is")
    contract = quality.bounded(replace(old.contract, columns=columns, log=log), {})
    inspection = replace(old, contract=contract, forming=forming, describing=(*describing, *traits))
    return replace(seen, inspection=inspection, clean=clean, all_usable=True)  # repeats are known


def _columns(table: pa.Table) -> dict[str, Floats]:
    return {name: numbers_of(table[name]).astype(np.float64) for name in table.column_names}


def _in_units(columns: dict[str, Floats]) -> dict[str, Floats]:
    money = {name: columns[name] / held_back.UNIT for name in columns if name in MONEY}
    return columns | money


def _cells(columns: Mapping[str, Floats]) -> Cells:
    logs = float(columns["logs"].sum()) / held_back.UNIT
    return Cells(columns["x"], columns["last"], columns["watched"], columns["weight"], logs)


def _mean_orders(seen: Look) -> dict[str, Floats] | None:
    """Return the money of all orders by cells of days with an order and their mean money."""
    if "monetary_total" not in seen.clean.columns:
        return None
    return _in_units(_columns(seen.engine.arrow(held_back.money_expression(seen.clean))))


def _tried(
    nothing: Foreseen,
    now: Cells,
    held: Held,
    columns: Mapping[str, Floats],
    split: dt.date,
    money: Mapping[str, Floats] | None,
    came: Sequence[float],
    season: tuple[float | None, float | None],
) -> Foreseen:
    """Fit on what came before, compare on what was held back, and fit the best on everything."""
    models = fit_models(fewer(held.cells))
    tried = try_all(held, [one.model for one in models])
    used, beaten = choose(tried)
    then, coming = season
    seasonal = by_season(used, then, held) if coming is not None else None
    if seasonal is not None:
        tried, used = (*tried, seasonal), seasonal
    longest, now = float(now.T.max()), fewer(now)
    alive, _ = fit_alive(now)
    way = _again(used.way, now, alive)
    if seasonal is not None and coming is not None:
        way = replace(way, factor=coming)
    spend, sentence = _spend(money)
    told = _money_told(columns, used, held) if spend is not None else (None, None)
    track = Track(
        split=split,
        days=round(held.days),
        customers=round(float(held.weight.sum())),
        actual=held.actual,
        rows=tuple(one.row for one in tried),
        chosen=used.row.name,
        beaten=beaten,
        tenths=tenths_of(used.orders, held.y, held.weight),
        weeks=_weeks(used, held, split, came),
        spend_expected=told[0],
        spend_actual=told[1],
        season=then if coming is not None else None,
        season_used=seasonal is not None,
        sentence=_sentence(used, beaten, tried, held)
        + (_season_told(coming) if seasonal is not None and coming is not None else ""),
    )
    forecast = forecast_of(
        alive.model, way, spend, float(nothing.horizon), longest, _spread(used, held)
    )
    parameters = {model_name(alive.model): _told(alive.model)}
    if way.model is not None:
        parameters[model_name(way.model)] = _told(way.model)
    if spend is not None:
        parameters["Gamma-Gamma"] = {"p": spend.p, "q": spend.q, "gamma": spend.gamma}
    return replace(
        nothing,
        alive=alive,
        forecast=forecast,
        track=track,
        parameters=parameters,
        spend_refused=sentence,
    )


def _came(row: ResultRow) -> list[float]:
    return [float(row.get(f"w{i}") or 0) for i in range(held_back.STRETCHES)]


def _weeks(used: Tried, held: Held, split: dt.date, came: Sequence[float]) -> tuple[TrackWeek, ...]:
    """Return the orders expected and those that came, stretch by stretch of the days held back."""
    ends = held_back.stretches(round(held.days))
    told = [
        float(held.weight @ expected(used.way, held.x, held.t, held.T, float(end)).orders)
        for end in ends
    ]
    each = np.diff(told, prepend=0.0)
    return tuple(
        TrackWeek(split + dt.timedelta(days=end), float(one), actual)
        for end, one, actual in zip(ends, each, came, strict=False)
    )


def _again(way: Way, now: Cells, alive: Fitted[Nbd]) -> Way:
    """Return the way with its model fitted on everything."""
    if way.model is None:
        return way
    if isinstance(way.model, Pareto):
        return replace(way, model=fit_pareto(now).model)
    old = way.model
    if old.leaves_at_once and old.k == alive.model.k:
        return replace(way, model=alive.model)
    return replace(way, model=fit_nbd(now, old.k, leaves_at_once=old.leaves_at_once).model)


def _told(model: Nbd | Pareto) -> dict[str, float]:
    if isinstance(model, Pareto):
        return {"r": model.r, "alpha": model.alpha, "s": model.s, "beta": model.beta}
    return {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b, "k": float(model.k)}


def _spend(money: Mapping[str, Floats] | None) -> tuple[Spend | None, str]:
    """Return the model of an order's money, or the sentence why there is none."""
    if money is None:
        return None, "The log has no money, so orders are forecast, not what they bring."
    total = float(money["money"].sum())
    if total <= 0:
        return None, (
            "What was returned is as much as was sold, or more: orders are forecast, not what they "
            "bring."
        )
    n, weight = money["n"], money["weight"]
    model = fit_spend(n, money["money"] / (weight * n), weight)
    if model is None:
        return None, (
            "Too few customers spent, or all the same per order: orders are forecast, not what "
            "they bring."
        )
    return model, ""


def _money_told(
    columns: Mapping[str, Floats], used: Tried, held: Held
) -> tuple[float | None, float | None]:
    """Return the money expected of, and brought by, all customers in the days held back."""
    n = held.x + 1.0
    mean = columns["before"] / (held.weight * n)
    model = fit_spend(n, mean, held.weight)
    if model is None:
        return None, None
    each = money_of_an_order(model, n, mean)
    return float(held.weight @ (used.orders * each)), float(columns["after"].sum())


def _spread(used: Tried, held: Held) -> float:
    """Return by how much the total was missed beyond chance, as a share of it.

    Chance alone misses it by about the square root of the number of orders and of those of one
    customer; the square of the miss less that of chance estimates how much a shop changes.
    """
    miss = (used.row.total - held.actual) / max(used.row.total, 1e-9)
    off = held.y - used.orders
    chance = float(held.weight @ off**2) / max(used.row.total, 1e-9) ** 2
    return math.sqrt(max(miss**2 - chance, 0.0))


def _season_told(coming: float) -> str:
    """Return what the season does to the forecast, in a sentence."""
    return (
        f" The season of a year before made the forecast better there; of the days to come it "
        f"makes {coming - 1.0:+.0%}."
    )


def _sentence(used: Tried, beaten: bool, tried: tuple[Tried, ...], held: Held) -> str:
    """Return what the record says, in a sentence or two."""
    row = used.row
    simple = min((one.row for one in tried if one.way.simple), key=lambda one: one.error)
    days = round(held.days)
    whole = (
        f"Tried on the last {days} days: {row.total:,.0f} orders expected, {held.actual:,.0f} came"
    )
    if beaten:
        return (
            f"{whole}. {row.name} was off by {row.error:.2f} orders per customer on average, the "
            f"best simple rule ({simple.name}) by {simple.error:.2f}."
        )
    best = min((one.row for one in tried if not one.way.simple), key=lambda one: one.error)
    return (
        f"{whole}. No model beats the simple rules here: {row.name} was off by {row.error:.2f} "
        f"orders per customer on average, {best.name} by {best.error:.2f}. The simple rule's "
        "answer is shown."
    )
