"""The database servers whose tables are read: a row for each kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from smartcart.engines.address import Address
from smartcart.engines.clickhouse import ClickHouse
from smartcart.engines.mysql import MySQL
from smartcart.engines.postgres import Postgres
from smartcart.engines.protocol import ServerEngine
from smartcart.engines.warehouses import BigQuery, Snowflake

__all__ = ["SERVERS", "Server", "server_of"]


@dataclass(frozen=True, slots=True)
class Server:
    """A kind of database server.

    ``schemes`` are those of its addresses; by the first one it is told everywhere. ``connect``
    raises ``UsageError`` or ``DataError`` where there is no driver, no right or no answer.
    """

    title: str
    schemes: tuple[str, ...]
    connect: Callable[[Address], ServerEngine]


SERVERS = (
    Server("PostgreSQL", ("postgresql", "postgres"), Postgres),
    Server("MySQL", ("mysql", "mariadb"), MySQL),
    Server("ClickHouse", ("clickhouse",), ClickHouse),
    Server("BigQuery", ("bigquery",), BigQuery),
    Server("Snowflake", ("snowflake",), Snowflake),
)


def server_of(scheme: str) -> Server | None:
    """Return the kind of server whose addresses have a scheme, in capitals or not.

    >>> server_of("Postgres").title
    'PostgreSQL'
    >>> server_of("ftp") is None
    True
    """
    return next((one for one in SERVERS if scheme.lower() in one.schemes), None)
