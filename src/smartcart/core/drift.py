"""Does the data still look like what the model was fitted on? Keep the model, or fit it again.

Whatever is compared must pass two tests: the difference is beyond chance at the number of rows at
hand, and it is large enough to matter, by a measure that does not grow with the rows. Without any
change, PSI times ``n m / (n + m)`` is about chi-squared with ``bins - 1`` degrees of freedom
(Yurdakul & Naranjo 2020, J. Risk Model Validation 14).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core.drift_bins import ColumnCount, psi
from smartcart.errors import DataError
from smartcart.records import (
    ColumnDrift,
    Drift,
    DriftReason,
    DriftReference,
    ForecastDrift,
    OutcomeDrift,
    OutcomeReference,
    ReferenceBins,
    SegmentDrift,
)

__all__ = ["beyond_far", "column_drift", "compare", "far_distances"]

Floats = NDArray[np.float64]

CHANCE = 0.002  # probability of any reason for a refit on unchanged data
CHANCE_TOLD = 0.001  # alike, of what is only told
PSI_MATTERS = 0.1
MUCH = 2.5  # times what matters (PSI 0.25) from which a column that only tells calls for a refit
SHIFT_MATTERS = 0.1  # of a mean, in standard deviations
RATIO_MATTERS = 0.15  # of the mean of amounts and counts, as a share of it
TYPICAL_MATTERS = 0.12  # alike, of the geometric mean
FAR = 0.99  # quantile of the distances to the centroid
FAR_MATTERS = 0.03  # share beyond it
TOLD = 0.01  # smaller differences are left out of the sentence
TYPICAL_TOLD = 0.05  # alike, of the logarithm of a ratio
LARGEST_LOG = 300.0
RATE_MATTERS = 0.1  # of an outcome, in Cohen's h
WEAK = 0.6  # Jaccard below which a segment is not to be trusted (Hennig 2007) ...
LOSS_MATTERS = 0.2  # ... and the loss since the fit that matters


def far_distances(distance: ArrayLike, labels: ArrayLike, k: int) -> tuple[float, ...]:
    """Return, per segment, the distance that 99% of its customers keep within.

    ``distance`` (n,) to the own centroid, ``labels`` (n,) from 0; 0 for a segment of nobody.
    """
    d, who = np.asarray(distance, dtype=np.float64), np.asarray(labels)
    return tuple(
        float(np.quantile(d[who == i], FAR, method="inverted_cdf")) if (who == i).any() else 0.0
        for i in range(k)
    )


def beyond_far(distance: ArrayLike, labels: ArrayLike, far: Sequence[float]) -> NDArray[np.int64]:
    """Return, per segment, how many customers are farther from the centroid than ``far``."""
    d, who = np.asarray(distance, dtype=np.float64), np.asarray(labels)
    return np.bincount(who[d > np.asarray(far)[who]], minlength=len(far)).astype(np.int64)


def compare(
    reference: DriftReference,
    counts: Mapping[str, ColumnCount],
    *,
    sizes: ArrayLike,
    beyond: ArrayLike | None = None,
    outcomes: Mapping[str, tuple[int, int]] | None = None,
    schema: Mapping[str, str] | None = None,
    ids: Sequence[int] | None = None,
    names: Sequence[str] | None = None,
    stability: Sequence[float] | None = None,
    forecast: ForecastDrift | None = None,
) -> Drift:
    """Compare later data with the reference of the model.

    A change of the schema, of a column that forms segments, of the segments' shares, of the
    distances, of the segments' stability, or orders that the forecast did not expect, call for a
    refit; columns that only describe and
    outcomes are told, and call for none. What describes but comes of the same orders as what forms
    (``tells``) calls for one where it has changed much: the orders are others than they were.

    Parameters
    ----------
    counts : by column, as counted in the frozen bins; columns without a count are left out.
    sizes : (k,) customers per segment by the model.
    beyond : (k,) of these, how many are beyond ``reference.far``.
    outcomes : column -> (customers with the outcome, customers).
    schema : source column -> type, as found; columns of the reference must be there.
    ids : (k,) of the segments; 1 to k without them. ``names`` : (k,) theirs, for the sentences.
    stability : (k,) Jaccard similarity of each segment with fits on resamples of the later data.
    forecast : of an order log, what came since against what was expected.

    Raises
    ------
    DataError : where there is no customer.
    """
    now, before = np.asarray(sizes, dtype=np.float64), np.asarray(reference.sizes, dtype=np.float64)
    if now.shape != before.shape:
        raise ValueError(f"Got sizes of shape {now.shape}, but expected {before.shape}.")
    if now.sum() == 0:
        raise DataError.of("there is no customer to compare", "some rows", "check the export")
    watched = [bins for bins in reference.columns if bins.column in counts]
    rates = [one for one in reference.outcomes if outcomes and one.column in outcomes]
    forming = sum(bins.forms for bins in watched)
    chance = CHANCE / (3 * forming + 1 + (len(before) if beyond is not None else 0))
    told = CHANCE_TOLD / max(3 * (len(watched) - forming) + len(rates), 1)
    columns = tuple(
        column_drift(bins, counts[bins.column], chance=chance if bins.forms else told)
        for bins in watched
    )
    tells = {bins.column for bins in watched if bins.tells}
    rows = (float(before.sum()), float(now.sum()))
    shares_psi = psi(before, now, rows=rows)
    shares_limit = _psi_limit(len(before) - 1, rows, chance)
    known = range(1, len(before) + 1) if ids is None else ids
    called = {i: f"Segment {i}" for i in known}
    called |= {i: f"{name} (segment {i})" for i, name in zip(known, names or (), strict=False)}
    segments = tuple(
        _with_stability(one, i, reference.stability, stability)
        for i, one in enumerate(_segments(before, now, beyond, chance, called))
    )
    found = tuple(_outcome(one, (outcomes or {})[one.column], told) for one in rates)
    reasons = _schema(reference, schema)
    reasons += [
        DriftReason("column", one.column, one.strength, _calls(one, tells), one.sentence)
        for one in columns
        if one.changed
    ]
    strength = _strength(shares_psi, shares_limit)
    if strength >= 1:
        most = max(segments, key=lambda s: abs(s.share - s.share_before))
        sentence = (
            f"Segments have other sizes (PSI {shares_psi:.2f}): segment {most.segment_id} has "
            f"{most.share:.0%} of the customers, was {most.share_before:.0%}"
        )
        reasons.append(DriftReason("segment shares", "segments", strength, True, sentence))
    reasons += [
        DriftReason("distance", str(one.segment_id), one.strength, True, one.sentence)
        for one in segments
        if one.strength >= 1
    ]
    reasons += [
        DriftReason("stability", str(one.segment_id), one.unstable, True, _lost(one, called))
        for one in segments
        if one.unstable >= 1
    ]
    reasons += [
        DriftReason("outcome", one.column, one.strength, False, one.sentence)
        for one in found
        if one.strength >= 1
    ]
    if forecast is not None and forecast.strength >= 1:
        told_of = DriftReason("forecast", "orders", forecast.strength, True, forecast.sentence)
        reasons.append(told_of)
    reasons.sort(key=lambda r: (not r.refit, r.kind != "schema", -r.strength, r.name))
    return Drift(
        verdict="refit" if any(r.refit for r in reasons) else "keep",
        reasons=tuple(reasons),
        columns=tuple(sorted(columns, key=lambda c: (-c.strength, -c.psi, c.column))),
        segments=segments,
        segments_psi=shares_psi,
        segments_limit=shares_limit,
        outcomes=found,
        rows=int(rows[1]),
        rows_before=int(rows[0]),
        forecast=forecast,
    )


def _calls(one: ColumnDrift, tells: Collection[str]) -> bool:
    """Return whether a changed column calls for a refit."""
    return one.forms or (one.column in tells and one.strength >= MUCH)


def column_drift(
    reference: ReferenceBins, counted: ColumnCount, *, chance: float = CHANCE
) -> ColumnDrift:
    """Compare the rows counted with the reference.

    A column has changed where PSI is at least 0.1, or the mean has moved by a tenth of the standard
    deviation or (of numbers that are never negative) by 15%, or the geometric mean (of amounts) by
    12%; and chance would produce as much with a probability below ``chance``.
    """
    from scipy.stats import norm

    rows = (float(reference.rows), float(counted.rows))
    if min(rows) == 0:
        raise DataError.of(
            f"column {reference.column!r} has no row to compare", "some rows", "check the export"
        )
    then = np.array([*reference.shares, reference.rest, reference.missing])
    now = counted.counts / counted.counts.sum()
    value = psi(then, now, rows=rows)
    degrees = int(((then > 0) | (now > 0)).sum()) - 1
    limit = _psi_limit(degrees, rows, chance)
    strength = _strength(value, limit)
    moments = counted.moments(reference)
    shift = mean = None
    if moments is not None and reference.mean is not None and reference.std is not None:
        mean, std = moments
        moved = mean - reference.mean
        known = rows[0] * (1 - reference.missing)
        error = np.hypot(reference.std / np.sqrt(max(known, 1.0)), std / np.sqrt(counted.finite))
        shift = moved / reference.std if reference.std > 0 else None
        if abs(moved) > norm.isf(chance / 2) * error:
            if shift is not None:
                strength = max(strength, abs(shift) / SHIFT_MATTERS)
            if reference.mean > 0 and reference.edges and reference.edges[0] >= 0:
                strength = max(strength, abs(moved) / reference.mean / RATIO_MATTERS)
    ratio = noticeable = None
    logs = counted.log_moments(reference)
    if logs is not None and reference.log_mean is not None and reference.log_std is not None:
        moved = logs[0] - reference.log_mean
        above = 1 - reference.missing - (reference.shares[0] if reference.edges[1] <= 0 else 0.0)
        error = np.hypot(
            reference.log_std / np.sqrt(max(rows[0] * above, 1.0)),
            logs[1] / np.sqrt(counted.positive),
        )
        ratio = float(np.exp(np.clip(moved, -LARGEST_LOG, LARGEST_LOG)))
        surely = float(norm.isf(chance / 2) * error)
        noticeable = float(np.expm1(min(max(surely, np.log1p(TYPICAL_MATTERS)), LARGEST_LOG)))
        if abs(moved) > surely:
            strength = max(strength, abs(moved) / np.log1p(TYPICAL_MATTERS))
    return ColumnDrift(
        column=reference.column,
        label=reference.label or reference.column,
        forms=reference.forms,
        psi=value,
        noise=degrees * (1 / rows[0] + 1 / rows[1]),
        limit=limit,
        distance=_jensen_shannon(then, now),
        mean=mean,
        mean_before=reference.mean,
        shift=shift,
        ratio=ratio,
        rest=float(now[-2]),
        missing=float(now[-1]),
        missing_before=reference.missing,
        rows=counted.rows,
        changed=bool(strength >= 1),
        strength=float(strength),
        sentence=_column_sentence(reference, now, value, mean, ratio),
        noticeable=noticeable,
    )


def _psi_limit(degrees: int, rows: tuple[float, float], chance: float) -> float:
    """Return the PSI that unchanged data exceed with probability ``chance``."""
    from scipy.stats import chi2

    return float(chi2.isf(chance, degrees)) * (1 / rows[0] + 1 / rows[1]) if degrees > 0 else 0.0


def _strength(value: float, limit: float) -> float:
    """Return how many times the least PSI that matters; 0 within chance."""
    return value / PSI_MATTERS if value > limit else 0.0


def _jensen_shannon(p: Floats, q: Floats) -> float:
    """Return the Jensen-Shannon distance, 0 to 1 (Endres & Schindelin 2003, base 2)."""
    middle = (p + q) / 2
    both = 0.0
    for one in (p, q):
        some = one > 0
        both += float((one[some] * np.log2(one[some] / middle[some])).sum()) / 2
    return float(np.sqrt(max(both, 0.0)))


def _segments(
    before: Floats,
    now: Floats,
    beyond: ArrayLike | None,
    chance: float,
    called: Mapping[int, str],
) -> tuple[SegmentDrift, ...]:
    """Compare shares of segments, ``called`` so by id, and the shares far from their centroids.

    The share beyond an order statistic of ``n`` rows is a Beta variable, so the number of ``m``
    later rows beyond it is beta-binomial.
    """
    from scipy.stats import betabinom

    found = []
    for i, (segment_id, n, m) in enumerate(zip(called, before, now, strict=True)):
        share, sentence, strength = None, "", 0.0
        if beyond is not None and m > 0 and n > 0:
            count = float(np.asarray(beyond)[i])
            share = count / m
            sentence = (
                f"{called[segment_id]}: {share:.0%} of its customers lie farther out than "
                f"{FAR:.0%} of them did when the model was fitted"
            )
            tail = np.floor((1 - FAR) * n) + 1
            if float(betabinom.sf(count - 1, m, tail, max(n + 1 - tail, 1.0))) < chance:
                strength = float(share / FAR_MATTERS)
        found.append(
            SegmentDrift(
                segment_id=segment_id,
                share=float(m / now.sum()),
                share_before=float(n / max(before.sum(), 1.0)),
                far=share,
                strength=strength,
                sentence=sentence,
            )
        )
    return tuple(found)


def _with_stability(
    one: SegmentDrift, place: int, before: Sequence[float], now: Sequence[float] | None
) -> SegmentDrift:
    """Return the segment with its stability then and now.

    It has lost it where it is weak now and was not so then.
    """
    if now is None:
        return one
    then = before[place] if place < len(before) else None
    lost = 0.0 if then is None else (then - now[place]) / LOSS_MATTERS
    weak = now[place] < WEAK
    return replace(
        one,
        stability=float(now[place]),
        stability_before=then,
        unstable=float(max(lost, 0.0)) if weak else 0.0,
    )


def _lost(one: SegmentDrift, called: Mapping[int, str]) -> str:
    return (
        f"{called[one.segment_id]}: fits on the new data do not find it again "
        f"(Jaccard {one.stability or 0.0:.2f}, was {one.stability_before or 0.0:.2f})"
    )


def _outcome(reference: OutcomeReference, now: tuple[int, int], chance: float) -> OutcomeDrift:
    """Compare rates by Cohen's h, which is about normal with variance ``1/n + 1/m``."""
    from scipy.stats import norm

    yes, rows = now
    before = reference.yes / max(reference.rows, 1)
    rate = yes / max(rows, 1)
    h = abs(2 * np.arcsin(np.sqrt(rate)) - 2 * np.arcsin(np.sqrt(before)))
    error = np.sqrt(1 / max(reference.rows, 1) + 1 / max(rows, 1))
    label = reference.label or reference.column
    return OutcomeDrift(
        column=reference.column,
        label=label,
        rate=rate,
        rate_before=before,
        strength=float(h / RATE_MATTERS) if h > norm.isf(chance / 2) * error else 0.0,
        sentence=f"{label}: {rate:.1%} of the customers, was {before:.1%}",
    )


