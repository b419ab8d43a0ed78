"""Fixtures that several tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smartcart.engines.duckdb import DuckDB

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


def shared_file(name: str) -> Path:
    """Return a real table, or skip the test by the table's name where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared data file {name} is absent")
    return path


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    with DuckDB() as database:
        yield database


@pytest.fixture
def table(engine: DuckDB) -> Any:
    """Return a function that makes an Ibis table, rows numbered, from SQL ``VALUES`` or a query."""

    def make(sql: str) -> Any:
        return engine.view(f"SELECT *, row_number() OVER () AS __row__ FROM ({sql})")

    return make
