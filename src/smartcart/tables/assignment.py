"""A saved model as a chain of named tables: from the shop's own columns to a segment.

Every step reads the one before it under its name, so that the chain becomes one query with named
steps: each feature, score and distance is computed once, whatever the number of segments.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import ibis
import ibis.expr.types as ir

from smartcart.errors import DataError
from smartcart.records import Column, Contract, Feature, Model, Recipe, Transform
from smartcart.tables import features, quality
from smartcart.tables.guess import MISSING

__all__ = [
    "SOURCE",
    "TYPES",
    "Cell",
    "Step",
    "StepChain",
    "assignment_steps",
    "needed_columns",
    "numbers_to_pick",
    "plain_names",
    "reading_contract",
]

SOURCE = "source table"  # stands for the user's table until its name is known
LONGEST = 40  # letters of a column name made from a feature's
TYPES = {
    "number": "float64",
    "boolean": "float64",
    "date": "date",
    "text": "string",
    "id number": "int64",
    "id text": "string",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of the user's table: its name there, a plain one for the steps, what it holds.

    A text that is one of the words ``missing`` is.
    """

    source: str
    name: str
    kind: Literal["number", "boolean", "date", "text", "id number", "id text"]
    missing: tuple[str, ...] = MISSING


@dataclass(frozen=True, slots=True)
class Step:
    """One named table of the chain: ``notes`` are remarks by column.

    Two steps are written in each engine's own words, so that their ``table`` only tells names and
    types: the first one reads ``cells``; that with ``centers`` (K x features) has a column for the
    squared distance of the features, which are all columns that it reads, from each center. No step
    but the first holds a name of the user's. ``reads`` and ``makes`` are the columns whose names
    are SmartCart's own, so need no quotes; all others have names made from the user's. A step that
    is ``whole`` groups, joins or looks at other rows: all of its names are SmartCart's own.
    """

    name: str
    table: ir.Table
    sentence: str
    notes: Mapping[str, str] = field(default_factory=dict)
    reads: Collection[str] = ()
    makes: Collection[str] = ()
    cells: tuple[Cell, ...] = ()
    centers: tuple[tuple[float, ...], ...] = ()
    whole: bool = False


def needed_columns(model: Model) -> tuple[str, ...]:
    """Return the columns without which the model cannot assign: the id and those of features."""
    used = [n for f in model.recipe.features for n in (*f.columns, *f.denominator)]
    ids = [] if model.contract.id_column is None else [model.contract.id_column]
    return tuple(dict.fromkeys([*ids, *used]))


def reading_contract(model: Model, there: Collection[str]) -> Contract:
    """Return the contract with the columns that assigning reads.

    A column that forms but is in no feature (it was the same for every customer) may be absent; it
    only helps to tell who has no behaviour at all.
    """
    needed = set(needed_columns(model))
    kept = tuple(
        c
        for c in model.contract.columns
        if c.name in needed or (c.role == "forms" and c.name in there)
    )
    return replace(model.contract, columns=kept)


def assignment_steps(model: Model, taken: Collection[str] = ()) -> tuple[Step, ...]:
    """Return the steps from the user's table to ``customer_id, segment_id, segment, distance,
    confidence``; the last one has no name.

    ``taken`` are names that no step may have, such as that of the user's table.

    Raises
    ------
    DataError
        Where the model is of an order log, or of a table without a customer id.
    """
    if model.contract.kind == "orders":
        raise DataError.of(
            "the model is of an order log",
            "a model of a table of customers",
            "write it by the steps of an order log",
        )
    if model.contract.id_column is None:
        raise DataError.of(
            "the model numbers its customers by their rows, which SQL does not have",
            "a model of a table with a customer id",
            "give a column the role 'id' in the configuration and run again",
        )
    contract = reading_contract(model, [c.name for c in model.contract.columns])
    cells = _cells(contract)
    plain = {column.name: cell.name for column, cell in zip(contract.columns, cells, strict=True)}
    contract = replace(
        contract,
        id_column=plain[model.contract.id_column],
        columns=tuple(replace(c, name=plain[c.name]) for c in contract.columns),
    )
    used = [_renamed(feature, plain) for feature in model.recipe.features]
    chain = StepChain({name.casefold() for name in taken})
    typed = ibis.table({cell.name: TYPES[cell.kind] for cell in cells}, name=SOURCE)
    table = chain.add(
        "typed", typed, "the columns that the model reads, as numbers and days", cells=cells
    )
    clean = features.cleaned(table, contract)
    if clean is not table:
        table = chain.add("cleaned", clean, "impossible values count as missing")
    wanted, totals = _totals(used)
    if totals:
        sums = {name: features.total(table, columns) for name, columns in totals.items()}
        table = chain.add("totals", table.select(table, **sums), "sums of columns", makes=totals)
    return tuple(numbers_to_pick(chain, table, contract, wanted, model, totals))


