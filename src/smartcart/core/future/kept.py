"""A fitted forecast as a record of numbers, and back."""

from __future__ import annotations

from smartcart.core.future.fit import Fitted
from smartcart.core.future.forecast import Way
from smartcart.core.future.nbd import Nbd
from smartcart.core.future.pareto import Pareto
from smartcart.core.future.predict import Forecast, forecast_of
from smartcart.core.future.spend import Spend
from smartcart.records import KeptForecast

__all__ = ["kept", "restored"]


def kept(forecast: Forecast, alive: Fitted[Nbd]) -> KeptForecast:
    """Return a forecast as numbers, with the covariance of the model that tells who is alive."""
    one, way, spend = forecast.alive, forecast.way, forecast.spend
    values: tuple[float, ...] = ()
    if isinstance(way.model, Nbd):
        values = (*_of(way.model), float(way.model.leaves_at_once))
    elif way.model is not None:
        values = tuple(way.model.values.tolist())
    return KeptForecast(
        name=way.name,
        horizon=round(forecast.horizon),
        longest=forecast.moments.longest,
        alive=_of(one),
        covariance=tuple(tuple(row) for row in alive.covariance.tolist()),
        model=values,
        rule=way.rule,
        factor=way.factor,
        spend=() if spend is None else (spend.p, spend.q, spend.gamma, spend.fallback),
        spread=forecast.spread,
    )


def restored(found: KeptForecast, horizon: float | None = None) -> Forecast:
    """Return the forecast of such numbers, over another horizon if one is named."""
    r, alpha, a, b, k = found.alive
    alive = Nbd(r, alpha, a, b, round(k))
    model: Nbd | Pareto | None = None
    if len(found.model) == 4:
        model = Pareto(*found.model)
    elif found.model:
        r, alpha, a, b, k, leaves = found.model
        model = Nbd(r, alpha, a, b, round(k), bool(leaves))
    return forecast_of(
        alive,
        Way(found.name, model, found.rule, found.factor),
        Spend(*found.spend) if found.spend else None,
        float(found.horizon if horizon is None else horizon),
        found.longest,
        found.spread,
    )


def _of(model: Nbd) -> tuple[float, ...]:
    return (model.r, model.alpha, model.a, model.b, float(model.k))
