"""The app's own database: SQLite in the workspace, or PostgreSQL by URL; migrated when opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from smartcart.errors import DataError, UsageError

__all__ = ["Database", "now", "open_database"]


def now() -> str:
    """Return the time, UTC, as it is written in the database."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


class Database:
    """Connections to the app's own database.

    :meth:`read` and :meth:`change` give one; ``change`` commits when its block ends well and leaves
    nothing where it does not. What is committed survives a kill.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection to read with."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept once the block ends well."""
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(url: str | None, workspace: Path) -> Database:
    """Open the database of a workspace and bring its tables up to date.

    ``url`` is ``postgresql://...`` or ``sqlite:///...``; None: ``app.sqlite`` in the workspace.

    Raises
    ------
    UsageError
        Where the URL cannot be used (it is not repeated, for it may hold a password).
    DataError
        Where the database cannot be reached, or a later SmartCart made it.
    """
    engine = _engine(url or f"sqlite:///{workspace / 'app.sqlite'}")
    try:
        _migrate(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        raise DataError.of(
            f"the app's database cannot be used ({type(error).__name__})",
            "a database that can be reached and written",
            "check --database and that the server runs",
        ) from None
    return Database(engine)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        kind = parsed.get_backend_name()
        if kind == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if kind not in {"postgresql", "sqlite"}:
            raise ArgumentError
        engine = create_engine(parsed, pool_pre_ping=kind == "postgresql", pool_size=10)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise UsageError.of(
            "--database is no address of a database that the app can use (it is not shown, for it "
            "may hold a password)",
            "postgresql://user:password@host/database, with the package psycopg",
            "correct it, install 'smartcart[web,postgres]', or leave it out for SQLite",
        ) from error
    if kind == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config as Alembic
    from alembic.util import CommandError

    setup = Alembic()
    setup.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        setup.attributes["connection"] = connection
        try:
            command.upgrade(setup, "head")
        except CommandError as error:
            raise DataError.of(
                f"the app's database is not one of this SmartCart ({error})",
                "a database that this or an earlier SmartCart made",
                "use the SmartCart that made it, or another workspace",
            ) from error
