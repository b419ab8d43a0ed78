"""What a careful reader should know of a table of customers before anything is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smartcart.engines.protocol import Engine
from smartcart.errors import DataError
from smartcart.records import Column, Contract, Feature, Ledger, Notice
from smartcart.sources import Opened
from smartcart.tables import roles, summary, vocabulary
from smartcart.tables.person_names import halves_of_a_name

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["NAME_IT", "doubtful", "receipts", "repeating_ids", "warnings", "whose_lines"]

FEW_CUSTOMERS = 100
MANY_MEASURES = 12
PURCHASES = {
    "spend_total",
    "spend",
    "margin",
    "frequency",
    "channel",
    "deals",
    "recency",
    "last_date",
}
NAME_IT = "'columns: {NAME: {role: id, meaning: customer}}'"


def warnings(
    contract: Contract, forming: tuple[Feature, ...], customers: int
) -> tuple[Notice, ...]:
    """Return what the roles and the number of customers make doubtful."""
    found = []
    if contract.id_column is None:
        found.append(
            Notice("no id", "No column identifies the customer: rows are numbered from 1.")
        )
    if customers < FEW_CUSTOMERS:
        found.append(
            Notice(
                "few customers",
                f"Only {customers} customers: segments of so few are hardly stable.",
                customers,
            )
        )
    if contract.as_of_source.startswith("the youngest"):
        found.append(
            Notice(
                "ages guessed",
                f"No day says how old customers are: ages are counted to the end of "
                f"{contract.as_of:%Y}, when the youngest are 18; say --as-of for the real ones.",
            )
        )
    days = [c for c in contract.columns if c.role == "forms" and c.type == "date"]
    if days and all(c.meaning == "first_date" for c in days) and _from_the_data(contract):
        found.append(
            Notice(
                "as of a sign-up",
                f"No column is known to tell the day of a purchase or a visit: days are counted to "
                f"{contract.as_of}, the latest {days[0].name}. Say --as-of for the day of the "
                "export.",
            )
        )
    unknown = [c.name for c in contract.columns if c.type == "date" and c.meaning == "date"]
    if unknown and not any(_of_last_purchase(c) for c in contract.columns):
        found.append(
            Notice(
                "no dates",
                f"No column is known to tell the day of the last purchase: recency is unknown. "
                f"{', '.join(unknown[:MANY_MEASURES])}: of unknown meaning; if one tells it, give "
                "it the meaning 'last_date'.",
                len(unknown),
            )
        )
    measures = [c.label for c in contract.columns if c.role == "forms" and c.meaning == "measure"]
    if measures:
        shown = ", ".join(measures[:MANY_MEASURES])
        more = f" and {len(measures) - MANY_MEASURES} more" if len(measures) > MANY_MEASURES else ""
        found.append(
            Notice(
                "unknown measures",
                f"Columns of unknown meaning form segments: {shown}{more}. Give them another role "
                "in the configuration if they should only describe.",
                len(measures),
            )
        )
    if forming and not any(_of_purchases(c) for c in contract.columns):
        known = ", ".join(f.label for f in forming[:3]) + (" and more" if len(forming) > 3 else "")
        found.append(
            Notice(
                "nothing bought",
                f"No column is known to say what customers bought: segments of {known} tell "
                "nothing of what they are worth. If one does, say so in the configuration "
                "('columns: {NAME: {meaning: spend_total}}'), or segment a log of orders.",
            )
        )
    if len(forming) == 1:
        found.append(
            Notice("one feature", f"Only one column forms segments: {forming[0].label}.", 1)
        )
    return (*found, *roles.role_notices(contract.columns))


def _from_the_data(contract: Contract) -> bool:
    return contract.as_of is not None and contract.as_of_source.startswith("latest ")


def _of_last_purchase(column: Column) -> bool:
    return column.role == "forms" and column.meaning in {"last_date", "last_seen", "recency"}


def _of_purchases(column: Column) -> bool:
    """Return whether a forming column is known to count or add up purchases, or to date them."""
    kind = column.meaning.partition(":")[0]
    return column.role == "forms" and kind in PURCHASES


def doubtful(engine: Engine, clean: ir.Table, contract: Contract, ledger: Ledger) -> list[Notice]:
    """Warn where a rule voids most of a column, or the as-of day lies before the data's dates."""
    found = [
        Notice("mostly impossible", f"{e.sentence}: that is most of the column; check it.", e.count)
        for e in ledger.entries
        if e.rule == "impossible value" and e.count > ledger.rows_read / 2
    ]
    for column in contract.columns if contract.as_of_source == "--as-of" else ():
        if column.type != "date" or column.role != "forms" or contract.as_of is None:
            continue
        later = clean.filter(clean[column.name].cast("date") > contract.as_of).count()
        count = int(engine.arrow(later.as_table()).column(0)[0].as_py())
        if count:
            found.append(
                Notice(
                    "later than as-of",
                    f"{count:,} days in {column.name} lie after the as-of day {contract.as_of}: "
                    "treated as missing.",
                    count,
                )
            )
    return found


