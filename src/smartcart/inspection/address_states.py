"""A state may be one of a country: ``Estado`` beside the town, ``State`` beside the zip code."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from smartcart.records import OrderLog, ResultRow
from smartcart.sources import Opened
from smartcart.tables import order_states
from smartcart.tables.order_lines import text
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["is_of_an_address", "with_an_address"]

_OF = (  # beside the state: whose address it is of, and how it is written
    r"(bill|billing|ship|shipping|deliver|delivery|delivered|to|sold|invoice|mailing|home|address|"
    r"buyers?|customers?|clients?|clientes?|recipients?|receivers?|consignee|payer|envio|entrega|"
    r"cobranca|facturacion|faturamento|comprador|destinatario|livraison|facturation|acheteur|"
    r"fatturazione|spedizione|consegna|liefer\w*|rechnungs?\w*|kunden?\w*|wysylki|dostawy|de|del|"
    r"do|da|di|of|the|name|code|abbreviation|province|provincia|region|county|[12])"
)
BARE = lazy_pattern(
    rf"({_OF} )*(states?|estado|etat|staat|stato|stan|stat|tilstand)( {_OF})*|status", re.ASCII
)
TOWN = lazy_pattern(
    r".*\b(city|town|suburb|ort|stadt|wohnort|ville|localite|commune|ciudad|localidad|municipio|"
    r"poblacion|cidade|bairro|citta|comune|localita|plaats|woonplaats|miasto|mesto|stad|by)\b.*"
)
CODE = lazy_pattern(
    r".*\b(zip( ?code)?|post(al)? ?codes?|plz|postleitzahl|cep|cap|cp|code postal|codigo postal|"
    r"kod pocztowy|psc|postnr|postnummer)\b.*"
)
COUNTRY = lazy_pattern(
    r".*\b(country|land|pays|pais|paese|kraj|zeme|street|strasse|rua|calle|via)\b.*"
)
STRANGE = 0.75  # of the values no word of a sale explains: it does one of "Nuevo León"
ALIKE = 0.9  # of the buyers with several lines have one value: they live there
ENOUGH = 10  # of them
SOME = 200_000  # lines that are looked at


def with_an_address(names: Collection[str]) -> bool:
    """Return whether columns tell where somebody lives: two of town, code and country or street.

    >>> with_an_address(["Cidade", "CEP", "Total"]), with_an_address(["Country", "Total"])
    (True, False)
    """
    words = [tokens(name) for name in names]
    return sum(any(map(part.fullmatch, words)) for part in (TOWN, CODE, COUNTRY)) > 1


def is_of_an_address(opened: Opened, log: OrderLog, name: str, values: Sequence[str]) -> bool:
    """Return whether a column of states is a part of where the buyer lives.

    Its name says no more than "state", or whose ("bill state"), an address stands beside it, hardly
    a word explains its values, and it hardly changes from one order of a buyer to the next.
    """
    if BARE.fullmatch(tokens(name)) is None or not values:
        return False
    if not with_an_address([n for n in opened.table.columns if n != name]):
        return False
    strange = len(order_states.unexplained(values))
    if strange < STRANGE * len(values) and not order_states.coded(values):
        return False
    lines = opened.table.limit(SOME).select(
        who=opened.table[log.customer],
        order=opened.table[log.order or log.date or log.customer],
        state=text(opened.table[name]),
    )
    lines = lines.filter(lines["who"].notnull() & lines["state"].notnull())
    found = lines.group_by("who").aggregate(n=lines["order"].nunique(), d=lines["state"].nunique())
    several = found["n"] > 1
    row: ResultRow = opened.engine.record(
        found.aggregate(several=several.sum(), alike=(several & (found["d"] == 1)).sum())
    )
    every = int(row["several"] or 0)
    return every < ENOUGH or int(row["alike"] or 0) >= ALIKE * every
