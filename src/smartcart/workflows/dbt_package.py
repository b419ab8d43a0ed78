"""A saved model as a dbt package: the query for each engine, its source, tests and docs."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from smartcart import store
from smartcart.errors import DataError, UsageError
from smartcart.records import JsonObject, Model, Rfm
from smartcart.tables.assignment import needed_columns
from smartcart.workflows.query import sql
from smartcart.workflows.score import read_parts

__all__ = ["dbt_package", "share_bounds", "write_dbt"]

ADAPTERS = {
    "duckdb": "duckdb",
    "postgres": "postgres",
    "redshift": "redshift",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "databricks": "databricks",
    "spark": "spark",
    "sqlserver": "mssql",
    "trino": "trino",
}
"""What dbt calls an engine, and the dialect of its query."""
PSI = 0.1  # of one segment's share: what monitor takes for a change that matters
PLACE = "smartcart_place_of_the_source"
PACKAGE = "smartcart_segments"
SOURCE = "smartcart"  # dbt's name of the source
COLUMNS = {
    "customer_id": "The customer, once each.",
    "segment_id": "Number of the segment.",
    "segment": "Name of the segment.",
    "distance": "Distance to the middle of the segment, in standardized units.",
    "confidence": "0 to 1: the margin between the nearest middle and the second nearest.",
}
DIGITS = {
    "recency_days": "Days from the last order to the model's as-of day.",
    "frequency": "Different orders.",
    "monetary_total": "The money of all lines sold.",
    "r": "Recency as a digit, the highest is best.",
    "f": "Frequency as a digit.",
    "m": "Money as a digit.",
    "rfm_score": "The three digits in a row.",
}


def write_dbt(model: Model, table: str, target: Path, rfm: Rfm | None = None) -> tuple[str, ...]:
    """Write the package to a new folder, whole or not at all; return the engines it is for.

    Raises
    ------
    UsageError
        Where ``target`` is there already, or cannot be written.
    DataError
        Where the model cannot be written as SQL.
    """
    if os.path.lexists(target):
        raise UsageError.of(
            f"{str(target)!r} exists already", "a new folder", "choose another -o, or remove it"
        )
    files, engines = dbt_package(model, table, rfm)
    with store.new_folder(target) as folder:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return engines


def dbt_package(
    model: Model, table: str, rfm: Rfm | None = None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the files of the package by their names, and the engines that it is written for.

    ``table`` is the shop's table, with its schema before a dot where it has one. Raises
    ``DataError`` where no engine's query can be written.
    """
    schema, _, name = table.rpartition(".")
    macros, engines, why = {}, [], None
    for adapter, dialect in ADAPTERS.items():
        try:
            query = sql(model, dialect, PLACE, rfm=rfm)
        except DataError as error:
            why = why or error
            continue
        engines.append(adapter)
        macros[f"macros/{adapter}.sql"] = _macro(adapter, query)
    if why is not None and not engines:
        raise why
    digits = DIGITS if "rfm_score" in next(iter(macros.values())) else {}
    files = {
        "dbt_project.yml": _yaml(
            {
                "name": PACKAGE,
                "version": "1.0.0",
                "config-version": 2,
                "profile": PACKAGE,
                "models": {PACKAGE: {"+materialized": "table"}},
                "vars": {"smartcart_schema": schema or None, "smartcart_table": name},
            }
        ),
        "macros/segments_of.sql": (
            "{% macro segments_of(relation) %}"
            f"{{{{ return(adapter.dispatch('segments_of', '{PACKAGE}')(relation)) }}}}"
            "{% endmacro %}\n"
        ),
        **macros,
        "models/segments.sql": (f"{{{{ segments_of(source('{SOURCE}', 'source_table')) }}}}\n"),
        "models/schema.yml": _yaml(_schema(model, digits)),
        "tests/segment_shares.sql": _shares(model),
        "README.md": _readme(engines),
    }
    return files, tuple(engines)


def share_bounds(share: float) -> tuple[float, float]:
    """Return the shares between which a segment alone makes a PSI below 0.1.

    The population stability index of one part is ``(p - q) ln(p / q)``; it grows on both sides of
    the share ``q`` that the segment had when the model was fitted.

    >>> [round(x, 3) for x in share_bounds(0.25)]
    [0.118, 0.432]
    """

    def beyond(p: float) -> bool:
        return (p - share) * math.log(p / share) > PSI

    bounds = []
    for inner, outer in ((share, 1e-12), (share, 1.0)):
        a, b = inner, outer
        if not beyond(b):
            bounds.append(0.0 if b < share else 1.0)
            continue
        for _ in range(60):
            middle = (a + b) / 2
            a, b = (a, middle) if beyond(middle) else (middle, b)
        bounds.append(a)
    return bounds[0], bounds[1]


