"""How each database reads the cells of a shop's table: clean as in Python, or not at all.

Names and texts are quoted here for every dialect, and each kind of column has one expression per
dialect. NaN, infinite values, blanks and words for "missing" (texts without a digit) are missing; a
text that is no plain number, or no day as ``YYYY-MM-DD``, where one belongs, ends the query in an
error of the engine. None is read as 0 in silence.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from smartcart.errors import DataError

__all__ = ["RULES", "ReadableCell", "cell_text", "quoted", "text_literal"]

RULES = (
    "NaN, infinite values and texts without a digit (n/a, unknown) count as missing.",
    "A text that is no plain number, or no day as YYYY-MM-DD, ends the query in an error.",
    "Each customer id must stand in one row: the query does not look for copies.",
)
"""What the head of a query says of its reading."""


class ReadableCell(Protocol):
    """A column to read: see ``tables.assignment.Cell``."""

    @property
    def source(self) -> str:
        """Its name in the user's table."""

    @property
    def kind(self) -> str:
        """What it holds: see :func:`cell_text`."""

    @property
    def missing(self) -> Collection[str]:
        """Words of a text that mean that there is none."""


X = "{x}"  # stands for the quoted column in the templates below
MOST = "1.7976931348623157E308"  # the largest number that is not infinite
DIGIT = "[0-9]"
ISO = "^[[:space:]]*[0-9]{4}-[0-9]{2}-[0-9]{2}"
PLAIN = "^[[:space:]]*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$"
BLANKS = (32, 9, 10, 11, 12, 13)  # around a text, which Python trims, too
TRUE, FALSE = "('true', 'yes', 'y')", "('false', 'no', 'n')"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Templates of one dialect, of the column ``{x}``."""

    text: str  # the cell as text
    trimmed: str  # its text without blanks around it
    number: str
    whole: str  # a customer id of digits
    day: str
    ident: str = ""  # the text of a customer id, where it is not the trimmed one


def _blanks(function: str, join: str = " || ") -> str:
    return join.join(f"{function}({code})" for code in BLANKS)


def _tried(
    cast: str, digit: str, number: str, whole: str, loud: str = "CAST({x} AS {kind})"
) -> dict[str, str]:
    """Return the reading of an engine that can try a cast: no text is made where it succeeds."""
    n, d = f"{cast}({X} AS {number})", f"{cast}({X} AS DATE)"

    def fails(kind: str) -> str:
        return loud.replace("{kind}", kind)

    return {
        "number": f"CASE WHEN ABS({n}) <= {MOST} THEN {n} "
        f"WHEN {n} IS NULL AND {digit} THEN {fails(number)} END",
        "whole": f"CASE WHEN ABS({n}) < 9.2E18 THEN CAST({X} AS {whole}) "
        f"WHEN {n} IS NULL AND {digit} THEN {fails(whole)} END",
        "day": f"CASE WHEN {d} IS NOT NULL THEN {d} WHEN {digit} THEN {fails('DATE')} END",
    }


def _of_digits(digit: str, number: str, whole: str, inner: str = X) -> dict[str, str]:
    """Return the reading of an engine in which numbers that are none have no digit in their text.

    A text with a digit that is no number, or no day, is an error of the engine's own cast.
    """
    return {
        "number": f"CASE WHEN {digit} THEN CAST({X} AS {number}) END",
        "whole": f"CASE WHEN {digit} THEN CAST({inner} AS {whole}) END",
        "day": f"CASE WHEN {digit} THEN CAST({X} AS DATE) END",
    }


def _duckdb() -> _Reader:
    text, day = f"CAST({X} AS VARCHAR)", f"TRY_CAST({X} AS DATE)"
    digit = f"REGEXP_MATCHES({text}, '{DIGIT}')"
    trimmed = f"TRIM({text}, {_blanks('CHR')})"
    tried = _tried("TRY_CAST", digit, "DOUBLE", "BIGINT")
    tried["day"] = (
        f"CASE WHEN ISFINITE({day}) THEN {day} "
        f"WHEN {day} IS NULL AND {digit} THEN CAST({X} AS DATE) END"
    )
    return _Reader(text, trimmed, **tried, ident=_without_zeros(f"TYPEOF({X})", text, trimmed))


def _without_zeros(kind: str, text: str, trimmed: str) -> str:
    """Return the text of an id; 17.0 in a column of floating numbers is 17."""
    return (
        f"CASE WHEN LOWER({kind}) IN ('double', 'float') "
        f"THEN REGEXP_REPLACE({text}, '[.]0+$', '') ELSE {trimmed} END"
    )


def _postgres() -> _Reader:
    text = f"CAST({X} AS TEXT)"
    digit = f"{text} ~ '{DIGIT}'"
    read = _of_digits(digit, "DOUBLE PRECISION", "BIGINT", f"CAST({X} AS NUMERIC)")
    # a day as JSON is ISO whatever the session's style
    read["day"] = (
        f"CASE WHEN BTRIM(CAST(TO_JSON({X}) AS TEXT), '\"') ~ '{ISO}' THEN CAST({X} AS DATE) "
        f"WHEN {digit} THEN CAST('no day: ' || {text} AS DATE) END"
    )
    return _Reader(text, f"BTRIM({text}, {_blanks('CHR')})", **read)


def _redshift() -> _Reader:
    text = f"CAST({X} AS VARCHAR)"
    read = _of_digits(f"{text} ~ '{DIGIT}'", "DOUBLE PRECISION", "BIGINT")
    return _Reader(text, f"BTRIM({text}, {_blanks('CHR')})", **read)


def _sqlite() -> _Reader:
    # a text equals itself as a number only where all of it is one
    text, same = f"CAST({X} AS TEXT)", f"{X} = CAST({X} AS NUMERIC)"
    trimmed = f"TRIM({text}, CHAR({', '.join(map(str, BLANKS))}))"
    other = f"TYPEOF({X}) = 'text' AND {X} GLOB '*[0-9]*'"
    loud = f"JSON_EXTRACT('{{}}', 'no number or day: ' || {X})"  # its error says the text
    day = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*"
    return _Reader(
        text,
        trimmed,
        number=f"CASE WHEN {same} THEN CASE WHEN ABS(CAST({X} AS REAL)) <= {MOST} "
        f"THEN CAST({X} AS REAL) END WHEN {other} THEN {loud} END",
        whole=f"CASE WHEN {same} THEN CAST({X} AS INTEGER) WHEN {other} THEN {loud} END",
        day=f"CASE WHEN {trimmed} GLOB '{day}' THEN DATE(SUBSTR({trimmed}, 1, 10)) "
        f"WHEN {X} GLOB '*[0-9]*' THEN {loud} END",
        ident=f"CASE WHEN TYPEOF({X}) = 'real' AND {X} = CAST({X} AS INTEGER) "
        f"THEN CAST(CAST({X} AS INTEGER) AS TEXT) ELSE {trimmed} END",
    )


def _mysql() -> _Reader:
    text = f"CAST({X} AS CHAR)"
    plain, digit = f"{text} REGEXP '{PLAIN}'", f"{text} REGEXP '{DIGIT}'"
    loud = f"EXP(710 + 0 * LENGTH({X}))"  # out of range: a cast would only warn
    return _Reader(
        text,
        f"REGEXP_REPLACE({text}, '^[[:space:]]+|[[:space:]]+$', '')",
        number=f"CASE WHEN {plain} THEN CAST({X} AS DOUBLE) WHEN {digit} THEN {loud} END",
        whole=f"CASE WHEN {plain} THEN CAST({X} AS SIGNED) "
        f"WHEN {digit} THEN CAST({loud} AS SIGNED) END",
        day=f"CASE WHEN {text} REGEXP '{ISO}' THEN CAST({X} AS DATE) "
        f"WHEN {digit} AND {loud} > 0 THEN NULL END",
    )


def _clickhouse() -> _Reader:
    text = f"toString({X})"
    digit = f"match({text}, '{DIGIT}')"
    trimmed = f"trim(BOTH char({', '.join(map(str, BLANKS))}) FROM {text})"
    loud = f"throwIf({digit}, 'a text is no day as YYYY-MM-DD')"
    return _Reader(
        text,
        trimmed,  # of a Nullable text that is no number toFloat64 makes NULL
        number=f"CASE WHEN {digit} THEN toFloat64(assumeNotNull({trimmed})) "
        f"WHEN {text} IN ('true', 'false') THEN toFloat64({text} = 'true') END",
        whole=f"CASE WHEN {digit} THEN toInt64(assumeNotNull({trimmed})) END",
        # Date holds 1970 to 2149, Date32 1900 to 2299: a day outside would be moved in silence
        day=f"CASE WHEN NOT match({trimmed}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') "
        f"THEN CASE WHEN {loud} > 0 THEN NULL END "
        f"WHEN {trimmed} >= '1900' AND {trimmed} < '2300' "
        f"THEN CAST(substring({trimmed}, 1, 10) AS Nullable(Date32)) END",
    )


def _spark() -> _Reader:
    text = f"CAST({X} AS STRING)"
    digit = f"{text} RLIKE '{DIGIT}'"
    trimmed = f"TRIM(BOTH {_blanks('CHR')} FROM {text})"
    loud = f"CAST(RAISE_ERROR(CONCAT('no number or day: ', {text})) AS {{kind}})"
    read = _tried("TRY_CAST", digit, "DOUBLE", "BIGINT", loud)
    return _Reader(text, trimmed, **read, ident=_without_zeros(f"TYPEOF({X})", text, trimmed))


def _bigquery() -> _Reader:
    text = f"CAST({X} AS STRING)"
    read = _tried("SAFE_CAST", f"REGEXP_CONTAINS({text}, '{DIGIT}')", "FLOAT64", "INT64")
    return _Reader(text, f"TRIM({text})", **read)


def _snowflake() -> _Reader:
    text = f"CAST({X} AS VARCHAR)"
    read = _of_digits(f"REGEXP_LIKE({text}, '.*[0-9].*', 's')", "DOUBLE", "BIGINT")
    return _Reader(text, f"TRIM({text}, {_blanks('CHR')})", **read)


def _mssql() -> _Reader:
    text = f"CAST({X} AS NVARCHAR(400))"
    read = _of_digits(f"{text} LIKE '%[0-9]%'", "FLOAT", "BIGINT")
    return _Reader(text, f"TRIM({_blanks('CHAR', ' + ')} FROM {text})", **read)


def _trino() -> _Reader:
    text = f"CAST({X} AS VARCHAR)"
    read = _tried("TRY_CAST", f"REGEXP_LIKE({text}, '{DIGIT}')", "DOUBLE", "BIGINT")
    return _Reader(text, f"TRIM({text})", **read)


_READERS = {
    "duckdb": _duckdb(),
    "postgres": _postgres(),
    "redshift": _redshift(),
    "sqlite": _sqlite(),
    "mysql": _mysql(),
    "clickhouse": _clickhouse(),
    "spark": _spark(),
    "databricks": _spark(),
    "bigquery": _bigquery(),
    "snowflake": _snowflake(),
    "mssql": _mssql(),
    "trino": _trino(),
}


def cell_text(cell: ReadableCell, dialect: str) -> str:
    r"""Return the expression that reads a column of the user's table.

    The kinds are number, date (a day), boolean (1.0 or 0.0), text, "id number" (a whole number)
    and "id text". Raises ``DataError`` where no table of the engine can have the column's name.

    >>> cell_text(_Example("Spend", "number"), "postgres")
    'CASE WHEN CAST("Spend" AS TEXT) ~ \'[0-9]\' THEN CAST("Spend" AS DOUBLE PRECISION) END'
    """
    reader, x = _READERS[dialect], quoted(cell.source, dialect)
    match cell.kind:
        case "number":
            return reader.number.replace(X, x)
        case "date":
            return reader.day.replace(X, x)
        case "id number":
            return reader.whole.replace(X, x)
        case "boolean":
            text = reader.text.replace(X, x)
            word = f"LOWER({reader.trimmed.replace(X, x)})"
            other = reader.number.replace(X, text)
            known = f"WHEN {word} IN {TRUE} THEN 1E0 WHEN {word} IN {FALSE} THEN 0E0"
            return f"CASE {known} ELSE {other} END"
    text = (cell.kind == "id text" and reader.ident) or reader.trimmed
    text = text.replace(X, x)
    words = ", ".join(text_literal(word, dialect) for word in cell.missing)
    return f"CASE WHEN {text} NOT IN ({words}) THEN {text} END"


@dataclass(frozen=True, slots=True)
class _Example:
    source: str
    kind: str
    missing: tuple[str, ...] = ()


# Quoting ---------------------------------------------------------------------------------------

_MARKS = dict.fromkeys(("sqlite", "mysql", "spark", "databricks", "bigquery"), "``")
_MARKS |= {"mssql": "[]"}
_REFUSED = {
    "bigquery": (
        re.compile(r"[!\"$()*,./;?@\[\\\]^`{}~\n\r]|.{301}", re.DOTALL),
        'at most 300 letters without line breaks or any of !"$()*,./;?@[\\]^`{}~',
    ),
    "mysql": (
        re.compile(r"\s\Z|.{65}|[\U00010000-\U0010ffff]", re.DOTALL),
        "at most 64 letters that do not end in a blank",
    ),
    "mssql": (re.compile(r".{129}", re.DOTALL), "at most 128 letters"),
}
"""Names that no column of the engine can have, and what it takes."""


def quoted(name: str, dialect: str) -> str:
    r"""Return a name in the quotes of a dialect, byte for byte.

    SQLite reads a name in double quotes that is none of its columns as a text: it gets backticks,
    which it never reads so.

    >>> quoted("Wine spend", "duckdb"), quoted("Income ", "sqlite"), quoted("a]b", "mssql")
    ('"Wine spend"', '`Income `', '[a]]b]')
    """
    pattern, takes = _REFUSED.get(dialect, (None, ""))
    if pattern is not None and pattern.search(name):
        raise DataError.of(
            f"no column of a table in {dialect!r} can have the name {name[:80]!r}",
            takes,
            "rename the column and run again, or assign with 'smartcart score'",
        )
    marks = _MARKS.get(dialect, '""')
    first, last = marks[0], marks[1]
    if dialect == "clickhouse":
        name = name.replace("\\", "\\\\")
    return f"{first}{name.replace(last, last * 2)}{last}"


_ESCAPING = {"mysql", "clickhouse", "spark", "databricks", "bigquery", "snowflake", "redshift"}
"""Dialects in whose texts a backslash escapes what follows."""


def text_literal(text: str, dialect: str) -> str:
    r"""Return a text in the quotes of a dialect.

    >>> text_literal("it's", "duckdb"), text_literal("it's", "spark"), text_literal("Ω", "mssql")
    ("'it''s'", "'it\\'s'", "N'Ω'")
    """
    if dialect in _ESCAPING:
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    if dialect in {"bigquery", "spark", "databricks"}:
        return "'" + text.replace("'", "\\'") + "'"
    national = "N" if dialect == "mssql" and not text.isascii() else ""
    return f"{national}'" + text.replace("'", "''") + "'"