def _schema(reference: DriftReference, schema: Mapping[str, str] | None) -> list[DriftReason]:
    """Return the columns that are gone, of another type, or new."""
    if schema is None:
        return []
    known = dict(reference.schema)
    reasons = []
    for name, kind in known.items():
        if name not in schema:
            sentence = f"Column {name!r} is gone; the model needs it"
        elif schema[name] != kind:
            sentence = f"Column {name!r} holds {schema[name]} values, was {kind}"
        else:
            continue
        reasons.append(DriftReason("schema", name, 1.0, True, sentence))
    reasons += [
        DriftReason("schema", name, 0.0, False, f"Column {name!r} is new")
        for name in schema
        if name not in known
    ]
    return reasons


def _column_sentence(
    reference: ReferenceBins, now: Floats, value: float, mean: float | None, ratio: float | None
) -> str:
    """Say what differs most, in words."""
    parts = []
    before = reference.mean
    if mean is not None and before is not None and abs(mean - before) >= TOLD * abs(before):
        change = f" ({mean / before - 1:+,.0%})" if before > 0 else ""
        parts.append(f"mean {_number(mean)}, was {_number(before)}{change}")
    if ratio is not None and abs(np.log(ratio)) >= TYPICAL_TOLD:
        parts.append(f"a typical value above 0 is {ratio - 1:+,.0%}")
    if now[-2] - reference.rest >= TOLD:
        where = "outside the range" if reference.kind == "number" else "in categories"
        unknown = "the model knows" if reference.kind == "number" else "the model does not know"
        parts.append(f"{now[-2]:.0%} {where} {unknown}")
    if abs(now[-1] - reference.missing) >= TOLD:
        parts.append(f"{now[-1]:.0%} missing, was {reference.missing:.0%}")
    parts.append(f"PSI {value:.2f}")
    return f"{reference.label or reference.column}: {'; '.join(parts)}"


def _number(x: float) -> str:
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}"
