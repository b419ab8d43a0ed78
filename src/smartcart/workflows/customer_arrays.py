"""The customers of a source as arrays: a sample that is held, and a stream of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from smartcart.core import prepare
from smartcart.core.profile import column_means
from smartcart.engines.arrow_numbers import numbers_of
from smartcart.inspection.result import Look
from smartcart.records import Feature, Inspection, Notice, Recipe
from smartcart.tables import features, quality

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["BATCH_ROWS", "CustomerArrays", "matrix"]

Floats = NDArray[np.float64]
R = TypeVar("R")

SAMPLE_ROWS = 50_000  # the fit is on so many rows; more rows refine it
WIDE_ROWS = 1_000_000  # rows on which centroids settle before they meet all rows
HASH_BITS = 24
BATCH_ROWS = 32_768
EXACT_QUANTILES = 1_000_000  # customers up to which quantiles are of all, beyond of the sample


@dataclass(frozen=True, slots=True)
class _Formed:
    """The sample by one recipe: standardized (n, p), all features (n, q) on the scale of it.

    ``means`` (q,) are of the features in original units.
    """

    recipe: Recipe
    Z: Floats
    scores: Floats
    means: Floats


@dataclass(slots=True)
class CustomerArrays:
    """The usable rows as arrays: a sample that is held, and a stream of all."""

    seen: Look
    rows: int = 0
    sample: Floats = field(default_factory=lambda: np.empty((0, 0)))
    ids: pa.Array | None = None  # of the sample, where it is the whole table
    weight: Floats = field(default_factory=lambda: np.empty(0))
    wide: Floats | None = None  # forming features of more rows, where there are more
    formed: _Formed | None = None  # the sample on the scale of a recipe

    @property
    def inspection(self) -> Inspection:
        """What was seen, less features that turned out to say nothing."""
        return self.seen.inspection

    @property
    def all_features(self) -> tuple[Feature, ...]:
        """The features that form, then those that describe."""
        return (*self.inspection.forming, *self.inspection.describing)

    @property
    def whole(self) -> bool:
        """Whether the sample is the whole table."""
        return self.rows <= SAMPLE_ROWS

    def draw_sample(self) -> None:
        """Hold up to ``SAMPLE_ROWS`` rows, chosen by a hash, so the same rows every time.

        Of up to ``WIDE_ROWS`` rows, the sample among them, the forming features are held.
        """
        self.rows = self.inspection.ledger.segmented
        rows = self.seen.usable
        if self.whole:
            drawn = self._features(rows, self.all_features)
        else:  # read once; features of a few rows among many cost as if of all
            if self.rows > WIDE_ROWS:
                rows = self.seen.engine.keep(rows.filter(self.chosen(rows, WIDE_ROWS)))
            drawn = self._features(self.seen.engine.keep(self._sampled(rows)), self.all_features)
        self.sample = self._without_empty(matrix(drawn, len(self.all_features)))
        self.ids = drawn["customer_id"].combine_chunks() if self.whole else None
        self.weight = np.ones(len(self.sample))
        if self.seen.copies:
            content = numbers_of(drawn["__content__"])
            _, first = np.unique(content, return_index=True)
            self.weight[:] = 0.0
            self.weight[first] = 1.0
        if not self.whole:
            forming = self.inspection.forming
            self.wide = matrix(self._features(rows, forming), len(forming))

    def _sampled(self, rows: ir.Table) -> ir.Table:
        return rows if self.whole else rows.filter(self.chosen(rows))

    def _features(self, rows: ir.Table, wanted: Sequence[Feature]) -> pa.Table:
        """Return features of usable rows, with a hash of their content."""
        contract = self.inspection.contract
        content = quality.content_hash(rows, quality.content_columns(contract))
        expr = features.feature_table(rows, contract, wanted, {"__content__": content})
        if contract.kind == "orders":  # customers come from a sum, in no order of their own
            expr = expr.order_by("customer_id")
        return self.seen.engine.arrow(expr)

    def on_formed_scale(self, recipe: Recipe) -> _Formed:
        """Return the sample on the scale of a recipe, computed once: every K is named on it."""
        if self.formed is None or self.formed.recipe is not recipe:
            self.formed = _Formed(
                recipe,
                prepare.apply_recipe(self.sample[:, : len(recipe.features)], recipe),
                prepare.on_formed_scale(self.sample, self.all_features, recipe),
                column_means(self.sample),
            )
        return self.formed

    def sample_of(self, wanted: Sequence[Feature], types: Mapping[str, str]) -> Floats | None:
        """Return other features (n, q) of the sample's rows; None where they cannot be computed.

        ``types`` are those of the columns that they are made of.
        """
        mine = [_making(f) for f in self.all_features]
        if all(_making(f) in mine for f in wanted):
            return self.sample[:, [mine.index(_making(f)) for f in wanted]]
        there = {c.name: c.type for c in self.inspection.contract.columns}
        needed = [name for f in wanted for name in (*f.columns, *f.denominator)]
        clean = self.seen.clean.columns
        if any(n not in clean or there.get(n, types.get(n)) != types.get(n) for n in needed):
            return None
        if not self.seen.engine.can.sample:  # another hash would draw other rows
            return None
        return matrix(self._features(self._sampled(self.seen.usable), wanted), len(wanted))

    def chosen(self, usable: ir.Table, most: int | None = None) -> ir.BooleanValue:
        """Return the condition of being in the sample of ``most`` rows, by a hash of content or id.

        A smaller sample is part of a larger one.

        The hash is of DuckDB. The id counts as text: the same customers whether a source holds it
        as number or as text.
        """
        contract = self.inspection.contract
        if self.seen.copies:
            key = quality.content_hash(usable, list(self.seen.key))
        else:
            key = features.id_value(usable, contract).cast("string").hash()
        share = int((most or SAMPLE_ROWS) / self.rows * 2**HASH_BITS)
        return (key & (2**HASH_BITS - 1)) < share

    def _without_empty(self, X: Floats) -> Floats:
        """Leave out forming features that say nothing: no value, or the same for everybody."""
        forming = self.inspection.forming
        with np.errstate(invalid="ignore"):
            told = [bool(np.nanmin(x) < np.nanmax(x)) if _some(x) else False for x in X.T]
        silent = [f for f, tells in zip(forming, told, strict=False) if not tells]
        if not silent or len(silent) == len(forming):
            return X
        names = ", ".join(f.label for f in silent)
        notice = Notice("says nothing", f"The same for every customer, so left out: {names}.")
        inspection = replace(
            self.inspection,
            forming=tuple(f for f in forming if f not in silent),
            notices=(*self.inspection.notices, notice),
        )
        self.seen = replace(self.seen, inspection=inspection)
        kept = [i for i in range(X.shape[1]) if i >= len(forming) or told[i]]
        return np.asfortranarray(X[:, kept])

    def each(
        self, task: Callable[[pa.Array, Floats], R], forming_only: bool = False
    ) -> Iterator[R]:
        """Yield ``task(ids, X)`` of the features (n, q) of all usable rows, a batch at a time.

        Batches come in a fixed order; tasks run on several threads, or where the rows are.
        """
        wanted = self.inspection.forming if forming_only else self.all_features
        engine = self.seen.engine
        if self.whole and engine.can.place == "here":
            yield task(self.ids, self.sample[:, : len(wanted)])
            return
        contract = self.inspection.contract
        expr = features.feature_table(self.seen.usable, contract, wanted, narrow=True)
        width = len(wanted)
        yield from engine.each(
            expr,
            lambda batch: task(batch["customer_id"], matrix(batch, width)),
            chunk_rows=BATCH_ROWS,
            small=forming_only,
        )

    def quantiles(
        self, places: Sequence[int], shares: Sequence[float]
    ) -> tuple[tuple[tuple[float, ...], ...], bool]:
        """Return quantiles of features (linear between neighbours) and whether they are of all."""
        if self.whole or self.rows > EXACT_QUANTILES:
            return tuple(_quantiles(self.sample[:, place], shares) for place in places), self.whole
        held = self.wide if self.wide is not None and len(self.wide) == self.rows else None
        width = 0 if held is None else held.shape[1]
        asked = [place for place in places if place >= width]  # the engine sorts: only what must be
        found: dict[int, tuple[float, ...]] = {}
        if asked:
            wanted = [self.all_features[place] for place in asked]
            table = features.feature_table(self.seen.usable, self.inspection.contract, wanted)
            cells = [table[f"f{i}"].quantile(list(shares)) for i in range(len(wanted))]
            row = self.seen.engine.record(
                table.aggregate([cell.name(f"q{i}") for i, cell in enumerate(cells)])
            )
            cuts = (tuple(float(cut) for cut in one) for one in row.values())
            found = dict(zip(asked, cuts, strict=True))
        if held is not None:
            found |= {p: _quantiles(held[:, p], shares) for p in places if p < width}
        return tuple(found[place] for place in places), True


def _making(feature: Feature) -> tuple[object, ...]:
    """Return what decides the values of a feature."""
    return feature.op, feature.columns, feature.denominator, feature.value


def _quantiles(x: Floats, shares: Sequence[float]) -> tuple[float, ...]:
    known = x[~np.isnan(x)]
    if not known.size:
        return (0.0,) * len(shares)
    return tuple(float(cut) for cut in np.quantile(known, shares))


def _some(x: Floats) -> bool:
    return not bool(np.isnan(x).all())


def matrix(batch: pa.RecordBatch, width: int) -> Floats:
    """Return the feature columns of an Arrow batch or table as an (n, width) array, by column."""
    out = np.empty((batch.num_rows, width), order="F")
    for i in range(width):
        out[:, i] = numbers_of(batch[f"f{i}"])
    return out