def numbers_to_pick(
    chain: StepChain,
    table: ir.Table,
    contract: Contract,
    wanted: Sequence[Feature],
    model: Model,
    totals: Collection[str],
) -> list[Step]:
    """Add the steps from features to the pick."""
    k = len(model.centroids)
    own = _own(k)
    names = plain_names([feature.name for feature in wanted], own)
    usable = quality.usable_rows(table, contract)
    table = chain.add(
        "features",
        features.feature_table(usable, contract, wanted, names=names),
        "one number per customer and side of behaviour",
        {n: f.sentence for n, f in zip(names, model.recipe.features, strict=True)},
        totals,
        own,
    )
    chain.own = own
    scores = {n: _score(table[n], model.recipe, i) for i, n in enumerate(names)}
    table = chain.add(
        "scores",
        table.select("customer_id", **scores),
        "missing values filled, tails capped, then standardized",
    )
    told = {
        f"d_{j + 1}": f"{i} {name}"
        for j, (i, name) in enumerate(zip(model.ids, model.names, strict=True))
    }
    table = chain.add(
        "distances",
        _distances(table, k),
        "squared distance from the middle of each segment",
        told,
        centers=model.centroids,
    )
    d = [f"d_{j + 1}" for j in range(k)]
    least = ibis.least(*(table[n] for n in d)) if k > 1 else table["d_1"]
    table = chain.add(
        "nearest", table.select("customer_id", *d, d_least=least), "the smallest of them"
    )
    pick: ir.Value = ibis.literal(k)
    if k > 1:
        pick = ibis.cases(
            *((table[n] == table["d_least"], j + 1) for j, n in enumerate(d[:-1])), else_=k
        )
    table = chain.add(
        "picked",
        table.select("customer_id", *d, segment_id=pick, distance=table["d_least"].sqrt()),
        "whose it is, and how far",
    )
    if k > 1:  # the picked one gives way to another, so the least is that of the second
        others = [
            (table["segment_id"] == j + 1).ifelse(table[d[(j + 1) % k]], table[n])
            for j, n in enumerate(d)
        ]
        table = chain.add(
            "margins",
            table.select(
                "customer_id", "segment_id", "distance", next_distance=ibis.least(*others).sqrt()
            ),
            "and how far the second nearest is",
        )
        both = table["next_distance"] + table["distance"]
        margin = (both > 0).ifelse((table["next_distance"] - table["distance"]) / both, 0.0)
        word = ibis.cases(
            *((table["segment_id"] == j + 1, n) for j, n in enumerate(model.names[:-1])),
            else_=model.names[-1],
        )
    else:
        margin, word = ibis.literal(1.0), ibis.literal(model.names[0])
    number = table["segment_id"]
    if model.ids != tuple(range(1, k + 1)):
        places = enumerate(model.ids[:-1], 1)
        number = (
            ibis.cases(*((number == j, i) for j, i in places), else_=model.ids[-1])
            if k > 1
            else ibis.literal(model.ids[0])
        )
    last = table.select(
        "customer_id",
        segment_id=number,
        segment=word,
        distance=table["distance"],
        confidence=margin,
    )
    return [*chain.steps, Step("", last, "", {}, own, own)]


