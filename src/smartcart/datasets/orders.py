"""Synthetic order logs with planted behaviours, streaming, in order of date.

Two years of a shop, 2023-01-01 to 2024-12-31, a row per order line, about 12 lines per customer.
The lines come in order of date (undated ones where they belong), so a customer's lines are spread
over the file. See ``behaviours`` for what is planted and ``schedule`` for how it streams.

>>> log, truth = order_tables(1_000, seed=7)
>>> log.num_rows, truth.column_names
(1000, ['customer_id', 'segment'])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from smartcart.datasets import catalogue, schedule
from smartcart.datasets.behaviours import BEHAVIOURS, GUEST
from smartcart.datasets.files import TableFile, check_table_path, written_whole
from smartcart.datasets.quantile_sampling import (
    category_table,
    draw_bits,
    draw_category,
    normal_table,
)
from smartcart.datasets.schedule import Schedule
from smartcart.errors import UsageError

__all__ = [
    "ORDER_COLUMNS",
    "ORDER_SCHEMA",
    "order_tables",
    "order_truth",
    "orders",
    "write_orders",
]

CHUNK = 262_144
FIRST_ORDER = 100_001
FIRST_CUSTOMER = 10_001
NO_DATE = np.iinfo(np.int64).min
DAY = 86_400

CANCELLED = 0.02  # of the orders
RETURNED = 0.02  # of the lines
COPIED = 0.006  # dirt, of the lines
UNPRICED = 0.002
UNDATED = 0.001

_short = pa.dictionary(pa.int8(), pa.string())
ORDER_SCHEMA = pa.schema(
    [
        ("order_id", pa.int64()),
        ("order_date", pa.timestamp("s")),
        ("customer_id", pa.int64()),
        ("product_id", pa.dictionary(pa.int16(), pa.string())),
        ("category", _short),
        ("quantity", pa.int32()),
        ("unit_price", pa.float64()),
        ("discount", pa.float64()),
        ("channel", _short),
        ("status", _short),
        ("country", _short),
    ]
)
ORDER_COLUMNS = tuple(ORDER_SCHEMA.names)
TRUTH_SCHEMA = pa.schema([("customer_id", pa.int64()), ("segment", _short)])

Lines = dict[str, NDArray[Any]]  # arrays of equal length by column, words as codes


def orders(
    rows: int, *, seed: int = 0, dirt: bool = True, chunk: int = CHUNK
) -> Iterator[pa.RecordBatch]:
    """Yield ``rows`` synthetic order lines in chunks of ``chunk`` rows (the last may be shorter).

    ``order_id``, ``order_date``, ``customer_id``, ``product_id``, ``category``, ``quantity``,
    ``unit_price``, ``discount`` (rate, 0 to 0.5), ``channel``, ``status``, ``country``. A return is
    a line of its own, days after the purchase, with its order id, ``returned`` and a negative
    quantity. One line in 20 is a guest's, without customer. ``dirt`` adds exact copies of lines
    (0.6%), prices of zero (0.2%) and lines without date (0.1%). The rows do not depend on
    ``chunk``; memory does not grow with ``rows``. Raises ``UsageError`` for fewer than one row.
    """
    _check(rows, seed, chunk)
    return _chunks(_lines(schedule.schedule(rows, seed), seed, dirt), chunk)


def order_truth(rows: int, *, seed: int = 0, chunk: int = CHUNK) -> Iterator[pa.RecordBatch]:
    """Yield ``customer_id, segment`` of every customer in ``orders(rows, seed=seed)``, by id."""
    _check(rows, seed, chunk)
    return _truth(schedule.schedule(rows, seed), seed, chunk)


def order_tables(rows: int, *, seed: int = 0, dirt: bool = True) -> tuple[pa.Table, pa.Table]:
    """Return the order lines and the planted behaviours as two Arrow tables in memory."""
    return (
        pa.Table.from_batches(orders(rows, seed=seed, dirt=dirt), schema=ORDER_SCHEMA),
        pa.Table.from_batches(order_truth(rows, seed=seed), schema=TRUTH_SCHEMA),
    )


def write_orders(
    path: str | Path,
    rows: int,
    *,
    seed: int = 0,
    truth: str | Path | None = None,
    dirt: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write ``rows`` synthetic order lines to ``path``, ``.csv`` or ``.parquet`` by its name.

    ``truth`` names a second file for ``customer_id, segment``. ``progress`` is called with the rows
    written so far and ``rows``. Files appear when they are whole, or not at all. Raises
    ``UsageError`` for another ending or a folder that does not exist.
    """
    stream = orders(rows, seed=seed, dirt=dirt)
    targets = [check_table_path(path)]
    if truth is not None:
        targets.append(check_table_path(truth))
        if targets[0].resolve() == targets[1].resolve():
            raise UsageError.of(
                f"orders and truth are both to be written to {str(truth)!r}",
                "two files",
                "give the truth a name of its own",
            )
    done = 0
    with written_whole(targets) as parts:
        with TableFile(
            parts[0], targets[0].suffix, ORDER_SCHEMA, plain=("order_id",), compression="snappy"
        ) as file:
            for batch in stream:
                file.write(batch)
                done += batch.num_rows
                if progress is not None:
                    progress(done, rows)
        if truth is not None:
            plain = ("customer_id",)
            with TableFile(parts[1], targets[1].suffix, TRUTH_SCHEMA, plain=plain) as file:
                for batch in order_truth(rows, seed=seed):
                    file.write(batch)


