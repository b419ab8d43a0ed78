"""Customer ids as they are compared, whatever file and type they came from."""

from __future__ import annotations

from smartcart.engines.duckdb import literal
from smartcart.sources.text_cells import BLANK

__all__ = ["id_key"]


def id_key(cell: str) -> str:
    """Return SQL of an id as it is compared: text without blanks around it, 17.0 as 17.

    >>> id_key("customer_id").startswith("trim(CASE WHEN typeof(customer_id)")
    True
    """
    text = f"CAST({cell} AS VARCHAR)"
    whole = f"regexp_replace({text}, '\\.0+$', '')"
    decimal = f"typeof({cell}) IN ('DOUBLE', 'FLOAT')"
    return f"trim(CASE WHEN {decimal} THEN {whole} ELSE {text} END, {literal(BLANK)})"
