"""Synthetic customers in the columns of the SmartCart table, with planted segments and dirt.

Customers are made in fixed blocks of 32,768, each from its own random stream, so the same seed
gives the same rows whatever the chunk size, and a short table is the beginning of a long one.

>>> customers, truth = next(customers(1_000, seed=7))
>>> customers.num_rows, customers.num_columns, truth.column_names
(1000, 22, ['ID', 'segment'])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from smartcart.datasets.files import TableFile, check_table_path, written_whole
from smartcart.datasets.planted import SEGMENTS
from smartcart.datasets.quantile_sampling import (
    category_table,
    draw_bits,
    draw_category,
    draw_count,
    draw_normal,
)
from smartcart.errors import UsageError

__all__ = ["COLUMNS", "SCHEMA", "CustomerChunk", "customer_tables", "customers", "write_customers"]

BLOCK = 32_768
FIRST_DAY = 15_551  # 2012-07-30, in days since 1970-01-01
DAYS = 700  # to 2014-06-29
SPENDS = ("Wines", "Fruits", "MeatProducts", "FishProducts", "SweetProducts", "GoldProds")
SPEND_NOISE = (0.35, 0.70, 0.40, 0.70, 0.70, 0.65)  # of the logarithm, per product
EDUCATION = ("2n Cycle", "Basic", "Graduation", "Master", "PhD")
MARITAL = ("Married", "Together", "Single", "Divorced", "Widow", "Alone", "Absurd", "YOLO")
MARITAL_SHARES = (0.386, 0.259, 0.214, 0.104, 0.034, 0.0014, 0.0008, 0.0008)

COPY_EVERY = 14  # one row in 14 equals an earlier one but for its ID
MISSING_INCOME_EVERY = 95
IMPOSSIBLE_BIRTH_EVERY = 750
INCOME_TYPO_EVERY = 2_000
IMPOSSIBLE_BIRTHS = (1893, 1899, 1900)
INCOME_TYPO = 666_666

_text = pa.dictionary(pa.int8(), pa.string())
SCHEMA = pa.schema(
    [("ID", pa.int64()), ("Year_Birth", pa.int32()), ("Education", _text)]
    + [("Marital_Status", _text), ("Income", pa.int32()), ("Kidhome", pa.int32())]
    + [("Teenhome", pa.int32()), ("Dt_Customer", pa.date32()), ("Recency", pa.int32())]
    + [(f"Mnt{product}", pa.int32()) for product in SPENDS]
    + [(f"Num{channel}Purchases", pa.int32()) for channel in ("Deals", "Web", "Catalog", "Store")]
    + [("NumWebVisitsMonth", pa.int32()), ("Complain", pa.int32()), ("Response", pa.int32())]
)
COLUMNS = tuple(SCHEMA.names)
TRUTH_SCHEMA = pa.schema([("ID", pa.int64()), ("segment", _text)])


class CustomerChunk(NamedTuple):
    """Some customers and, row for row, the segment each was planted in.

    ``customers`` has the columns of ``SCHEMA``; ``truth`` has ``ID`` and ``segment``.
    """

    customers: pa.RecordBatch
    truth: pa.RecordBatch


def customers(
    rows: int, *, seed: int = 0, dirt: bool = True, chunk: int = 8 * BLOCK
) -> Iterator[CustomerChunk]:
    """Yield ``rows`` synthetic customers in chunks of ``chunk`` rows (the last may be shorter).

    ``dirt`` adds what real tables have: one row in 14 equals an earlier row but for its ID, one
    income in 95 is missing, one birth year in 750 lies before 1901, one income in 2,000 is
    666,666, and a few marital statuses are "Alone", "Absurd" or "YOLO". Memory does not grow with
    ``rows``. Raises ``UsageError`` for fewer than one row.
    """
    for name, value in (("rows", rows), ("chunk", chunk)):
        if value < 1:
            raise UsageError.of(f"{name} is {value}", "1 or more", "ask for at least one row")
    if seed < 0:
        raise UsageError.of(f"seed is {seed}", "0 or more", "choose another seed")
    return _chunks(rows, seed, dirt, chunk)


def customer_tables(rows: int, *, seed: int = 0, dirt: bool = True) -> tuple[pa.Table, pa.Table]:
    """Return the customers and their planted segments as two Arrow tables in memory.

    >>> shop, truth = customer_tables(500)
    >>> shop.num_rows == truth.num_rows == 500
    True
    """
    chunks = list(customers(rows, seed=seed, dirt=dirt))
    return (
        pa.Table.from_batches([c.customers for c in chunks]),
        pa.Table.from_batches([c.truth for c in chunks]),
    )


def write_customers(
    path: str | Path,
    rows: int,
    *,
    seed: int = 0,
    truth: str | Path | None = None,
    dirt: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write ``rows`` synthetic customers to ``path``, ``.csv`` or ``.parquet`` by its name.

    ``truth`` names a second file for ``ID, segment``. ``progress`` is called with the rows written
    so far and ``rows``. Dates are dd-mm-yyyy in CSV. Files appear when they are whole, or not at
    all. Raises ``UsageError`` for another ending or a folder that does not exist.
    """
    stream = customers(rows, seed=seed, dirt=dirt)
    targets = [check_table_path(path)]
    if truth is not None:
        targets.append(check_table_path(truth))
        if targets[0].resolve() == targets[1].resolve():
            raise UsageError.of(
                f"customers and truth are both to be written to {str(truth)!r}",
                "two files",
                "give the truth a name of its own",
            )
    done = 0
    with written_whole(targets) as parts:
        files = [
            TableFile(part, target.suffix, schema, plain=("ID", "Income"))
            for part, target, schema in zip(parts, targets, (SCHEMA, TRUTH_SCHEMA), strict=False)
        ]
        try:
            for chunk in stream:
                for file, batch in zip(files, chunk, strict=False):
                    file.write(batch)
                done += chunk.customers.num_rows
                if progress is not None:
                    progress(done, rows)
        finally:
            for file in files:
                file.close()


