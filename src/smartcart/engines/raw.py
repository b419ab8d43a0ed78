"""A source before its types are decided: rows of text or of loosely typed cells, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from smartcart.engines.names import clean_names
from smartcart.errors import DataError
from smartcart.records import Notice

__all__ = ["Raw", "stack"]


@dataclass(frozen=True, slots=True)
class Raw:
    """What a reader hands over.

    ``sql`` selects columns ``c0, c1, ...`` in source order; with ``numbered`` also ``__row__``, and
    is then cheap enough to be read again for every pass (Parquet). ``repair`` reads the same source
    by the slow way that cannot fail on its form. ``rejected`` selects ``line, c0, ...`` as text of
    the lines that could not be cut into cells.
    """

    format: str
    sql: str
    names: tuple[str, ...]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    notices: tuple[Notice, ...] = ()
    numbered: bool = False
    decimal_comma: bool = False  # seen in some of its columns
    repair: Callable[[], Raw] | None = None
    rejected: str | None = None
    release: tuple[Callable[[], None], ...] = field(default=())


def stack(parts: Sequence[Raw], labels: Sequence[str]) -> Raw:
    """Put several files of the same columns on top of each other, in their order.

    Raises:
        DataError: the columns of a file differ from those of the first.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    names = clean_names(first.names)[0]
    queries, rejected = [], []
    for part, label in zip(parts, labels, strict=True):
        own = clean_names(part.names)[0]
        check_columns(names, own, labels[0], label)
        picked = ", ".join(f"c{own.index(name)} AS c{i}" for i, name in enumerate(names))
        queries.append(f"SELECT {picked} FROM ({part.sql})")
        if part.rejected:
            rejected.append(f"SELECT line, {picked} FROM ({part.rejected})")

    def repair() -> Raw:
        return stack([part.repair() if part.repair else part for part in parts], labels)

    return replace(
        first,
        sql=" UNION ALL ".join(queries),
        decimal_comma=any(part.decimal_comma for part in parts),
        notices=tuple(notice for part in parts for notice in part.notices),
        repair=repair if any(part.repair for part in parts) else None,
        rejected=" UNION ALL ".join(rejected) or None,
    )


def check_columns(names: Sequence[str], own: Sequence[str], first_label: str, label: str) -> None:
    """Raise a DataError if two files do not have the same columns (in any order)."""
    extra = [name for name in own if name not in set(names)]
    lacking = [name for name in names if name not in set(own)]
    if extra or lacking:
        differs = [f"lacks {lacking[0]!r}"] if lacking else []
        differs += [f"has {extra[0]!r}"] if extra else []
        raise DataError.of(
            f"{label!r} {' and '.join(differs)}, unlike {first_label!r}",
            "the same columns in all files",
            "pass only files of one table",
        )
