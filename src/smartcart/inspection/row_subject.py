"""What a row of a table stands for: a customer, one of several things of a customer, or a product.

A table of addresses, of months or of products would be segmented as if each row were a customer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from smartcart.errors import DataError, ReadingQuestion
from smartcart.inspection.buyers import of_goods
from smartcart.inspection.desk import choose_line
from smartcart.records import Column
from smartcart.sources import Opened
from smartcart.tables.buyer_ranks import is_mail
from smartcart.tables.order_names import part_of, parts_named
from smartcart.tables.order_unnamed import lines_of_nobody
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens
from smartcart.tables.vocabulary import names_a_person

__all__ = ["refuse_other_rows"]

ONCE = 0.95  # different values for each row: fewer are customers with several rows
OF_PAPERS = 0.2  # different numbers for each row: a paper has few entries in the books
SEVERAL = 10  # different customers at least
THINGS = 20  # different names of products, at least, where nothing tells of customers
EACH = 0.98  # different days for each row: a row is one of them
ROWS = 20  # fewer say nothing of what a row is
_OTHER = re.compile(
    r"\b(address|addresses|adresse|adress|anschrift|direccion|endereco|indirizzo|adres|row|line|"
    r"zeile|ligne|linea|linha|order|invoice|bestellung|auftrag|rechnung|pedido|commande|factura|"
    r"facture|fatura|ordine|product|item|sku|asin|listing|artikel|article|producto|produit|produto|"
    r"event|session|visit|ticket|booking|reservation|subscription|abo|abonnement|contract|vertrag|"
    r"packet|parcel|package|paket|colis|shipment|sendung|consignment|tracking|policy|payment|zahlung|paiement|pago|transaction|device|campaign|month|period|interval)\b"
)
_DAY = (
    r"(date|day|datum|tag|fecha|dia|data|jour|dato|pvm|paiva|dag|datums|tarih|tanggal|ngay|"
    r"дата|день|ημερομηνια|日付|日期|날짜|التاريخ)"
)
_DOCUMENT = re.compile(
    r"\b(beleg(?!datum)\w*|buchungs?\w*|voucher|document|documento|dokument|"
    r"piece comptable|ecriture|asiento|journal|entry)\b"
)


def refuse_other_rows(
    opened: Opened,
    figures: Sequence[ColumnSummary],
    columns: Sequence[Column],
    said: Collection[str],
) -> None:
    """Raise where the rows of a table of customers are not customers.

    ``columns`` have their roles; ``said`` are those that the user spoke of. Raises
    ``ReadingQuestion`` where customers have several rows each, and ``DataError`` where each row is
    a product, or a document of nobody known. Orders of nobody are told elsewhere.
    """
    ids = [c.name for c in columns if c.role == "id"]
    day = next((f.name for f in figures if f.name not in said and _is_a_day(f)), None)
    guessed = [name for name in ids[:1] if name not in said and figures[0].rows >= ROWS]
    if guessed and day is not None and _each_on_its_day(opened, day, guessed[0]):
        raise _of_days(opened, day)
    if ids and (ids[0] in said or not speaks_of_another(ids[0])):
        return
    if not figures or figures[0].rows < ROWS:
        return
    repeated = next((f for f in figures if f.name not in {*said, *ids} and _repeats(f)), None)
    source = opened.reading.source
    if repeated is not None:
        raise ReadingQuestion.of(
            f"{source!r} looks like several rows per customer: {repeated.name!r} has "
            f"{repeated.distinct:,} different values on {repeated.present:,} rows",
            "a row per customer, or a log of orders with a day and an amount on each line",
            "export one row per customer; to segment the rows as they are, as if each were a "
            f"customer, write {choose_line(repeated.name, '', 'dropped')} or say --kind customers",
        )
    if any(_of_customers(f) for f in figures):
        return
    alone = not ids and not any(c.role == "sensitive" or c.type == "date" for c in columns)
    subject = next(
        (f for f in figures if f.name not in said and _of_something_sold(f, alone=alone)), None
    )
    if subject is not None:
        each = f"has a {subject.name!r} of its own" if subject.unique else f"is of {subject.name!r}"
        raise DataError.of(
            f"{source!r} looks like a table of products: each row {each}, and no column says who "
            "bought",
            "a row per customer, or lines of orders that name the buyer",
            "export customers, or orders with a customer id or an e-mail address; --kind customers "
            "segments these rows as they are, as if each were a customer",
        )
    if ids and (nobody := lines_of_nobody(figures)) is not None:
        raise DataError.of(
            f"{source!r} looks like lines of orders ({', '.join(nobody[0])}), and {ids[0]!r}, each "
            "once, says nothing of the buyer",
            "a customer id or an e-mail address on every line",
            "export orders that name buyers; --kind customers segments these rows as they are, as "
            "if each were a customer",
        )
    papers = ids or [
        f.name for f in figures if f.name not in said and f.distinct > OF_PAPERS * f.rows
    ]
    paper = next((name for name in papers if numbers_entries(name)), None)
    if paper is not None:
        once = any(f.name == paper and f.distinct >= ONCE * f.present for f in figures)
        what = "each row" if once else "entries in books"
        raise DataError.of(
            f"{source!r} looks like a list of documents: {paper!r} numbers {what}, and no column "
            "says whose it is",
            "a row per customer, or a row per order with the buyer, the day and the amount",
            "export customers, or orders that name buyers; if a column names the buyer, write "
            f"{choose_line('NAME', 'customer')}; --kind customers segments these rows as they are, "
            "as if each were a customer",
        )
    warned = any(c.role == "sensitive" for c in columns) or lines_of_nobody(figures) is not None
    if not ids and day is not None and not warned:
        raise _of_days(opened, day)


def _of_days(opened: Opened, day: str) -> DataError:
    return DataError.of(
        f"{opened.reading.source!r} has a day on each row ({day!r}) and no column that says whose "
        "it is",
        "a row per customer, or lines of orders that name the buyer",
        "export customers, or orders with a customer id or an e-mail address; --kind customers "
        "segments these rows as they are, as if each were a customer",
    )


def speaks_of_another(name: str) -> bool:
    """Return whether a name numbers something else than customers.

    >>> [speaks_of_another(n) for n in ("Address ID", "(Child) ASIN", "ID", "Customer ID")]
    [True, True, False, False]
    """
    other = _OTHER.search(tokens(name)) is not None or numbers_entries(name)
    return other and not names_a_person(name)


def numbers_entries(name: str) -> bool:
    """Return whether a name numbers entries in books, or their papers.

    >>> [numbers_entries(n) for n in ("Belegfeld 1", "Voucher No", "Belegdatum", "Invoice ID")]
    [True, True, False, False]
    """
    return _DOCUMENT.search(tokens(name)) is not None


def _repeats(column: ColumnSummary) -> bool:
    """Return whether a column that tells customers apart has many of them on several rows."""
    if not _of_customers(column) or column.type not in {"text", "number"}:
        return False
    return (
        2 * column.present >= column.rows
        and column.distinct >= SEVERAL
        and column.distinct < ONCE * column.present
    )


def _of_customers(column: ColumnSummary) -> bool:
    if column.mails and 2 * column.mails > column.head and is_mail(column.name):
        return True
    part = part_of(column, {})
    return part is not None and part.name == "customer"


def _is_a_day(column: ColumnSummary) -> bool:
    """Return whether nearly every row has a day, called a day or a date and nothing else."""
    plain = re.fullmatch(_DAY, tokens(column.name)) is not None
    return column.type == "date" and plain and column.present >= ONCE * column.rows


def _each_on_its_day(opened: Opened, day: str, number: str) -> bool:
    """Return whether each row is of another day, and what numbers it names no person.

    That is a report of days: of customers some came on the same one.
    """
    if names_a_person(number):
        return False
    days = opened.table[day].cast("date")
    row = opened.engine.record(opened.table.aggregate(different=days.nunique(), known=days.count()))
    return int(row["different"] or 0) >= EACH * int(row["known"] or 0)


def _of_something_sold(column: ColumnSummary, *, alone: bool) -> bool:
    """Return whether each row has a value of its own of what is a product's.

    Where it is ``alone``, and nothing tells of persons, some products may be called alike.
    """
    if column.type not in {"text", "number"}:
        return False
    many = column.present == column.rows and column.distinct >= THINGS
    if not (column.unique or (alone and column.type == "text" and many)):
        return False
    if column.spaced and all(p.name != "product" for p in parts_named(column.name)):
        return False
    if column.type == "number" and not column.whole:
        return False
    return of_goods(column.name)
