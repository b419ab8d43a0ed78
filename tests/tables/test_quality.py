"""What is wrong with a table is counted, row by row."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from frames import as_frame
from smartcart.records import Column, Contract
from smartcart.tables import quality
from smartcart.tables.features import cleaned
from smartcart.tables.summary import ColumnSummary


def contract_of(*columns: Column) -> Contract:
    return quality.bounded(
        Contract("customers", "ID", columns, dt.date(2014, 6, 29), "latest Dt_Customer"),
        {"Income": 400_000.0},
    )


ID = Column("ID", "number", "id", "id", "")
BIRTH = Column("Year_Birth", "number", "sensitive", "birth", "", label="Birth")
INCOME = Column("Income", "number", "describes", "income", "", label="Income")
SPEND = Column("MntWines", "number", "forms", "spend:wines", "", label="Wine")

SQL = """SELECT * FROM (VALUES
  (1, 1893, 50000.0, 10.0), (2, 1980, 666666.0, 20.0), (3, 1980, NULL, 30.0),
  (4, 1980, NULL, 30.0), (NULL, 1990, 1000.0, 5.0), (6, 2020, -1.0, NULL)
) r(ID, Year_Birth, Income, MntWines)"""


def counts(engine, t, contract):
    from smartcart.tables.features import describing_features, forming_features

    wanted = (*forming_features(contract), *describing_features(contract, {}))
    return (
        engine.arrow(quality.count_expression(t, contract, wanted, True))
        .to_pandas()
        .iloc[0]
        .to_dict()
    )


def test_the_ledger_counts_each_rule(engine, table) -> None:
    t, contract = table(SQL), contract_of(ID, BIRTH, INCOME, SPEND)
    entries = quality.ledger_entries(contract, counts(engine, t, contract), copies=True, exact=True)
    found = {(e.rule, e.sentence.split(":")[0]): e.count for e in entries}
    assert found["missing id", "rows without ID"] == 1
    assert found["copied rows", "rows equal to another in everything but the id"] == 1
    assert found["impossible value", "Year_Birth below 1904"] == 1
    assert found["impossible value", "Year_Birth above 2014"] == 1
    assert found["impossible value", "Income above 400,000"] == 1
    assert found["impossible value", "Income below 0"] == 1
    assert found["missing value", "Income missing"] == 2
    assert found["missing value", "MntWines missing"] == 1


def test_rejected_and_usable_rows_are_a_partition(engine, table) -> None:
    t, contract = table(SQL), contract_of(ID, BIRTH, INCOME, SPEND)
    rejected = as_frame(engine, quality.rejected_rows(t, contract))
    usable = as_frame(engine, quality.usable_rows(t, contract))
    assert len(rejected) + len(usable) == 6
    assert rejected["customer_id"].tolist() == ["row 5", "6"]
    assert rejected["reason"].tolist() == [
        "the customer id is missing",
        "every column about behaviour is missing",
    ]


def test_duplicate_ids_are_named(engine, table) -> None:
    t = table("SELECT unnest([7, 7, 7, 3, 3, 1, NULL, NULL]) AS ID")
    assert as_frame(engine, quality.duplicate_ids(t, "ID")).values.tolist() == [
        [7, 3],
        [3, 2],
    ]


@pytest.mark.parametrize("sigma", [0.4, 1.0])
def test_the_fence_lets_a_long_tail_pass_and_stops_an_error(engine, table, sigma) -> None:
    income = np.random.default_rng(0).lognormal(10.8, sigma, 20_000)
    engine.backend.con.register("drawn", pd.DataFrame({"Income": income}))
    engine.backend.con.execute("CREATE TABLE incomes AS SELECT * FROM drawn")
    bins = as_frame(engine, quality.log_histogram(table("SELECT * FROM incomes"), "Income"))
    fence = quality.upper_fence(bins["bin"].tolist(), bins["count"].tolist())
    q1, q3 = np.quantile(np.log(income), [0.25, 0.75])
    assert math.log(fence) == pytest.approx(q3 + 3 * (q3 - q1), abs=0.12)
    assert (income > fence).sum() <= 1
    assert fence < math.exp(10.8) * 1000


def test_too_few_values_have_no_fence() -> None:
    assert quality.upper_fence([1, 2], [5, 5]) is None


@pytest.mark.parametrize(
    ("fence", "above"), [(2.0**62, 1), (2.0**63, 0), (2.0**63 - 1024, 0), (1e26, 0), (math.inf, 0)]
)
def test_fences_beyond_whole_numbers_of_64_bits_are_compared(engine, table, fence, above) -> None:
    t = table("SELECT * FROM (VALUES (1, 2::BIGINT), (2, 9223372036854770000)) r(ID, Income)")
    contract = quality.bounded(
        Contract("customers", "ID", (ID, INCOME), dt.date(2014, 6, 29), "latest Dt_Customer"),
        {"Income": fence},
    )
    assert counts(engine, t, contract)["high_1"] == above
    clean = as_frame(engine, cleaned(t, contract).order_by("ID"))
    assert clean["Income"].isna().sum() == above
    assert clean["Income"][0] == 2


def summaries(rows: int, *distinct: int) -> list[ColumnSummary]:
    return [ColumnSummary(f"c{i}", "number", rows, rows, d) for i, d in enumerate(distinct)]


def test_equal_rows_of_a_rich_table_are_copies() -> None:
    assert quality.copies_are_copies(summaries(2240, 1900, 660, 770, 150, 550, 100, 60, 15), None)


def test_equal_rows_of_a_poor_table_are_chance() -> None:
    assert not quality.copies_are_copies(summaries(2240, 50, 2, 60, 80), None)