def _check(rows: int, seed: int, chunk: int) -> None:
    for name, value in (("rows", rows), ("chunk", chunk)):
        if value < 1:
            raise UsageError.of(f"{name} is {value}", "1 or more", "ask for at least one row")
    if seed < 0:
        raise UsageError.of(f"seed is {seed}", "0 or more", "choose another seed")


def _chunks(blocks: Iterator[pa.RecordBatch], chunk: int) -> Iterator[pa.RecordBatch]:
    """Cut a stream of batches into batches of ``chunk`` rows."""
    held: list[pa.RecordBatch] = []
    held_rows = 0
    for block in blocks:
        taken = 0
        while taken < block.num_rows:
            part = block.slice(taken, chunk - held_rows)
            held.append(part)
            held_rows += part.num_rows
            taken += part.num_rows
            if held_rows == chunk:
                yield pa.concat_batches(held)
                held, held_rows = [], 0
    if held:
        yield pa.concat_batches(held)


def _scatter(plan: Schedule, seed: int) -> tuple[int, int]:
    """Return factor and shift of customer ids: they follow the numbers in no telling order."""
    rng = np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(2**32 - 2,)))
    return schedule.coprime(rng, plan.customers), int(rng.integers(plan.customers))


def _truth(plan: Schedule, seed: int, chunk: int) -> Iterator[pa.RecordBatch]:
    factor, shift = _scatter(plan, seed)
    back = pow(factor, -1, plan.customers) if plan.customers > 1 else 0
    words = pa.array([b.name for b in BEHAVIOURS])
    kept = np.flatnonzero(plan.size[:-1])
    for begin in range(0, plan.customers, chunk):
        place = np.arange(begin, min(begin + chunk, plan.customers), dtype=np.int64)
        number = (place - shift) % plan.customers * back % plan.customers
        rhythm = kept[np.searchsorted(plan.first[kept], number, side="right") - 1]
        codes = plan.behaviour[rhythm].astype(np.int8)
        segment = pa.DictionaryArray.from_arrays(codes, words)
        yield pa.RecordBatch.from_arrays(
            [pa.array(place + FIRST_CUSTOMER), segment], schema=TRUTH_SCHEMA
        )


