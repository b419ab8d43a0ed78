"""Which table of a database is meant: what stands after ``::``, or the only one there is."""

from __future__ import annotations

from collections.abc import Sequence

from smartcart.errors import DataError, UsageError, did_you_mean

__all__ = ["choose_table"]

SHOWN = 20


def choose_table(
    tables: Sequence[tuple[str, str]], part: str | None, source: str, home: Sequence[str]
) -> tuple[str, str]:
    """Return schema and name of the table that ``part`` (``table`` or ``schema.table``) means.

    ``tables`` are pairs of schema and name. A bare name is looked for in the schemas of ``home``
    first, then in all others; upper and lower case count where they tell two tables apart.

    >>> shop = [("main", "orders"), ("old", "orders"), ("old", "Visits")]
    >>> choose_table(shop, "orders", "'shop.db'", ["main"])
    ('main', 'orders')
    >>> choose_table(shop, "old.orders", "'shop.db'", ["main"])
    ('old', 'orders')
    >>> choose_table(shop, "visits", "'shop.db'", ["main"])
    ('old', 'Visits')

    Raises
    ------
    UsageError
        There is no such table, or several and none is named.
    DataError
        There is no table at all.
    """
    if not tables:
        raise DataError.of(
            f"{source} holds no tables", "at least one table or view", "name another database"
        )
    shown = {table: _shown(table, home) for table in tables}
    listed = ", ".join(repr(name) for name in list(shown.values())[:SHOWN])
    if len(tables) > SHOWN:
        listed += f" and {len(tables) - SHOWN} more"
    if not part:
        if len(tables) == 1:
            return tables[0]
        raise UsageError.of(
            f"{source} holds {len(tables)} tables ({listed})",
            "one of them named after '::'",
            f"write '::{shown[tables[0]]}' after it, for example",
        )
    for same in (str, str.casefold):
        wanted = same(part)
        found = [t for t in tables if wanted in {same(t[1]), same(".".join(t))}]
        found.sort(key=lambda t: home.index(t[0]) if t[0] in home else len(home))
        if found and (len(found) == 1 or found[0][0] in home):
            return found[0]
        if found:
            names = ", ".join(repr(".".join(t)) for t in found)
            raise UsageError.of(
                f"{source} has {len(found)} tables named {part!r} ({names})",
                "one of them",
                "write the schema before the name",
            )
    raise UsageError.of(
        f"{source} has no table {part!r}",
        f"one of {listed}",
        f"check the name.{did_you_mean(part, shown.values())}",
    )


def _shown(table: tuple[str, str], home: Sequence[str]) -> str:
    return table[1] if table[0] in home else ".".join(table)
