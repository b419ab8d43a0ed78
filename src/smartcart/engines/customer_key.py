"""Customer ids as they are compared, whatever system, file and type they came from.

An id is its text, without the blanks around it and, where all of it is a number, without ``.0``:
17, 17.0, "17", " 17.0 " and 17.00 are one customer; "A17.0" and "017" are others. The rule stands
here three times, for values of Python, for expressions of Ibis and for SQL of the embedded engine;
a test shows that they agree.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["BLANK", "id_key", "key_text", "key_value"]

BLANK = " \t\r\n\v\f\u00a0\u200b\u3000\ufeff"
"""What does not count around an id."""
LARGEST = 2.0**53  # from here on a floating number tells no single whole one
_WHOLE = re.compile(r"([+-]?[0-9]+)\.0+")
_SQL_BLANK = f"'{BLANK}'"


def key_text(value: object) -> str | None:
    """Return an id as it is compared; None for what is missing or blank.

    >>> key_text(17.0), key_text(" 17.0 "), key_text("A17.0"), key_text("017"), key_text(None)
    ('17', '17', 'A17.0', '017', None)
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
        return str(int(value))
    text = str(value).strip(BLANK)
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text or None


def key_value(value: ir.Value) -> ir.StringValue:
    """Return the expression of an id as it is compared; see :func:`key_text`."""
    kind = value.type()
    text = value.cast("string")
    if kind.is_integer():
        return text
    if kind.is_floating():
        number = value.cast("float64")
        small = (number.abs() < LARGEST).ifelse(number, 0.5)  # of which all fit in 64 bits
        whole = small == small.round()
        inside = small.round().cast("int64").cast("string")
        text = number.isnan().ifelse(None, whole.ifelse(inside, text))
    edge = f"[{BLANK}]+"
    trimmed = text.re_replace(f"^{edge}|{edge}$", "")
    return trimmed.re_replace(r"^([+-]?[0-9]+)\.0+$", r"\1").nullif("")


def id_key(cell: str) -> str:
    """Return SQL of the embedded engine for an id as it is compared, of a column of any type.

    >>> id_key("customer_id").startswith("nullif(regexp_replace(CASE WHEN typeof(")
    True
    """
    trimmed = f"trim(CAST({cell} AS VARCHAR), {_SQL_BLANK})"
    number, whole = f"TRY_CAST({cell} AS DOUBLE)", f"TRY_CAST({cell} AS BIGINT)"
    return (
        f"nullif(regexp_replace(CASE WHEN typeof({cell}) IN ('DOUBLE', 'FLOAT') THEN CASE "
        f"WHEN isnan({number}) THEN NULL "
        f"WHEN {number} = round({number}) AND abs({number}) < {LARGEST:.0f} "
        f"THEN CAST({whole} AS VARCHAR) ELSE {trimmed} END "
        f"ELSE {trimmed} END, '^([+-]?[0-9]+)\\.0+$', '\\1'), '')"
    )