def _lines(plan: Schedule, seed: int, dirt: bool) -> Iterator[pa.RecordBatch]:
    """Yield all lines in blocks of time; what carries over is a few counts and open returns."""
    ids = _scatter(plan, seed)
    sizes = _line_counts(plan.rows / plan.orders / (1 + RETURNED))
    open_returns: list[Lines] = []
    orders_made = lines_made = 0
    for number in range(plan.blocks):
        stream = np.random.SeedSequence(entropy=seed, spawn_key=(number,))
        rng = np.random.Generator(np.random.SFC64(stream))
        begin, end = number / plan.blocks, (number + 1) / plan.blocks
        last = number == plan.blocks - 1
        found = schedule.orders_between(plan, begin, 2.0 if last else end)
        count = found[0].size
        first_order = FIRST_ORDER + orders_made
        orders_made += count
        quota = plan.rows * orders_made // plan.orders - lines_made
        lines_made += quota
        if not quota:
            continue
        until = int(schedule.second_of(np.array([end]))[0])
        due = _take_due(open_returns, until, quota - count)
        due_rows = due["second"].size if due else 0
        per_order = _exact_counts(rng, sizes, count, quota - due_rows)
        bought = _purchases(rng, plan, ids, first_order, found, per_order)
        if dirt:
            _soil(rng, bought)
        open_returns.append(_returns(rng, bought, until))
        block = _merged(bought, due) if due else bought
        if dirt:
            block["second"][rng.random(quota) < UNDATED] = NO_DATE
        yield _batch(block)


def _line_counts(mean: float) -> NDArray[np.uint8]:
    """Return 4,096 quantiles of lines per order: 1 to 10, geometric, with the given mean."""
    lines = np.arange(1, 11)
    low, high = 1e-6, 50.0
    for _ in range(50):
        ratio = (low + high) / 2
        mass = ratio**lines
        low, high = (low, ratio) if mass @ lines / mass.sum() > mean else (ratio, high)
    return category_table([mass.tolist()]) + np.uint8(1)


def _exact_counts(
    rng: np.random.Generator, table: NDArray[np.uint8], orders: int, lines: int
) -> NDArray[np.int64]:
    """Draw lines per order, 1 to 10 each, that sum to ``lines``."""
    counts: NDArray[np.int64] = table[draw_bits(rng, orders) >> 4].astype(np.int64)
    while miss := lines - int(counts.sum()):
        room = np.flatnonzero(counts < 10 if miss > 0 else counts > 1)
        if not room.size:  # only where a handful of rows was asked for
            counts[0] += miss
            break
        chosen = rng.choice(room, min(abs(miss), room.size), replace=False)
        counts[chosen] += np.sign(miss)
    return counts


@cache
def _tables() -> dict[str, NDArray[np.uint8]]:
    everyone = (*BEHAVIOURS, GUEST)
    discounts = [
        [1 - b.discounted, *(b.discounted * share for share in catalogue.DISCOUNT_SHARES[1:])]
        for b in everyone
    ]
    return {
        "discount": category_table(discounts),
        "quantity": category_table([catalogue.QUANTITY_SHARES]),
        "country": category_table([catalogue.COUNTRY_SHARES]),
        "channel": category_table([[0.55, 0.25, 0.20]]),
    }


def _purchases(
    rng: np.random.Generator,
    plan: Schedule,
    ids: tuple[int, int],
    first_order: int,
    found: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]],
    per_order: NDArray[np.int64],
) -> Lines:
    """Fill the orders of a block with lines; a customer's tastes are fixed by its number."""
    second, number, behaviour = found
    tables = _tables()
    taste = schedule.mix(number.astype(np.uint64) ^ plan.key[-1]).view("<u2").reshape(-1, 4)
    wealth = normal_table()[taste[:, 0]] * np.float32(16)
    channel = tables["channel"][taste[:, 1] >> 4]
    strays = np.flatnonzero(draw_bits(rng, number.size) < 0.2 * 65_536)
    channel[strays] = draw_bits(rng, strays.size) % 3
    country = tables["country"][taste[:, 2] >> 4]
    wholesale = 1 + 7 * (taste[:, 3] < 1_600)  # 2.4% of customers buy by the box
    favourite = (taste[:, 3] % 8).astype(np.uint16)
    status = (draw_bits(rng, number.size) < CANCELLED * 65_536).astype(np.uint8)
    customer = np.where(
        number < plan.customers, (ids[0] * number + ids[1]) % plan.customers + FIRST_CUSTOMER, 0
    )

    order = np.repeat(np.arange(number.size), per_order)
    n = order.size
    category = draw_bits(rng, n) >> 13
    category = np.where(draw_bits(rng, n) < 26_000, favourite[order], category)
    shelf = normal_table()[draw_bits(rng, n)] * np.float32(20) + wealth[order] + np.float32(44)
    product = category.astype(np.int16) * catalogue.PER_CATEGORY
    product += shelf.clip(0, catalogue.PER_CATEGORY - 1).astype(np.int16)
    amounts = np.array(catalogue.QUANTITIES)[tables["quantity"][draw_bits(rng, n) >> 4]]
    return {
        "order_id": order + first_order,
        "second": second[order],
        "customer_id": customer[order],
        "product_id": product,
        "quantity": (amounts * wholesale[order]).astype(np.int32),
        "unit_price": catalogue.prices()[product],
        "discount": draw_category(rng, tables["discount"], behaviour.astype(np.uint16)[order]),
        "channel": channel[order],
        "status": status[order],
        "country": country[order],
    }