def whose_lines(
    opened: Opened, names: tuple[str, ...], empty: str | None, maybe: Sequence[str] = ()
) -> DataError:
    """Return the error for lines of orders that say nothing of customers; ``names`` tell so.

    ``maybe`` are columns that could say who bought, by their values.
    """
    halves = halves_of_a_name(opened.table.columns)
    rest = [name for name in maybe if name not in (halves or ())]
    name_it = "; ".join(f"columns: {{{name!r}: {{meaning: customer}}}}" for name in rest[:3])
    add = f"make one column of {halves[0]!r} and {halves[1]!r}" if halves else "add it"
    return DataError.of(
        f"{opened.reading.source!r} looks like the lines of orders ({', '.join(names)}), but no "
        f"column says whose they are{f' ({empty} is empty)' if empty else ''}",
        "a customer id, an e-mail address or the number of a customer card in every line",
        f"{add}, or name it in the configuration ({name_it or NAME_IT}); --kind customers "
        "segments the lines themselves, as if each were a customer",
    )


def receipts(nobody: tuple[tuple[str, ...], bool] | None) -> tuple[Notice, ...]:
    """Warn where each row is an order of which nobody knows whose."""
    if nobody is None:
        return ()
    return (
        Notice(
            "receipts, not customers",
            f"The rows look like orders ({', '.join(nobody[0])}), but no column says whose they "
            "are: each row is segmented as if it were a customer, so these are segments of "
            "receipts. Add a customer id, an e-mail address or a card number, or name the column "
            f"in the configuration ({NAME_IT}).",
        ),
    )


def repeating_ids(
    figures: tuple[summary.ColumnSummary, ...], columns: tuple[Column, ...]
) -> list[Notice]:
    """Warn of a column named as the id that was passed over because some ids come twice."""
    chosen = next((c.name for c in columns if c.role == "id"), None)
    called_alike = [
        Notice(
            "repeating id",
            f"{f.name} holds names, and {f.present - f.distinct} of them stand on several rows: "
            "each row counts as a customer. If they are one person each, put these rows together.",
            f.present - f.distinct,
        )
        for f, column in zip(figures, columns, strict=True)
        if column.reason.endswith(roles.CALLED_ALIKE)
    ]
    return called_alike + [
        Notice(
            "repeating id",
            f"{f.name} names customers, but {f.present - f.distinct} of its values come more than "
            f"once: rows are identified by {chosen} instead.",
            f.present - f.distinct,
        )
        for f, column in zip(figures, columns, strict=True)
        if chosen is not None
        and column.name != chosen
        and column.meaning == "id"
        and roles.repeats_a_little(f)
        and vocabulary.names_a_person(f.name)
    ]
