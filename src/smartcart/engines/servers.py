"""The database servers whose tables are read: a row for each kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from smartcart.engines.address import Address
from smartcart.engines.protocol import ServerEngine

__all__ = ["SERVERS", "Server", "server_of"]


@dataclass(frozen=True, slots=True)
class Server:
    """A kind of database server.

    ``schemes`` are those of its addresses; by the first one it is told everywhere. ``engine`` is
    the class that reads it, and the module beside this one that is loaded only to connect.
    """

    title: str
    schemes: tuple[str, ...]
    engine: tuple[str, str]

    def connect(self, address: Address) -> ServerEngine:
        """Return the engine of an address.

        Raises ``UsageError`` or ``DataError`` where there is no driver, no right or no answer.
        """
        module, name = self.engine
        connected: Callable[[Address], ServerEngine] = getattr(
            import_module(f"smartcart.engines.{module}"), name
        )
        return connected(address)


SERVERS = (
    Server("PostgreSQL", ("postgresql", "postgres"), ("postgres", "Postgres")),
    Server("MySQL", ("mysql", "mariadb"), ("mysql", "MySQL")),
    Server("ClickHouse", ("clickhouse",), ("clickhouse", "ClickHouse")),
    Server("BigQuery", ("bigquery",), ("warehouses", "BigQuery")),
    Server("Snowflake", ("snowflake",), ("warehouses", "Snowflake")),
)


def server_of(scheme: str) -> Server | None:
    """Return the kind of server whose addresses have a scheme, in capitals or not.

    >>> server_of("Postgres").title
    'PostgreSQL'
    >>> server_of("ftp") is None
    True
    """
    return next((one for one in SERVERS if scheme.lower() in one.schemes), None)
