"""Fixtures that several tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import clickhouse_server
import mariadb_server
from smartcart.__main__ import SELDOM
from smartcart.engines.duckdb import DuckDB

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


LONG = ("test_browser", "test_survival", "test_accessible", "test_spark_cluster", "test_spark")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, so that no worker waits for them at the end."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage seldom, as the command line does, and never among modules and tests."""
    gc.set_threshold(*SELDOM)
    gc.collect()
    gc.freeze()


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


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Spark session of this process, which whatever asks for Spark joins."""
    from smartcart.engines.spark_session import start
    from spark_cluster import QUICK, settings

    folder = tmp_path_factory.mktemp("spark_session")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings(folder / "conf", QUICK).items():
            patch.setenv(name, value)
        _, stop = start("local[2]", folder)
    yield
    stop()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[mariadb_server.Server]:
    """A MariaDB server for all tests of a process; each makes and drops its own tables."""
    with mariadb_server.running() as server:
        yield server


@pytest.fixture(scope="session")
def clickhouse() -> Iterator[clickhouse_server.Server]:
    """ClickHouse for all tests of a process; each makes its database anew."""
    with clickhouse_server.running() as server:
        yield server