def _chunks(rows: int, seed: int, dirt: bool, chunk: int) -> Iterator[CustomerChunk]:
    """Cut the stream of blocks into chunks."""
    held: list[CustomerChunk] = []
    held_rows = 0
    for number, start in enumerate(range(0, rows, BLOCK)):
        block = _block(seed, number, dirt)
        size = min(BLOCK, rows - start)
        taken = 0
        while taken < size:
            take = min(size - taken, chunk - held_rows)
            held.append(CustomerChunk(*(part.slice(taken, take) for part in block)))
            held_rows += take
            taken += take
            if held_rows == chunk:
                yield _joined(held)
                held, held_rows = [], 0
    if held:
        yield _joined(held)


def _joined(parts: list[CustomerChunk]) -> CustomerChunk:
    if len(parts) == 1:
        return parts[0]
    return CustomerChunk(
        pa.concat_batches([part.customers for part in parts]),
        pa.concat_batches([part.truth for part in parts]),
    )


@cache
def _tables() -> dict[str, NDArray[np.uint8]]:
    """Category tables, a row per segment."""
    odd = 5  # the statuses before it are ordinary
    return {
        "segment": category_table([[s.share for s in SEGMENTS]]),
        "kids": category_table([s.kids for s in SEGMENTS]),
        "teens": category_table([s.teens for s in SEGMENTS]),
        "education": category_table([s.education for s in SEGMENTS]),
        "marital": category_table([MARITAL_SHARES]),
        "marital_clean": category_table([MARITAL_SHARES[:odd]]),
    }


@cache
def _response_thresholds() -> NDArray[np.uint16]:
    """P(Response) x 65,536 by segment and recency: the recent respond more, the mean is true."""
    lean = 1.6 - 1.2 * np.arange(100) / 99
    rates = np.array([s.response_rate for s in SEGMENTS])
    thresholds: NDArray[np.uint16] = np.rint(np.outer(rates, lean) * 65_536).astype(np.uint16)
    return thresholds.ravel()


def _by_segment(values: list[float], segment: NDArray[np.uint16]) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)[segment]


def _block(seed: int, number: int, dirt: bool) -> CustomerChunk:
    """Make block ``number``: always 32,768 customers, from a random stream of its own."""
    stream = np.random.SeedSequence(entropy=seed, spawn_key=(number,))
    rng = np.random.Generator(np.random.SFC64(stream))
    n = BLOCK
    tables = _tables()
    nobody = np.zeros(n, dtype=np.uint16)
    segment = draw_category(rng, tables["segment"], nobody).astype(np.uint16)

    wealth, appetite, thrift = (draw_normal(rng, n) for _ in range(3))
    appetite *= np.float32(0.9)
    appetite += np.float32(0.43) * wealth
    columns: dict[str, NDArray[np.generic]] = {}
    log_income = _by_segment(
        [np.log(s.income[0]) - s.income[1] ** 2 / 2 for s in SEGMENTS], segment
    )
    log_income += _by_segment([s.income[1] for s in SEGMENTS], segment) * wealth
    columns["Income"] = np.exp(log_income).astype(np.int32)

    columns["Kidhome"] = kids = draw_category(rng, tables["kids"], segment)
    columns["Teenhome"] = teens = draw_category(rng, tables["teens"], segment)
    birth = _by_segment([s.birth_year for s in SEGMENTS], segment)
    birth += np.float32(11) * draw_normal(rng, n)
    birth += np.float32(3) * kids - np.float32(6) * teens + np.float32(1.7)
    columns["Year_Birth"] = birth.clip(1940, 1996).astype(np.int32)
    columns["Education"] = draw_category(rng, tables["education"], segment)
    marital = tables["marital" if dirt else "marital_clean"]
    columns["Marital_Status"] = draw_category(rng, marital, nobody)
    day = (draw_bits(rng, n).astype(np.uint32) * DAYS) >> 16
    columns["Dt_Customer"] = day.astype(np.int32) + FIRST_DAY
    recency = ((draw_bits(rng, n).astype(np.uint32) * 100) >> 16).astype(np.uint16)
    columns["Recency"] = recency

    log_spend = _by_segment([s.spend[1] for s in SEGMENTS], segment) * appetite
    for i, (product, noise) in enumerate(zip(SPENDS, SPEND_NOISE, strict=True)):
        centre = [np.log(s.spend[0] * s.basket[i]) - noise**2 / 2 for s in SEGMENTS]
        amount = _by_segment(centre, segment)
        amount += log_spend
        amount += np.float32(noise) * draw_normal(rng, n)
        np.exp(amount, out=amount)
        columns[f"Mnt{product}"] = (amount + np.float32(0.5)).astype(np.int32)

    def count(
        means: list[float], spend: float, deal: float = 0.0, evenness: float = 2.0
    ) -> NDArray[np.uint8]:
        spread = (spend**2 + deal**2) / 2  # keeps the mean where it was planted
        log_rate = _by_segment([np.log(mean) - spread for mean in means], segment)
        log_rate += np.float32(spend) * appetite
        if deal:
            log_rate += np.float32(deal) * thrift
        return draw_count(rng, log_rate, evenness=evenness)

    columns["NumDealsPurchases"] = count([s.deals for s in SEGMENTS], 0.1, deal=0.25)
    columns["NumWebPurchases"] = count([s.web for s in SEGMENTS], 0.3)
    columns["NumCatalogPurchases"] = count([s.catalog for s in SEGMENTS], 0.3)
    columns["NumStorePurchases"] = count([s.store for s in SEGMENTS], 0.2)
    columns["NumWebVisitsMonth"] = count([s.visits for s in SEGMENTS], -0.1, deal=0.1, evenness=2.5)
    columns["Complain"] = (draw_bits(rng, n) < 590).astype(np.uint8)  # 0.9%
    threshold = _response_thresholds()[segment * np.uint16(100) + recency]
    columns["Response"] = (draw_bits(rng, n) < threshold).astype(np.uint8)

    missing = np.zeros(n, dtype=bool)
    if dirt:
        segment = _soil(rng, columns, missing, segment)
    return _batches(_ids(number, rng), columns, missing, segment)


