"""The main job: from a source to named segments, streaming."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smartcart import store
from smartcart.background_process import HelperProcess, LostError
from smartcart.core import choose_k, kmeans, naming, prepare
from smartcart.core.assign import assign
from smartcart.core.evidence import gather
from smartcart.core.lloyd import LloydSums, lloyd_sums, packed_parts
from smartcart.core.profile import (
    ProfileSums,
    column_means,
)
from smartcart.errors import DataError
from smartcart.inspection.customer_table import look
from smartcart.inspection.result import Progress
from smartcart.records import Feature, Recipe, Run
from smartcart.sources import open_on
from smartcart.workflows.alternatives import write_alternatives
from smartcart.workflows.customer_arrays import BATCH_ROWS, CustomerArrays
from smartcart.workflows.customer_arrays_cluster import customers_of
from smartcart.workflows.finish import needed_to_finish
from smartcart.workflows.judging import judging_of, tested_outcomes
from smartcart.workflows.lineage import Heritage, Previous, previous_run
from smartcart.workflows.record import CountedSegments, FittedSegments, run_of
from smartcart.workflows.reference import bin_count
from smartcart.workflows.request import SegmentRequest
from smartcart.workflows.rfm import rfm_count, rfm_writer
from smartcart.workflows.segment_names import by_value, names_of

if TYPE_CHECKING:
    import pyarrow as pa

    from smartcart.workflows.foresee import Foreseen

__all__ = ["Progress", "segment"]

Floats = NDArray[np.float64]
PASSES = 8  # Lloyd passes over all rows at most ...
SETTLED = 1e-4  # ... fewer once WCSS moves less than this share
WIDE_PASSES = 60  # over the wide sample, which is held, so that they cost little ...
WIDE_SETTLED = 1e-8  # ... and may go on until the centroids rest


def segment(
    source: object,
    folder: Path,
    request: SegmentRequest | None = None,
    *,
    progress: Progress | None = None,
    temp_dir: Path | None = None,
    helper: HelperProcess | None = None,
    **asked: Any,
) -> Run:
    """Segment the customers of ``source``; write ``segments.*`` and ``rejected.csv`` to ``folder``.

    Parameters
    ----------
    source : path, paths, glob, or a pandas, Polars, Arrow or Ibis table.
    folder : an existing folder for the tables with one row per customer.
    request : what is asked; or its fields by name, as in ``segment(source, folder, k=4)``.
    progress : called with the step in words, the rows done and the rows in all.
    temp_dir : where the embedded engine keeps what does not fit in memory.
    helper : another process, that may have loaded scikit-learn, to gather the evidence.

    Raises
    ------
    DataError, UsageError
        With one sentence for the user.
    """
    request = request or SegmentRequest(**asked)
    say = progress or (lambda step, done, total: None)
    earlier = previous_run(request.previous, fresh=request.fresh)
    kept_k = earlier.k if request.k is None and earlier is not None else request.k
    clock = _Clock(say)
    learner = _Ahead() if helper is None else None
    with clock.step("read"):
        opened = open_on(request.engine, source, request.spark_master, temp_dir)
    with opened, ExitStack() as afterwards:
        with clock.step("look"):
            seen = look(
                opened,
                kind=request.kind,
                as_of=request.as_of,
                wanted=request.wanted,
                options=request.options,
                progress=say,
            )
        with clock.step("what comes next"):
            foreseen = None
            if seen.inspection.contract.kind == "orders":  # a table of customers needs no SciPy
                from smartcart.workflows.foresee import foresee, with_alive

                foreseen = foresee(seen, request.options.horizon)
                seen = with_alive(seen, foreseen)
            table = customers_of(seen, opened)
        assign_all = partial(_assign_all, rfm_bins=request.rfm_bins, foreseen=foreseen)
        with clock.step("sample"):
            table.draw_sample()
        with clock.step("choose K"):
            if learner is not None:
                learner.join()
                # products of a few thousand rows: threads of each would wait for one another
                afterwards.enter_context(kmeans.single_thread())
            recipe, choice = _evidence(
                table, k=kept_k, k_max=request.k_max, seed=request.seed, say=say, helper=helper
            )
            if earlier is not None:
                choice = earlier.warmed(
                    choice, table, recipe, seed=request.seed, asked=request.k is not None
                )
        start = choice.fits[choice.evidence.k].centers
        with clock.step("refine"):
            fitted, kept = _fitted(table, recipe, choice, earlier, _settled(table, recipe, start))
        judging = judging_of(table, fitted, request.seed, helper)
        with clock.step("assign and profile"):
            counted = assign_all(table, fitted, folder, say, kept=kept)
        if not table.whole and counted.lloyd.gain(fitted.centers) > SETTLED:
            judging()  # of centroids that still move
            with clock.step("refine on all rows"):
                moved = _settled_on_all(table, recipe, fitted.centers, counted.lloyd, say)
                fitted, kept = _fitted(table, recipe, choice, earlier, moved)
            judging = judging_of(table, fitted, request.seed, helper)
            with clock.step("assign and profile again"):
                counted = assign_all(table, fitted, folder, say, kept=kept)
        opened.refuse_changed()
        store.write_rejected(folder, seen.rejected)
        run = run_of(table, fitted, counted, seconds=clock.seconds, seed=request.seed)
        with clock.step("judge"):
            given = run if kept is None else kept.given_to(run)
            write_alternatives(folder, given, table, choice.fits)
            trust = judging()
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        told = tested_outcomes(run.outcomes, helper)
        run = replace(run, **trust._asdict(), outcomes=told, seconds=dict(clock.seconds), made=now)
        return run if kept is None else kept.given_to(run)


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
    table: CustomerArrays,
    *,
    k: int | None,
    k_max: int,
    seed: int,
    say: Progress,
    helper: HelperProcess | None,
) -> tuple[Recipe, choose_k.KChoice]:
    """Fit the recipe and every K on the sample."""
    forming = table.inspection.forming
    X = table.sample[:, : len(forming)]
    _refuse_constant(X, forming)
    heavy = int(table.weight.sum())
    if k is not None and k > heavy:
        raise DataError.of(
            f"--k is {k} but there are only {heavy} different customers",
            f"at most {heavy}",
            "choose a smaller --k",
        )
    asked = (X, forming, table.weight, k, k_max, seed)

    def tell(step: str) -> None:
        say(f"choose K: {step}", 0, None)

    if helper is not None:
        try:
            helper.ask(gather, *asked)
            found: tuple[Recipe, choose_k.KChoice]
            found = helper.answer(tell, needed_to_finish(table.rows))
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


def _fitted(
    table: CustomerArrays,
    recipe: Recipe,
    choice: choose_k.KChoice,
    earlier: Previous | None,
    centers: Floats,
) -> tuple[FittedSegments, Heritage | None]:
    """Order and name the segments of ``centers``; take over what an earlier run gives."""
    evidence = choice.evidence
    order = by_value(table, recipe, centers)
    centers = centers[order]
    named = names_of(table, recipe, centers)
    kept = None
    if earlier is not None:
        kept = earlier.heritage(table, recipe, centers, named, choice)
        centers, named = centers[kept.order], kept.named
        order = [order[i] for i in kept.order]
    return FittedSegments(
        recipe, evidence, centers, [choice.jaccard[i] for i in order], named
    ), kept


def _settled(table: CustomerArrays, recipe: Recipe, centers: Floats) -> Floats:
    """Let the centroids (k, p) of the sample settle on the wide sample."""
    if table.wide is None:
        return centers
    parts = (prepare.apply_recipe(part, recipe) for part in _blocks(table.wide))
    rows = packed_parts(parts, *table.wide.shape)
    for _ in range(WIDE_PASSES):
        sums = lloyd_sums(rows, centers)
        gain, centers = sums.gain(centers), sums.centers(centers)
        if gain < WIDE_SETTLED:
            break
    return centers


def _settled_on_all(
    table: CustomerArrays, recipe: Recipe, centers: Floats, sums: LloydSums, say: Progress
) -> Floats:
    """Let centroids (k, p) settle on all rows, of which a pass over them gave the ``sums``."""
    for turn in range(1, PASSES + 1):
        before, centers = sums.wcss, sums.centers(centers)

        def part(_: object, X: Floats, at: Floats = centers) -> LloydSums:
            return lloyd_sums(prepare.apply_recipe(X, recipe), at)

        done = table.each(part, forming_only=True)
        sums = _summed(centers, done, lambda n, i=turn: say(f"refine (pass {i})", n, table.rows))  # type: ignore[misc]
        if sums.wcss >= before * (1 - SETTLED):
            break
    return centers


def _summed(
    centers: Floats, parts: Iterable[LloydSums], heard: Callable[[int], None] | None = None
) -> LloydSums:
    sums = LloydSums.zeros(*centers.shape)
    for some in parts:
        sums = sums.merge(some)
        if heard is not None:
            heard(int(sums.counts.sum()))
    return sums


def _blocks(X: Floats) -> Iterator[Floats]:
    return (X[start : start + BATCH_ROWS] for start in range(0, len(X), BATCH_ROWS))


def _assign_all(
    table: CustomerArrays,
    fitted: FittedSegments,
    folder: Path,
    say: Progress,
    *,
    rfm_bins: int,
    kept: Heritage | None,
    foreseen: Foreseen | None,
) -> CountedSegments:
    """Assign every customer, write one row each, and add up the profile, RFM, bins, Lloyd sums."""
    recipe, centers = fitted.recipe, fitted.centers
    shift = column_means(table.sample)
    signals = naming.signal_columns(table.inspection.contract, table.all_features)
    count = rfm_count(table, signals, len(centers), rfm_bins)
    ids = kept.ids if kept is not None else tuple(range(1, len(centers) + 1))
    ahead = None
    if foreseen is not None:  # of an order log; a table of customers loads none of it
        from smartcart.workflows import future as what_comes

        ahead = what_comes.future_count(foreseen, table.all_features, ids)
    kind = table.inspection.contract.kind
    watch = bin_count(table.all_features, table.sample, orders=kind == "orders")
    sums = ProfileSums.empty(len(centers), shift)
    lloyd, done = LloydSums.zeros(*centers.shape), 0
    nothing = lloyd

    def part(ids: pa.Array, X: Floats) -> tuple[Any, ...]:
        found = assign(X, recipe, centers)
        labels, distance, confidence = found.labels, found.distance, found.confidence
        some = ProfileSums.empty(len(centers), shift)
        some.add(X, labels, distance, confidence)
        ranked = count.part(ids, X, labels) if count is not None else None
        moved = nothing.add(found.Z, labels, found.d1)
        told = ahead.part(ids, X, labels) if ahead is not None else None
        return ids, labels, moved, distance, confidence, some, ranked, watch.part(X), told

    csv = table.rows <= store.CSV_ROWS
    with (
        store.assignments(folder, fitted.names, ids=ids, csv=csv) as write,
        rfm_writer(folder, count, table.rows) as write_rfm,
        nullcontext() if ahead is None else what_comes.future_writer(folder, ahead) as write_future,
    ):
        for (
            customers,
            labels,
            moved,
            distance,
            confidence,
            some,
            ranked,
            binned,
            told,
        ) in table.each(part):
            sums.merge(some)
            watch.add(binned)
            lloyd = lloyd.merge(moved)
            write(customers, labels + 1, distance, confidence)
            if count is not None:
                count.add(ranked)
                write_rfm(ranked.rows)
            if ahead is not None and write_future is not None:
                ahead.add(told)
                write_future(told.columns)
            done += len(customers)
            say("assign and profile", done, table.rows)
    future = forecast = None
    if foreseen is not None:
        future = what_comes.future_record(foreseen, ahead, table, fitted)
        forecast = what_comes.kept_forecast(foreseen) if ahead is not None else None
    ranks = count.record() if count else None
    return CountedSegments(sums, lloyd, watch, ranks, future, forecast)
