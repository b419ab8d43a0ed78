"""The main job: from a source to named segments, streaming."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smartcart import store
from smartcart.beside import Beside, LostError
from smartcart.core import choose_k, kmeans, naming, outcomes, prepare
from smartcart.core.drift import far_distances
from smartcart.core.evidence import gather
from smartcart.core.picture import principal_view
from smartcart.core.profile import ProfileSums, medians, profile_rows, with_rank_effects
from smartcart.core.trust import Trust, judge
from smartcart.engines import open_on_spark, open_source
from smartcart.errors import DataError, UsageError
from smartcart.records import (
    ColumnRole,
    ColumnWish,
    Feature,
    GoldenRow,
    Model,
    Outcome,
    Profile,
    Recipe,
    Rfm,
    Run,
    Segment,
)
from smartcart.workflows.customers import Customers
from smartcart.workflows.customers_spark import SparkCustomers
from smartcart.workflows.lineage import previous_run
from smartcart.workflows.look import look
from smartcart.workflows.look_orders import OrderOptions
from smartcart.workflows.looked import Progress
from smartcart.workflows.reference import BinCount, bin_count, reference_of
from smartcart.workflows.rfm import RfmCount, rfm_count, rfm_writer

__all__ = ["Progress", "segment"]

Floats = NDArray[np.float64]
PASSES = 8  # Lloyd passes over all rows at most ...
SETTLED = 1e-4  # ... fewer once WCSS moves less than this share
GOLDEN_PER_SEGMENT = 3


def segment(
    source: Any,
    folder: Path,
    *,
    k: int | None = None,
    k_max: int = 10,
    kind: str | None = None,
    as_of: dt.date | None = None,
    wanted: Mapping[str, ColumnRole | ColumnWish] | None = None,
    options: OrderOptions | None = None,
    rfm_bins: int = 5,
    seed: int = 0,
    progress: Progress | None = None,
    temp_dir: Path | None = None,
    helper: Beside | None = None,
    engine: str = "duckdb",
    spark_master: str | None = None,
    previous: Path | None = None,
    fresh: bool = False,
) -> Run:
    """Segment the customers of ``source``; write ``segments.*`` and ``rejected.csv`` to ``folder``.

    Parameters
    ----------
    source : path, paths, glob, or a pandas, Polars, Arrow or Ibis table.
    folder : an existing folder for the tables with one row per customer.
    k : the user's own number of segments; the evidence is gathered all the same.
    wanted : roles by column name that override what SmartCart infers.
    options : how an order log is read.
    rfm_bins : digits of the RFM scores, 2 to 9.
    progress : called with the step in words, the rows done and the rows in all.
    helper : another process, that may have loaded scikit-learn, to gather the evidence.
    engine, spark_master : ``"spark"`` reads and assigns on the executors of a Spark cluster; only
        aggregates and the sample come here.
    previous : an earlier run folder whose segments live on: its K is kept without ``k``, the fit
        starts from its segments, and what is the same keeps id and name.
    fresh : with ``previous``: the evidence decides K and the fit starts anew; only ids and names of
        segments that are the same are kept.

    Raises
    ------
    DataError, UsageError
        With one sentence for the user.
    """
    say = progress or (lambda step, done, total: None)
    _check_k(k, k_max)
    earlier = previous_run(previous, fresh=fresh)
    kept_k = earlier.k if k is None and earlier is not None else k
    clock = _Clock(say)
    learner = _Ahead() if helper is None else None
    with clock.step("read"):
        opened = (
            open_on_spark(source, spark_master, temp_dir=temp_dir)
            if engine == "spark"
            else open_source(source, temp_dir=temp_dir)
        )
    with opened:
        with clock.step("look"):
            seen = look(
                opened, kind=kind, as_of=as_of, wanted=wanted, options=options, progress=say
            )
            table = SparkCustomers(seen, here=opened.here) if opened.spread else Customers(seen)
        with clock.step("sample"):
            table.draw_sample()
        with clock.step("choose K"):
            if learner is not None:
                learner.join()
            recipe, choice = _evidence(
                table, k=kept_k, k_max=k_max, seed=seed, say=say, helper=helper
            )
            if earlier is not None:
                choice = earlier.warmed(choice, table, recipe, seed=seed, asked=k is not None)
        centers = choice.fits[choice.evidence.k].centers
        with clock.step("refine"):
            centers, order = _refine(table, recipe, centers, say)
        jaccard = [choice.jaccard[i] for i in order]
        named = _names(table, recipe, centers)
        heritage = None
        if earlier is not None:
            heritage = earlier.heritage(table, recipe, centers, named, choice.evidence)
            centers, named = centers[heritage.order], heritage.named
            jaccard = [jaccard[i] for i in heritage.order]
        judging = _judging(table, recipe, centers, [n.name for n in named], seed, helper)
        with clock.step("assign and profile"):
            signals = naming.signal_columns(table.inspection.contract, table.all_features)
            count = rfm_count(table, signals, len(centers), rfm_bins)
            watch = bin_count(table.all_features, table.sample)
            sums, wcss = _assign_all(
                table, recipe, centers, [n.name for n in named], folder, count, watch, say,
                heritage.ids if heritage else None,
            )  # fmt: skip
        store.write_rejected(folder, seen.rejected)
        rfm = count.record() if count else None
        run = _run(
            table, recipe, choice, centers, jaccard, named, sums, wcss, rfm, watch,
            clock.seconds, seed,
        )  # fmt: skip
        with clock.step("judge"):
            trust = judging()
        run = replace(run, **trust._asdict(), seconds=dict(clock.seconds))
        return run if heritage is None else heritage.given_to(run)


def _check_k(k: int | None, k_max: int) -> None:
    for name, value, least in (("--k", k, 1), ("--k-max", k_max, 2)):
        if value is not None and not least <= value <= 100:
            raise UsageError.of(
                f"{name} is {value}",
                f"a whole number from {least} to 100",
                f"choose another {name}",
            )


class _Ahead(threading.Thread):
    """Loads scikit-learn while the source is read; whoever needs it joins the thread first."""

    def __init__(self) -> None:
        import pandas as pd  # noqa: F401  # two threads must not load it at once

        super().__init__(daemon=True)
        self.start()

    def run(self) -> None:
        import sklearn.cluster  # noqa: F401


@dataclass(slots=True)
class _Clock:
    """Seconds per step, and the step announced to whoever watches."""

    say: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.say(name, 0, None)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)


def _evidence(
    table: Customers, *, k: int | None, k_max: int, seed: int, say: Progress, helper: Beside | None
) -> tuple[Recipe, choose_k.Choice]:
    """Fit the recipe and every K on the sample."""
    forming = table.inspection.forming
    X = table.sample[:, : len(forming)]
    _refuse_constant(X, forming)
    heavy = int(table.weight.sum())
    if k is not None and k > heavy:
        raise DataError.of(
            f"--k is {k} but there are only {heavy} different customers",
            f"at most {heavy}", "choose a smaller --k",
        )  # fmt: skip
    asked = (X, forming, table.weight, k, k_max, seed)

    def tell(step: str) -> None:
        say(f"choose K: {step}", 0, None)

    if helper is not None:
        try:
            helper.ask(gather, *asked)
            found: tuple[Recipe, choose_k.Choice] = helper.answer(tell)
            return found
        except LostError:  # then the work is done here, and meets whatever the helper met
            pass
    return gather(*asked, tell)


def _refuse_constant(X: Floats, forming: Sequence[Feature]) -> None:
    with np.errstate(invalid="ignore"):
        spread = [np.ptp(x[~np.isnan(x)]) if (~np.isnan(x)).any() else 0.0 for x in X.T]
    if not any(s > 0 for s in spread):
        raise DataError.of(
            f"all {len(X)} customers are the same in {', '.join(f.label for f in forming[:6])}",
            "customers that differ",
            "check that the export holds the right columns",
        )


def _refine(
    table: Customers, recipe: Recipe, centers: Floats, say: Progress
) -> tuple[Floats, list[int]]:
    """Let the centroids settle on all rows, then put them in the order of value, descending.

    Returns the (k, p) centroids and, for each, its place before the ordering.
    """
    if not table.whole:
        before = np.inf
        for turn in range(1, PASSES + 1):
            nothing = kmeans.LloydSums.zeros(*centers.shape)

            def part(_: Any, X: Floats, at: Floats = centers) -> kmeans.LloydSums:
                Z = prepare.apply_recipe(X, recipe)
                labels, d1, _ = kmeans.assign(Z, at)
                return nothing.add(Z, labels, d1)  # noqa: B023  # all zeros in every turn

            sums = nothing
            for some in table.each(part, forming_only=True):
                sums = sums.merge(some)
                say(f"refine (pass {turn})", int(sums.counts.sum()), table.rows)
            if sums.wcss >= before * (1 - SETTLED):
                break
            centers, before = sums.centers(centers), sums.wcss
    X = table.sample[:, : len(recipe.features)]
    labels, _, _ = kmeans.assign(prepare.apply_recipe(X, recipe), centers)
    sizes = np.bincount(labels, minlength=len(centers))
    signals = naming.signal_columns(table.inspection.contract, table.all_features)
    rank = -sizes.astype(np.float64)
    if "value" in signals:
        column = [f.name for f in table.all_features].index(signals["value"])
        values = np.nan_to_num(table.sample[:, column])
        rank = -np.bincount(labels, values, len(centers)) / np.maximum(sizes, 1)
    order = sorted(range(len(centers)), key=lambda i: (rank[i], tuple(centers[i])))
    return centers[order], order


def _names(table: Customers, recipe: Recipe, centers: Floats) -> tuple[naming.Named, ...]:
    """Name the segments from the profile of the sample."""
    k, every = len(centers), table.all_features
    Z = prepare.apply_recipe(table.sample[:, : len(recipe.features)], recipe)
    labels, d1, _ = kmeans.assign(Z, centers)
    sums = ProfileSums.empty(k, _shift(table.sample))
    sums.add(table.sample, labels, d1, d1)
    profile = profile_rows(sums, sums.means(), every, [str(i + 1) for i in range(k)])
    if table.inspection.contract.kind == "orders":  # spend and orders of a log are heavy-tailed
        profile = with_rank_effects(profile, table.sample, labels, every)
    signals = naming.signal_columns(table.inspection.contract, every)
    by_segment = [[r for r in profile.rows if r.segment_id == i + 1] for i in range(k)]
    return naming.name_segments(by_segment, signals, profile.labels)


def _shift(X: Floats) -> Floats:
    """Return the column means of (n, q) values, 0 where there is none."""
    present = ~np.isnan(X)
    total = np.where(present, X, 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(present.sum(axis=0), 1))


def _assign_all(
    table: Customers,
    recipe: Recipe,
    centers: Floats,
    names: Sequence[str],
    folder: Path,
    count: RfmCount | None,
    watch: BinCount,
    say: Progress,
    numbers: Sequence[int] | None = None,
) -> tuple[ProfileSums, float]:
    """Assign every customer, write one row each, and add up the profile, WCSS, RFM and bins."""
    width, shift = len(recipe.features), _shift(table.sample)
    sums = ProfileSums.empty(len(centers), shift)
    wcss, done = 0.0, 0

    def part(ids: Any, X: Floats) -> tuple[Any, ...]:
        labels, d1, d2 = kmeans.assign(prepare.apply_recipe(X[:, :width], recipe), centers)
        distance = np.sqrt(d1)
        confidence = kmeans.confidence(distance, np.sqrt(d2))
        some = ProfileSums.empty(len(centers), shift)
        some.add(X, labels, distance, confidence)
        ranked = count.part(ids, X, labels) if count is not None else None
        return ids, labels, d1, distance, confidence, some, ranked, watch.part(X)

    with (
        store.assignments(folder, names, ids=numbers, csv=table.rows <= store.CSV_ROWS) as write,
        rfm_writer(folder, count, table.rows) as write_rfm,
    ):
        for ids, labels, d1, distance, confidence, some, ranked, binned in table.each(part):
            sums.merge(some)
            watch.add(binned)
            wcss += float(d1.sum())
            write(ids, labels + 1, distance, confidence)
            if count is not None:
                count.add(ranked)
                write_rfm(ranked.rows)
            done += len(ids)
            say("assign and profile", done, table.rows)
    return sums, wcss


def _run(
    table: Customers, recipe: Recipe, choice: choose_k.Choice, centers: Floats,
    jaccard: Sequence[float], named: Sequence[naming.Named], sums: ProfileSums, wcss: float,
    rfm: Rfm | None, watch: BinCount, seconds: Mapping[str, float], seed: int,
) -> Run:  # fmt: skip
    """Put everything that was found into the record of the run."""
    k, every = len(centers), table.all_features
    inspection = table.inspection
    Z = prepare.apply_recipe(table.sample[:, : len(recipe.features)], recipe)
    labels, d1, _ = kmeans.assign(Z, centers)
    middle = medians(table.sample, labels, k)
    profile = profile_rows(sums, middle, every, [n.name for n in named])
    signals = naming.signal_columns(inspection.contract, every)
    segments = _segments(named, profile, sums, every, signals, jaccard)
    evidence = choice.evidence
    row = evidence.rows[evidence.k - 1]
    metrics = {
        "wcss": wcss,
        "silhouette": row.silhouette,
        "calinski_harabasz": row.calinski_harabasz,
        "davies_bouldin": row.davies_bouldin,
        "stability_ari": row.stability_ari,
        "jaccard_min": row.jaccard_min,
    }
    model = Model(
        version=1,
        contract=inspection.contract,
        recipe=recipe,
        describing=inspection.describing,
        centroids=_rows(centers),
        centroids_original=_rows(sums.means()[:, : len(recipe.features)]),
        names=tuple(n.name for n in named),
        golden=_golden(table.sample[:, : len(recipe.features)], labels, d1, k),
        fingerprint=inspection.reading.fingerprint,
        figures={"k": evidence.k, "verdict": evidence.verdict, "customers": table.rows, **metrics},
    )
    told = _outcomes(table, sums, [n.name for n in named], seed)
    far = far_distances(np.sqrt(d1), labels, k)
    model = replace(model, reference=reference_of(model, watch, sums.size, far, told))
    value = signals.get("value")
    return Run(
        source=inspection.reading.source,
        reading=inspection.reading,
        contract=inspection.contract,
        ledger=inspection.ledger,
        evidence=evidence,
        model=model,
        segments=segments,
        profile=profile,
        picture=principal_view(Z, labels, [f.label for f in recipe.features], table.rows),
        notices=inspection.notices,
        metrics=metrics,
        seconds=dict(seconds),
        versions=store.versions(),
        seed=seed,
        rfm=rfm,
        value_label=profile.labels[value].lower() if value else "",
        currency=inspection.reading.currency or "",
        outcomes=told,
    )


def _judging(
    table: Customers, recipe: Recipe, centers: Floats, names: Sequence[str], seed: int,
    helper: Beside | None,
) -> Callable[[], Trust]:  # fmt: skip
    """Begin to judge the segments on the sample; return the function that waits for the result."""
    asked = (table.sample, table.all_features, table.weight, recipe, centers, names, seed)
    if helper is None:
        return lambda: judge(*asked)
    try:
        helper.ask(judge, *asked)
    except LostError:
        return lambda: judge(*asked)

    def wait() -> Trust:
        try:
            found: Trust = helper.answer()
            return found
        except LostError:
            return judge(*asked)

    return wait


def _outcomes(
    table: Customers, sums: ProfileSums, names: Sequence[str], seed: int
) -> tuple[Outcome, ...]:
    """Return what the segments, formed without them, say of the 0/1 outcomes of all customers."""
    found = []
    for place, feature in enumerate(table.all_features):
        values = table.sample[:, place]
        known = values[~np.isnan(values)]
        if feature.role != "outcome" or not known.size or not np.isin(known, (0.0, 1.0)).all():
            continue
        positives = np.rint(sums.totals()[:, place])
        counts = np.stack([sums.count[:, place] - positives, positives,
                           sums.size - sums.count[:, place]])  # fmt: skip
        found.append(outcomes.outcome_of(feature.name, counts, names, seed=seed))
    return outcomes.adjusted(found)


def _rows(array: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(v) for v in row) for row in array)


def _segments(
    named: Sequence[naming.Named], profile: Profile, sums: ProfileSums, every: Sequence[Feature],
    signals: Mapping[str, str], jaccard: Sequence[float],
) -> tuple[Segment, ...]:  # fmt: skip
    """Return the segments with size, worth and reliability."""
    total = sums.size.sum()
    worth: Floats | None = None
    if "value" in signals:
        worth = sums.totals()[:, [f.name for f in every].index(signals["value"])]
    return tuple(
        Segment(
            segment_id=i + 1,
            segment=one.name,
            size=int(sums.size[i]),
            share=float(sums.size[i] / total),
            value_total=None if worth is None else float(worth[i]),
            value_share=None
            if worth is None or worth.sum() <= 0
            else float(worth[i] / worth.sum()),
            facts=naming.facts_of(
                [r for r in profile.rows if r.segment_id == i + 1],
                one.earned_by,
                profile.labels,
                profile.units,
            ),
            archetype=one.archetype,
            sentence=one.sentence,
            action=one.action,
            watch=one.watch,
            confidence=float(sums.confidence[i] / max(sums.size[i], 1)),
            jaccard=float(jaccard[i]) if len(named) > 1 else None,
        )
        for i, one in enumerate(named)
    )


def _golden(X: Floats, labels: NDArray[np.integer], d1: Floats, k: int) -> tuple[GoldenRow, ...]:
    """Pick rows from the middle to the rim of each segment, by distance from the centroid."""
    rows = []
    for i in range(k):
        members = np.flatnonzero(labels == i)
        members = members[np.argsort(d1[members], kind="stable")]
        for place in np.unique(np.linspace(0, len(members) - 1, GOLDEN_PER_SEGMENT).astype(int)):
            values = tuple(None if np.isnan(v) else float(v) for v in X[members[place]])
            rows.append(GoldenRow(values, i + 1))
    return tuple(rows)
