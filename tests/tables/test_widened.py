"""Columns that sums are made of are converted once, and the features stay what they are."""

from __future__ import annotations

import ibis
import pyarrow as pa

from smartcart.engines.duckdb import DuckDB
from smartcart.records import Contract, Feature
from smartcart.tables.features import feature_table
from smartcart.tables.widened import widened

ROWS = pa.table(
    {
        "ID": [1, 2, 3, 4],
        "wine": pa.array([5, None, None, 2**60], pa.int64()),
        "fish": pa.array([7, 3, None, 1], pa.int32()),
        "wide0": pa.array([0.5, None, 2.0, 1.0]),
    }
)


def made(op: str, columns: tuple[str, ...], denominator: tuple[str, ...] = ()) -> Feature:
    return Feature(op, op, "", op, columns, "", denominator)


FEATURES = (
    made("sum", ("wine", "fish", "wide0")),
    made("share", ("wine",), ("wine", "fish")),
    made("ratio", ("fish",), ("wide0",)),
    made("column", ("wine",)),
)
CONTRACT = Contract("customers", "ID", (), None, "no dates")


def test_the_features_of_a_pass_are_those_of_a_sample():
    with DuckDB() as engine:
        table = engine.take(iter(ROWS.to_batches()), ROWS.schema)
        wide = engine.arrow(feature_table(table, CONTRACT, FEATURES))
        narrow = engine.arrow(feature_table(table, CONTRACT, FEATURES, narrow=True))
    assert wide.column_names == narrow.column_names
    for name in wide.column_names:
        assert wide[name].cast(pa.float64()).equals(narrow[name].cast(pa.float64(), safe=False))
    assert wide["f0"].to_pylist() == [12.5, 3.0, 2.0, 2.0**60 + 2.0]
    assert wide["f1"].to_pylist() == [5 / 12, 0.0, None, 2.0**60 / (2.0**60 + 1.0)]
    assert narrow["f3"].type == pa.int64()


def test_a_column_is_converted_once():
    with DuckDB() as engine:
        table = engine.take(iter(ROWS.to_batches()), ROWS.schema)
        sql = engine.compile(feature_table(table, CONTRACT, FEATURES, narrow=True))
    for name in ("wine", "fish"):
        assert sql.count(f'."{name}" AS DOUBLE)') == 1


def test_names_of_its_own_clash_with_none():
    table = ibis.table({"wine": "int64", "wide0": "float64", "wide_0": "int8"}, name="shop")
    more, features = widened(table, (made("sum", ("wine", "wide_0", "wide0")),))
    assert more.columns == ("wine", "wide0", "wide_0", "wide__0", "wide__1")
    assert features[0].columns == ("wide__0", "wide__1", "wide0")


def test_what_needs_no_converting_stays():
    table = ibis.table({"wine": "float64", "fish": "int64"}, name="shop")
    features = (made("sum", ("wine",)), made("column", ("fish",)))
    assert widened(table, features) == (table, features)
