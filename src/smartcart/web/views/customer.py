"""One customer, and what if: what a page shows of an explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smartcart.records import Contribution, Explanation, Feature, Model
from smartcart.report import words
from smartcart.workflows.counterfactuals import Move
from smartcart.workflows.what_if import SegmentDistance

__all__ = ["Field", "ShownReason", "fields", "moved", "near", "reasons", "sure", "typed"]

SURE = ((0.3, "clearly"), (0.1, "fairly clearly"), (-1.0, "just about"))


@dataclass(frozen=True, slots=True)
class ShownReason:
    """What one measure adds, ready to show; ``width`` is 0 to 100 of the strongest."""

    label: str
    value: str
    here: str
    there: str
    speaks: str
    width: int
    pro: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One measure in the what-if form."""

    name: str
    label: str
    unit: str
    value: str
    low: str
    high: str
    sentence: str


def sure(confidence: float) -> str:
    """Return how sure the segment of a customer is, in words.

    >>> sure(0.5), sure(0.2), sure(0.01)
    ('clearly', 'fairly clearly', 'just about')
    """
    return next(word for floor, word in SURE if confidence >= floor)


def reasons(found: Explanation, names: Mapping[int, str], currency: str) -> list[ShownReason]:
    """Return what every measure adds, the strongest first."""
    longest = max((abs(one.share) for one in found.contributions), default=0.0) or 1.0
    own = names.get(found.segment_id, found.segment)
    other = names.get(found.other_id or 0, found.other)
    return [_reason(one, own, other, longest, currency) for one in found.contributions]


def _reason(one: Contribution, own: str, other: str, longest: float, currency: str) -> ShownReason:
    value = words.value(one.value, one.unit, currency)
    if one.handled == "filled":
        value = f"not known ({words.value(one.counted, one.unit, currency)} assumed)"
    elif one.handled == "capped":
        value = f"{value} (counted as {words.value(one.counted, one.unit, currency)})"
    pro = one.contribution > 0
    return ShownReason(
        one.label,
        value,
        words.value(one.own_mean, one.unit, currency),
        words.value(one.other_mean, one.unit, currency),
        own if pro else other,
        max(2, round(100 * abs(one.share) / longest)),
        pro,
    )


def near(
    distances: Sequence[SegmentDistance], names: Mapping[int, str]
) -> list[tuple[int, str, str, int]]:
    """Return every segment, its distance and how near it is (100: there), the nearest first."""
    far = max((one.distance for one in distances), default=0.0) or 1.0
    return [
        (
            one.segment_id,
            names.get(one.segment_id, one.segment),
            f"{one.distance:.2f}",
            max(2, round(100 * (1 - 0.85 * one.distance / far))),
        )
        for one in distances
    ]


def moved(
    found: Sequence[Move],
    model: Model,
    values: Sequence[float | None],
    names: Mapping[int, str],
    currency: str,
) -> list[str]:
    """Return what would move a customer, a sentence each."""
    features = {f.name: (f, v) for f, v in zip(model.recipe.features, values, strict=True)}
    told = []
    for one in found:
        feature, value = features[one.feature]
        at = words.value(one.value, feature.unit, currency)
        now = words.value(value, feature.unit, currency) if value is not None else "not known"
        way = "above" if one.change > 0 else "below"
        to = names.get(one.segment_id, one.segment)
        told.append(f"{feature.label} {way} {at} (now {now}): {to}")
    return told


def fields(model: Model, values: Sequence[float | None], currency: str) -> list[Field]:
    """Return the measures of the what-if form with their values."""
    recipe = model.recipe
    return [
        Field(
            f.name,
            f.label or words.label(f.name),
            _unit(f, currency),
            _plain(value, f),
            words.value(low, f.unit, currency),
            words.value(high, f.unit, currency),
            f.sentence,
        )
        for f, value, low, high in zip(
            recipe.features, values, recipe.low, recipe.high, strict=True
        )
    ]


def _unit(feature: Feature, currency: str) -> str:
    return {"share": "%", "days": "days", "money": currency}.get(feature.unit, "")


def _plain(value: float | None, feature: Feature) -> str:
    """Return a value as it is typed: a share in per cent."""
    if value is None:
        return ""
    shown = value * 100 if feature.unit == "share" else value
    text = f"{shown:.4g}" if abs(shown) < 1000 else f"{shown:.0f}"
    thousand = abs(shown) >= 1 and len(text.partition(".")[2]) == 3
    return f"{text}0" if thousand else text  # "5.123" could be a thousand, "5.1230" cannot


def typed(model: Model, given: Mapping[str, float | None]) -> dict[str, float | None]:
    """Return typed values in original units: shares are typed in per cent."""
    units = {f.name: f.unit for f in model.recipe.features}
    return {
        name: value / 100 if value is not None and units.get(name) == "share" else value
        for name, value in given.items()
    }