class StepChain:
    """Steps so far; each is read by its name, as a table of its own."""

    def __init__(self, taken: Collection[str]) -> None:
        self.steps: list[Step] = []
        self.own: Collection[str] = ()
        self._taken = set(taken)

    def add(
        self,
        name: str,
        table: ir.Table,
        sentence: str,
        notes: Mapping[str, str] | None = None,
        reads: Collection[str] | None = None,
        makes: Collection[str] | None = None,
        cells: tuple[Cell, ...] = (),
        centers: tuple[tuple[float, ...], ...] = (),
        whole: bool = False,
    ) -> ir.Table:
        """Add a step; return the table that the next one reads."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        given = self.own if reads is None else reads
        made = self.own if makes is None else makes
        self.steps.append(
            Step(name, table, sentence, notes or {}, given, made, cells, centers, whole)
        )
        return ibis.table(table.schema(), name=name)


def _cells(contract: Contract) -> tuple[Cell, ...]:
    """Return how each column of the contract is read, in their order."""
    there = [contract.source_names.get(c.name, c.name) for c in contract.columns]
    names = plain_names([c.name for c in contract.columns], ["customer_id"], there)
    return tuple(
        Cell(source, name, _kind(column, contract))
        for column, source, name in zip(contract.columns, there, names, strict=True)
    )


def _kind(column: Column, contract: Contract) -> ir.Value:
    if column.name == contract.id_column:
        return "id number" if column.type == "number" else "id text"
    return column.type


def _renamed(feature: Feature, plain: Mapping[str, str]) -> Feature:
    return replace(
        feature,
        columns=tuple(plain[name] for name in feature.columns),
        denominator=tuple(plain[name] for name in feature.denominator),
    )


def _totals(
    wanted: Sequence[Feature],
) -> tuple[list[Feature], dict[str, tuple[str, ...]]]:
    """Return the features with their sums of columns taken from totals, and those by name."""
    found: dict[tuple[str, ...], str] = {}

    def total(columns: tuple[str, ...]) -> tuple[str, ...]:
        if len(columns) < 2:
            return columns
        if columns not in found:
            found[columns] = f"smartcart_total_{len(found) + 1}"
        return (found[columns],)

    changed = [
        replace(
            f,
            columns=total(f.columns) if f.op == "sum" else f.columns,
            denominator=total(f.denominator),
        )
        for f in wanted
    ]
    return changed, {name: columns for columns, name in found.items()}


def plain_names(
    given: Sequence[str], own: Collection[str], sources: Sequence[str] = ()
) -> list[str]:
    """Return a name of plain letters for each, unique and none of SmartCart's own.

    Nor is it the name of another of the ``sources``, one for each: some engines read the new name
    where that column is not in the table.
    """
    names: list[str] = []
    taken = {*own}
    others = Counter(name.casefold() for name in sources)
    for i, name in enumerate(given):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        slug = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:LONGEST]
        if not slug or slug[0].isdigit():
            slug = f"f_{slug}".rstrip("_")
        mine = sources[i].casefold() if sources else ""

        def free(slug: str, mine: str = mine) -> bool:
            return slug not in taken and others[slug] == (slug == mine)

        if not free(slug):
            slug = f"{slug}_no_{i + 1}"
        while not free(slug):
            slug += "_"
        taken.add(slug)
        names.append(slug)
    return names


def _own(k: int) -> list[str]:
    """Return the column names of SmartCart's own that the steps use."""
    words = ["segment_id", "segment", "distance", "confidence", "next_distance", "d_least"]
    return ["customer_id", *words, *(f"d_{j + 1}" for j in range(k))]


def _score(value: ir.Value, recipe: Recipe, i: int) -> ir.Value:
    """Return the standardized number of a feature, as ``core.prepare.apply_recipe`` does."""
    filled = value.fill_null(recipe.fill[i])
    capped = ibis.least(ibis.greatest(filled, recipe.low[i]), recipe.high[i])
    if recipe.unit and recipe.unit[i] != 1.0:
        capped = capped / recipe.unit[i]
    z = _transformed(capped, recipe.transform[i], recipe.low[i])
    return _less(z, recipe.mean[i]) * (recipe.weight[i] / recipe.scale[i])


def _transformed(x: ir.Value, transform: Transform, low: float) -> ir.Value:
    match transform:
        case "identity":
            return x
        case "sqrt":
            return (x if low >= 0 else ibis.greatest(x, 0.0)).sqrt()
        case "log1p":
            return ((x if low >= 0 else ibis.greatest(x, 0.0)) + 1.0).ln()
        case "asinh":
            size = x.abs()
            grown = (size + (size * size + 1.0).sqrt()).ln()
            return (x < 0).ifelse(-grown, grown)


def _less(x: ir.Value, by: float) -> ir.Value:
    """Return ``x - by``, without two signs in a row."""
    return x - by if by >= 0 else x + -by


def _distances(table: ir.Table, k: int) -> ir.Table:
    """Return the table read with columns for the distances: see :class:`Step`."""
    return table.mutate(**{f"d_{j + 1}": ibis.literal(0.0) for j in range(k)})