def _soil(rng: np.random.Generator, lines: Lines) -> None:
    """Plant copies and prices of zero in place; a copy takes the place of its order's next line."""
    order = lines["order_id"]
    twins = np.flatnonzero(order[1:] == order[:-1])
    share = COPIED * order.size / max(twins.size, 1)
    twins = twins[rng.random(twins.size) < share]
    lines["unit_price"][rng.random(order.size) < UNPRICED] = 0.0
    for name in ("product_id", "quantity", "unit_price", "discount"):
        lines[name][twins + 1] = lines[name][twins]


def _returns(rng: np.random.Generator, lines: Lines, until: int) -> Lines:
    """Return the lines that come back 2 to 30 days after the purchase, not before ``until``."""
    n = lines["second"].size
    chosen = np.flatnonzero((rng.random(n) < RETURNED) & (lines["status"] == 0))
    back = {name: values[chosen] for name, values in lines.items()}
    delay = rng.integers(2 * DAY, 30 * DAY, chosen.size)
    rest = rng.integers(0, 2 * DAY, chosen.size)
    back["second"] = np.maximum(lines["second"][chosen] + delay, until + rest)
    back["quantity"] = -lines["quantity"][chosen]
    back["status"] = np.full(chosen.size, 2, dtype=np.uint8)
    return back


def _take_due(waiting: list[Lines], until: int, room: int) -> Lines | None:
    """Take the returns before ``until`` from those waiting, at most ``room``, in order of time."""
    if not waiting or room < 1:
        return None
    pool = {name: np.concatenate([part[name] for part in waiting]) for name in waiting[0]}
    order = np.argsort(pool["second"], kind="stable")
    count = min(int(np.count_nonzero(pool["second"] < until)), room)
    waiting[:] = [{name: values[order[count:]] for name, values in pool.items()}]
    return {name: values[order[:count]] for name, values in pool.items()} if count else None


def _merged(bought: Lines, due: Lines) -> Lines:
    """Merge purchases and returns in order of time; an overdue return opens the block."""
    due["second"] = np.maximum(due["second"], bought["second"][0])
    second = np.concatenate([bought["second"], due["second"]])
    order = np.argsort(second, kind="stable")
    return {name: np.concatenate([bought[name], due[name]])[order] for name in bought}


def _batch(lines: Lines) -> pa.RecordBatch:
    """Turn arrays into an Arrow batch of the fixed schema."""
    category = lines["product_id"] // catalogue.PER_CATEGORY
    words = {
        "product_id": catalogue.product_codes(),
        "category": catalogue.CATEGORIES,
        "channel": catalogue.CHANNELS,
        "status": catalogue.STATUSES,
        "country": catalogue.COUNTRIES,
    }
    second = lines["second"]
    values = lines | {
        "order_date": second.astype("datetime64[s]"),
        "category": category,
        "discount": np.array(catalogue.DISCOUNTS)[lines["discount"]],
    }
    masks = {"order_date": second == NO_DATE, "customer_id": lines["customer_id"] == 0}
    arrays = []
    for field in ORDER_SCHEMA:
        if field.name in words:
            codes = pa.array(values[field.name], type=field.type.index_type)
            arrays.append(pa.DictionaryArray.from_arrays(codes, pa.array(words[field.name])))
        else:
            array = pa.array(values[field.name], type=field.type, mask=masks.get(field.name))
            arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema=ORDER_SCHEMA)