def _macro(adapter: str, query: str) -> str:
    """Return the query as a macro: nothing in it is Jinja's but the place of the source."""
    if "{% endraw" in query or len(re.findall(PLACE, query)) != 1:
        raise DataError.of(
            "a name in the model cannot stand in a dbt macro",
            "names without '{% endraw'",
            "rename the column or the segment",
        )
    before, after = query.rstrip("\n").split(PLACE)
    # a name that was quoted on its way leaves its quotes around the place
    before, after = before.rstrip('"`['), after.lstrip('"`]')
    return (
        f"{{% macro {adapter}__segments_of(relation) %}}\n{{% raw %}}{before}{{% endraw %}}"
        f"{{{{ relation }}}}{{% raw %}}{after}{{% endraw %}}\n{{% endmacro %}}\n"
    )


def _schema(model: Model, digits: dict[str, str]) -> dict[str, object]:
    """Return source, model, their columns and tests."""
    told = ", ".join(f"{i} {name}" for i, name in zip(model.ids, model.names, strict=True))
    tests: dict[str, list[object]] = {name: ["not_null"] for name in COLUMNS}
    tests["customer_id"].insert(0, "unique")
    tests["segment_id"].append(_accepted(list(model.ids), quote=False))
    tests["segment"].append(_accepted(list(model.names)))
    columns = [
        {
            "name": name,
            "description": text,
            **({"data_tests": tests[name]} if name in tests else {}),
        }
        for name, text in {**COLUMNS, **digits}.items()
    ]
    return {
        "version": 2,
        "sources": [
            {
                "name": SOURCE,
                "schema": "{{ var('smartcart_schema') or target.schema }}",
                "tables": [
                    {
                        "name": "source_table",
                        "identifier": "{{ var('smartcart_table') }}",
                        "description": "What the model reads.",
                        "columns": _read(model),
                    }
                ],
            }
        ],
        "models": [
            {
                "name": "segments",
                "description": f"Customers and their segments ({told}), by a model of SmartCart.",
                "columns": columns,
            }
        ],
    }


def _accepted(values: Sequence[object], **how: object) -> dict[str, object]:
    return {"accepted_values": {"arguments": {"values": list(values), **how}}}


def _read(model: Model) -> list[dict[str, str]]:
    """Return the columns that the model reads, each with what it is to it."""
    log = model.contract.log
    if log is not None:
        names = read_parts(log, [f.name for f in model.recipe.features]).parts
        known = {c.name: c for c in log.columns}
    else:
        names = needed_columns(model)
        known = {c.name: c for c in model.contract.columns}
    there = model.contract.source_names
    return [
        {"name": there.get(name, name), "description": known[name].reason if name in known else ""}
        for name in names
    ]


def _shares(model: Model) -> str:
    """Return the test that fails where a segment has other than the frozen share of customers."""
    head = "-- Segments whose share of the customers is out of the bounds frozen with the model.\n"
    reference = model.reference
    if reference is None or not sum(reference.sizes):
        return head + "-- This model has no reference.\nSELECT 1 AS segment_id WHERE 1 = 0\n"
    total = sum(reference.sizes)
    rows = []
    for number, size in zip(model.ids, reference.sizes, strict=True):
        low, high = share_bounds(size / total) if size else (0.0, 1.0)
        rows.append(f"SELECT {number} AS segment_id, {low!r} AS low, {high!r} AS high")
    bounds = "\n  UNION ALL ".join(rows)
    return (
        f"{head}WITH bounds AS (\n  {bounds}\n),\ncounted AS (\n"
        "  SELECT segment_id, COUNT(*) AS customers FROM {{ ref('segments') }} "
        "GROUP BY segment_id\n),\nshares AS (\n"
        "  SELECT b.segment_id, b.low, b.high, COALESCE(c.customers, 0) * 1.0\n"
        "    / NULLIF((SELECT SUM(customers) FROM counted), 0) AS share\n"
        "  FROM bounds b LEFT JOIN counted c ON c.segment_id = b.segment_id\n)\n"
        "SELECT * FROM shares WHERE share IS NULL OR share < low OR share > high\n"
    )


def _readme(engines: Sequence[str]) -> str:
    return (
        "# Segments by SmartCart\n\n"
        f"Written for {', '.join(engines)}. Name the shop's table in the variables\n"
        "`smartcart_schema` and `smartcart_table` (`dbt_project.yml`), give the profile "
        f"`{PACKAGE}`,\nand run `dbt build`. Tests: ids are unique, segments are those of the "
        "model, and each\nsegment's share of the customers keeps within the bounds frozen with it "
        f"(PSI {PSI}).\n"
    )


def _yaml(content: JsonObject) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