def _ids(number: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Unique ids in no telling order: an odd multiplier permutes a power of two."""
    shift = int(rng.integers(BLOCK))
    place = (np.arange(BLOCK, dtype=np.int64) * 20_021 + shift) % BLOCK
    return np.asarray(1_000 + number * BLOCK + place, dtype=np.int64)


def _soil(
    rng: np.random.Generator,
    columns: dict[str, NDArray[np.generic]],
    missing: NDArray[np.bool_],
    segment: NDArray[np.uint16],
) -> NDArray[np.uint16]:
    """Plant the dirt in place; return the segments, of which copies share their original's."""
    n = missing.size

    def one_in(every: int, first: int = 0) -> NDArray[np.intp]:
        starts = np.arange(0, n, every)
        places: NDArray[np.intp] = starts + rng.integers(first, every, starts.size)
        return places.clip(max=n - 1)

    copies = one_in(COPY_EVERY, first=1)  # row 0 is nobody's copy
    source = np.arange(n)
    originals = np.delete(source, copies)
    before = copies - np.arange(copies.size)  # originals above each copy
    source[copies] = originals[(rng.random(copies.size) * before).astype(np.int64)]

    is_copy = source != np.arange(n)

    def original(places: NDArray[np.intp]) -> NDArray[np.intp]:
        return np.where(is_copy[places], places - 1, places)  # two copies are never neighbours

    missing[original(one_in(MISSING_INCOME_EVERY))] = True
    births = original(one_in(IMPOSSIBLE_BIRTH_EVERY))
    columns["Year_Birth"][births] = rng.choice(IMPOSSIBLE_BIRTHS, births.size)
    typos = original(one_in(INCOME_TYPO_EVERY))
    columns["Income"][typos] = INCOME_TYPO
    missing[typos] = False

    for column in (*columns.values(), missing):
        column[copies] = column[source[copies]]
    return segment[source]


def _batches(
    ids: NDArray[np.int64],
    columns: dict[str, NDArray[np.generic]],
    missing: NDArray[np.bool_],
    segment: NDArray[np.uint16],
) -> CustomerChunk:
    """Turn arrays into Arrow batches of the fixed schema."""
    words = {"Education": EDUCATION, "Marital_Status": MARITAL}
    arrays = [pa.array(ids)]
    for field in list(SCHEMA)[1:]:
        values = columns[field.name]
        if field.name in words:
            arrays.append(_dictionary(values, words[field.name]))
        else:
            mask = missing if field.name == "Income" else None
            values = values.astype(np.int32, copy=False)
            arrays.append(pa.array(values, type=field.type, mask=mask))
    truth = [arrays[0], _dictionary(segment, tuple(s.name for s in SEGMENTS))]
    return CustomerChunk(
        pa.RecordBatch.from_arrays(arrays, schema=SCHEMA),
        pa.RecordBatch.from_arrays(truth, schema=TRUTH_SCHEMA),
    )


def _dictionary(codes: NDArray[np.generic], words: tuple[str, ...]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes.astype(np.int8), pa.array(words))
