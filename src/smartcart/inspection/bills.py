"""Bills that were issued are sales, whether they were paid by the day of the export or not."""

from __future__ import annotations

from dataclasses import replace

from smartcart.inspection.desk import Desk, listed
from smartcart.records import LineState, Notice, OrderLog
from smartcart.tables.order_states import drafts, is_quotation
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["issued_bills", "numbers_bills"]

_BILL = lazy_pattern(
    r".*\b(invoices?|bills?|rechnung\w*|factures?|facturas?|faturas?|nota fiscal|fattur[ae]|"
    r"factu(u)?r(nummer)?|facturen|faktur\w*|szamla\w*|lasku\w*|saskait\w*|rekins?|arve|"
    r"τιμολογι\w*|сч[её]т\w*|рахун\w*|накладн\w*|hoa don)\b.*|.*(請求書|发票|發票|계산서).*"
)


def numbers_bills(name: str | None) -> bool:
    """Return whether a column of numbers is named as that of bills.

    >>> [numbers_bills(n) for n in ("Invoice No", "N° facture", "Számlaszám", "Order ID", None)]
    [True, True, True, False, False]
    """
    return name is not None and _BILL.fullmatch(tokens(name)) is not None


def issued_bills(desk: Desk, log: OrderLog) -> OrderLog:
    """Return the log whose bills that are not paid yet count; drafts and quotations do not.

    Each line is of a bill where its number says so, or a kind of document beside quotations.
    """
    kinds = {s.column for s in log.states if any(map(is_quotation, s.unpaid))}
    if log.layout is not None or not (kinds or numbers_bills(log.order)):
        return log
    states, told = [], list[str]()
    for state in log.states:
        if state.column in kinds:
            states.append(state)
            continue
        kept = drafts(state.unpaid)
        told += [value for value in state.unpaid if value not in kept]
        states.append(replace(state, unpaid=kept))
    if not told:
        return log
    desk.notices.append(
        Notice(
            "unpaid_bills",
            f"Bills that were not paid yet ({listed(told)}) count as sold, since they were issued. "
            "If they should not count, leave them out of the file.",
        )
    )
    return replace(log, states=tuple(s for s in states if s != LineState(s.column)))
