"""Words and numbers that stand for nobody in a column of customers: guests, walk-ins, the till."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["FURTHER", "GUESTS", "NOBODY_NUMBERS", "NOBODY_WORDS", "is_nobody", "says_nobody"]

NOBODY_WORDS = (
    "guest",
    "guests",
    "guest customer",
    "guest user",
    "guest checkout",
    "walk-in",
    "walkin",
    "walk in",
    "walk-in customer",
    "walk in customer",
    "walkin customer",
    "anonymous",
    "anonym",
    "nobody",
    "none",
    "unknown",
    "unknown customer",
    "no customer",
    "not logged in",
    "n/a",
    "na",
    "null",
    "cash customer",
    "drop-in",
    "drop in",
    "drop-in kund",
    "kontantkund",
    "kontantkunde",
    "dagskund",
    "passant",
    "passanten",
    "losse verkoop",
    "kassaklant",
    "cash sale",
    "cash",
    "pos customer",
    "default customer",
    "default",
    "retail customer",
    "counter sale",
    "general public",
    "public",
    "visitor",
    "gast",
    "gastkunde",
    "gastbestellung",
    "laufkunde",
    "laufkundschaft",
    "barverkauf",
    "barkunde",
    "unbekannt",
    "invité",
    "invite",
    "client de passage",
    "client comptoir",
    "client anonyme",
    "invitado",
    "cliente generico",
    "cliente genérico",
    "publico en general",
    "público en general",
    "consumidor final",
    "convidado",
    "cliente padrão",
    "ospite",
    "cliente occasionale",
    "anoniem",
    "gość",
    "gosc",
    "гость",
    "misafir",
    "زائر",
    "ضيف",
    "khách vãng lai",
    "khách lẻ",
    "ลูกค้าทั่วไป",
    "tamu",
    "επισκέπτης",
    "гість",
    "гост",
    "אורח",
    "gost",
    "gjest",
    "비회원",
    "розничный покупатель",
    "розничный клиент",
    "частное лицо",
    "физическое лицо",
    "физ. лицо",
    "розница",
    "роздрібний покупець",
    "klient detaliczny",
    "klient anonimowy",
    "maloobchodní zákazník",
    "anonymní zákazník",
    "vendég",
    "készpénzes vevő",
    "perakende müşteri",
    "nihai tüketici",
    "muhtelif müşteri",
    "pelanggan umum",
    "cliente contado",
    "cliente mostrador",
    "mostrador",
    "cliente de mostrador",
    "clientes contado",
    "clientes de contado",
    "venta mostrador",
    "ventas mostrador",
    "balcão",
    "balcao",
    "consumidor",
    "consumidor não identificado",
    "consumidor nao identificado",
    "vendita banco",
    "cliente al banco",
    "theke",
    "thekenverkauf",
    "ladenverkauf",
    "ladenkunde",
    "ladenkundschaft",
    "vente au comptoir",
    "client comptant",
    "clients comptant",
    "baliekant",
    "baliekunde",
    "balieverkoop",
    "diskkund",
    "butikskund",
    "butikskunde",
    "kassakund",
    "kassakunde",
    "kontantsalg",
    "kontantförsäljning",
    "käteisasiakas",
    "käteismyynti",
    "sprzedaż detaliczna",
    "klient z ulicy",
    "zákazník z ulice",
    "hotovostný predaj",
    "hotovostní prodej",
    "drobný zákazník",
    "lakossági vevő",
    "client ocazional",
    "vânzare cu amănuntul",
    "kupac na malo",
    "maloprodaja",
    "физлицо",
    "наличный покупатель",
    "perakende",
    "perakende satış",
    "peşin müşteri",
    "clientes varios",
    "cliente varios",
    "venta al publico",
    "venta al público",
    "cliente balcão",
    "cliente balcao",
    "client divers",
    "clients divers",
    "vente comptoir",
    "kunde diverse",
    "diverse kunden",
    "kassenkunde",
    "tageskunde",
    "tagesgast",
    "πελάτης λιανικής",
    "λιανική πώληση",
    "λιανική",
    "λιανικής",
    "πελάτης ταμείου",
    "散客",
    "零售客户",
    "非会員",
    "일반고객",
    "게스트",
    "ゲスト",
    "游客",
    "訪客",
    "(guest)",
    "(none)",
    "undefined",
    "no name",
    "-",
    "--",
    "not set",
    "(not set)",
    "(not available)",
    "not available",
    "(other)",
    "(data not available)",
    "not provided",
    "(not provided)",
    "(empty)",
    "(blank)",
    "nicht angegeben",
    "(nicht festgelegt)",
    "(non défini)",
    "(sin definir)",
    "(não definido)",
)
"""In lower case; compared without case and blanks around."""
_NOT_KNOWN = re.compile(
    r"[-(].*|none|unknown|n/?a|null|undefined|no name|not (set|available|provided)|unbekannt|"
    r"nicht angegeben|nobody|public|default|cash|passant(en)?|retail customer"
)
GUESTS = tuple(word for word in NOBODY_WORDS if _NOT_KNOWN.fullmatch(word) is None)
"""Words that only a guest bears in place of a name; the others say that a name is not known."""
NOBODY_NUMBERS = (
    "0",
    "-1",
    "0.0",
    "0,0",
    "0.00",
    "0,00",
    "-1.0",
    "-1,0",
    "000",
    "00000000-0000-0000-0000-000000000000",
)


FURTHER = r" *[/|(;].*$"
"""What stands behind a word for nobody: ``cliente contado / mostrador``."""


def says_nobody(cell: str) -> bool:
    """Return whether a cell is a word for nobody, or begins with one before a further name.

    >>> [says_nobody(cell) for cell in ("CLIENTE CONTADO / MOSTRADOR", "Guest (2)", "Gast, Jo")]
    [True, True, False]
    """
    plain = cell.strip().lower()
    return plain in NOBODY_WORDS or re.sub(FURTHER, "", plain) in NOBODY_WORDS


def is_nobody(value: ir.Value, also: Collection[str]) -> ir.Value:
    """Return whether an id is nobody: by word, or one of ``also`` (in lower case).

    ``value`` is an Ibis column; nothing is nobody's, too.
    """
    if not value.type().is_string():
        numbers = [int(v) for v in also if re.fullmatch(r"-?\d{1,18}", v)]
        if not numbers:
            return ibis.literal(False)
        return value.isin(numbers).fill_null(False)
    return value.strip().lower().isin([*NOBODY_WORDS, *also]).fill_null(False)
