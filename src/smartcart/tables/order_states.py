"""What the values of a column say of a line: cancelled, returned, unpaid, or no sale at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from smartcart.records import LineState
from smartcart.tables.languages import state_words
from smartcart.tables.order_ranks import cancels
from smartcart.tables.tokens import tokens

__all__ = ["browsing_words", "coded", "flag_state", "line_state", "says_paid", "status_words"]


def _or_elsewhere(pattern: str, state: str) -> re.Pattern[str]:
    return re.compile("|".join([pattern, *(re.escape(word) for word in state_words(state))]))


_NOT = re.compile(r"^(not|no(?![ _-]?show)|non|nicht|sans|sem|sin)\b")
_CANCELLED = _or_elsewhere(
    r"cancel|void|storn|anulad|annul|\bfail(ed|ure)?\b|declin|unavailable|fraud|abgebrochen|"
    r"abandon|"
    r"\bno[ _-]?show|\bdenied\b|fehlgeschlagen|abgelehnt|fallid[oa]|rechazad|echou|refusee?\b|"
    r"\berror\b|echou|echec|fallit|falh|nieudan|mislukt|misluckt|rejected|terminated|\bdeleted\b|"
    r"\bexpired\b|abgelaufen|verfallen|\bexpiree?s?\b|caducad|expirad|\bvencid[oa]|scadut[oa]|"
    r"verlopen|wygas|utgang|udlobet|^stop(ped)?$",
    "cancelled",
)
_BROWSED = re.compile(
    r"^(page[ _-]?)?(view(ed)?s?|(view[ _-]?)?(product|item|cart|promotion|list|search[ "
    r"_-]?results)"
    r"([ _-]?(view|list))?|view[ _-]?(item|cart|promotion)([ _-]?list)?|click(ed)?s?|impression|"
    r"search(ed)?|visit|scroll|first[ _-]?visit|user[ _-]?engagement|file[ _-]?download|form[ _-]?"
    r"(start|submit)|login|sign[ _-]?up|share|select[ _-]?(item|content|promotion)|page|video[ _-]?"
    r"\w+|browse[ds]?|wish(list)?|favou?rite|detail|session[ _-]?start|begin[ _-]?checkout|"
    r"checkout|"
    r"add[ _-]?(payment|shipping)[ _-]?info|generate[ _-]?lead|"
    r"(add(ed)?|remove(d)?|put)?[ _-]?((to|from|in)[ _-])?(cart|basket|wish[ _-]?list))$"
)
_REFUSED = re.compile(  # of a wish to return or cancel
    r"(return|refund|cancel\w*|retour|storno)[ _-]\w*[ _-]?(reject|denied|refus|abgelehnt|rechaz)|"
    r"(reject|denied|refus|abgelehnt|rechaz)\w*[ _-](return|refund|cancel)"
)
_RETURNED = _or_elsewhere(
    r"return|refund|retour|rembours|devuelt|devoluc|devolv|reembols|chargeback|erstatt|gutschrift|"
    r"credit (memo|note)|reversed|rimbors|\bavoir\b|zuruckgegeben|zurückgegeben|ruckgabe|rückgabe|"
    r"\bcharged back\b",
    "returned",
)
_PARTLY = _or_elsewhere(
    r"\bpart(ial|ly|ially)?\b|partial|teilweise|teil[ -]?erstatt|teilr|partiel|parcial|parzial|"
    r"gedeeltelijk",
    "partly",
)
_UNPAID = _or_elsewhere(
    r"^(payment[ _-]?)?pending([ _-]?payment)?$|^unpaid$|await\w*[ _-](\w+[ _-])*payment|"
    r"(checkout[ _-]?)?draft$|quotation|^incomplete$|^not[ _-]?paid|^unpaid|wait\w*[ _-]for[ _-]"
    r"payment|payment[ _-](pending|remote|required|review|due)|zahlung ausstehend|warte\w* auf "
    r"zahlung|"
    r"unbezahlt|en attente( (de |du |d.)"
    r"(paiement|virement|reglement|acceptation|validation|confirmation))?$|pending (approval|"
    r"confirmation)|awaiting (approval|confirmation)|pendiente( de pago)?$|"
    r"pendente|"
    r"aguardando( pagamento)?|^in attesa|^(queued|skipped|scheduled)$|ausstehend|^wartend|"
    r"in attesa (di|del) pagamento|^estimate$|^quote$|^proposal$|angebot|brouillon|borrador|"
    r"rascunho|"
    r"entwurf|bozza|^concept$|wersja robocza|\bszkic|utkast|kladde|черновик|taslak|"
    r"下書き|草稿|임시|"
    r"^(not|un)[ _-]?(completed?|finished|finali[sz]ed|confirmed|processed)$|^parked$|"
    r"^lay[ -]?by|^invoice sent$|"
    r"^pend$|^on[ _-]?hold$|requires[ _-]\w+|past[ _-]?due|^uncollectible$|dunning|uberfallig",
    "unpaid",
)
_DELIVERY = re.compile(
    r".*\b(fulfil?lment|delivery|shipping|shipment|dispatch|liefer\w*|versand\w*|line ?item|item|"
    r"livraison|envio|entrega|tracking)\b.*"
)
_PAYMENT = re.compile(
    r".*\b(payments?|paid|transactions?|zahlung\w*|zahlstatus|paiement|pago|pagamento|betaal\w*|"
    r"platnos\w*|financial|billing)\b.*"
)
_WON = re.compile(r"^(closed )?(won|gewonnen|gagnee?|ganad[oa]|vint[oa])$")
_LOST = re.compile(r"^(closed )?(lost|verloren|perdue?|perdid[oa]|pers[oa])$")
_TAKEN = re.compile(r"^(captured|settled|succeeded|collected)$")
_BEGUN = re.compile(r"^(created|initiated|attempted|authori[sz]ed)$")  # of a payment, before that
_NOT_YET = re.compile(
    r"^(open|offen|ouvert|abiert[oa]|apert[oa]|abert[oa]|unconfirmed|unbestatigt)$"
)
_CHARGED = re.compile(r"^(sales?|charges?|purchases?|debit|payment|capture)$")
_CREDITED = re.compile(r"^(credit|credit[ _-](note|memo)|void)$")
_NO_SALE = re.compile(
    r"withdraw|payout|transfer|\bfees?\b|gebühr|gebuhr|\bhold\b|reserve|adjustment|conversion|"
    r"top[ -]?up|bank deposit|deposit to|auszahlung|abbuchung|überweisung|uberweisung|abhebung|"
    r"einzahlung|guthaben|\bbalance\b|\bsubtotal\b|\btotal\b|summe\b|disbursement|"
    r"\badvertising\b|commission|virement|retrait|transferencia|retiro|saque|taxa|tarifa|"
    r"\bdispute\b|authori[sz]ation|currency|account (funding|correction)|payment (hold|release)"
)
_PLAIN_PAYMENT = re.compile(
    r"^(payments?|tender|zahlung(en)?|pagos?|paiements?|pagament[oi]|betaling)$"
)
_SALE = re.compile(
    r"\b(sale|sales|order|orders|invoice|receipt|purchase|verkauf|bestellung|rechnung|vente|venta|"
    r"venda|facture|factura|pedido|commande)\b"
)


def _plain(value: str) -> str:
    """Return a value as its words are compared: lower case, no accents, no blanks around.

    A word is looked for as it is written, too: folding takes letters of other scripts apart.
    """
    text = re.sub(r"^wc-", "", value.strip().lower())  # WooCommerce's own
    folded = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return text if bare == text or (not text.isascii() and not bare.isascii()) else bare


def says_paid(name: str) -> bool:
    """Return whether a column's name is of a day of payment.

    >>> says_paid("Bezahldatum"), says_paid("Paid at"), says_paid("Shipped at")
    (True, True, False)
    """
    return (
        re.search(r"\b(paid|payment|bezahl\w*|zahl\w*|paiement|pago|pagamento)\b", tokens(name))
        is not None
    )


def coded(values: Iterable[str]) -> bool:
    """Return whether values are codes that no word explains: letters or numbers.

    >>> coded(["P", "C", "F"]), coded(["10", "30"]), coded(["P", "paid"]), coded(["1"])
    (True, True, False, False)
    """
    told = list(values)
    return len(told) > 1 and all(re.fullmatch(r"[A-Za-z]{1,2}|\d{1,4}", v.strip()) for v in told)


def status_words(values: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the values of a status column that say cancelled, and those that say returned.

    An order that came back in part is an order.

    >>> status_words(["shipped", "Cancelled", "not returned", "storniert", "Refunded"])
    (('Cancelled', 'storniert'), ('Refunded',))
    >>> status_words(["checked out", "No-show", "no refund", "partially_refunded"])
    (('No-show',), ())
    """
    told = [
        value
        for value in values
        if not _NOT.search(_plain(value)) and not _REFUSED.search(_plain(value))
    ]
    cancelled = tuple(value for value in told if _CANCELLED.search(_plain(value)))
    returned = tuple(
        value
        for value in told
        if _RETURNED.search(_plain(value))
        and value not in cancelled
        and not _PARTLY.search(_plain(value).replace("_", " "))
    )
    return cancelled, returned


def browsing_words(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values of a kind of event that are no purchase.

    >>> browsing_words(["view", "cart", "purchase", "remove_from_cart", "Add to Cart", "shipped"])
    ('view', 'cart', 'remove_from_cart', 'Add to Cart')
    """
    return tuple(value for value in values if _BROWSED.search(value.strip().lower()))


_YES = {"yes", "y", "true", "1", "ja", "j", "oui", "o", "si", "sí", "s", "sim", "tak", "да", "evet"}
_NO = {
    "no",
    "n",
    "false",
    "0",
    "nein",
    "nej",
    "nei",
    "tidak",
    "non",
    "nao",
    "não",
    "nee",
    "nie",
    "нет",
    "hayır",
}
_PAID = re.compile(
    r"(is |order )?(paid|bezahlt|paye|payee|pagado|pagato|pago|betaald|oplacone|fully paid|"
    r"valid|captured|settled|collected)"
)
_GIVEN_BACK = re.compile(
    r"(is |order |fully )?(refunded|returned|erstattet|retourniert|rembourse|reembolsado|"
    r"rimborsato|"
    r"zuruckgegeben|devuelto)"
)


def flag_state(column: str, values: Iterable[str]) -> LineState | None:
    """Return what a column of yes and no says of a line, if its name says what it is about.

    >>> flag_state("Storniert", ["Ja", "Nein"]).cancelled
    ('Ja',)
    >>> flag_state("bezahlt", ["ja", "nein"]).unpaid, flag_state("Newsletter", ["ja", "nein"])
    (('nein',), None)
    """
    told = {value: value.strip().lower() for value in values}
    if len(told) < 2 or not set(told.values()) <= _YES | _NO:
        return None
    yes = tuple(v for v, word in told.items() if word in _YES)
    no = tuple(v for v, word in told.items() if word in _NO)
    words = tokens(column)
    if cancels(column):
        return LineState(column, cancelled=yes)
    if _PAID.fullmatch(words):
        return LineState(column, unpaid=no)
    return LineState(column, returned=yes) if _GIVEN_BACK.fullmatch(words) else None


def line_state(column: str, values: Iterable[str]) -> LineState:
    """Return what the values of a column say of a line.

    >>> state = line_state("Type", ["Express Checkout Payment", "General Withdrawal", "Fee"])
    >>> state.other
    ('General Withdrawal', 'Fee')
    >>> line_state("Fulfillment Status", ["pending", "CANCELED"]).unpaid  # not yet sent: sold
    ()
    >>> line_state("Payment State", ["open", "paid"]).unpaid, line_state("State", ["open"]).unpaid
    (('open',), ())
    >>> line_state("Status", ["created", "captured"]).unpaid
    ('created',)
    >>> state = line_state("Deal Status", ["Won", "Lost", "Open"])
    >>> state.cancelled, state.unpaid
    (('Lost',), ('Open',))
    >>> line_state("Transaction Type", ["sale", "credit"]).returned
    ('credit',)
    """
    told = list(dict.fromkeys(values))
    cancelled, returned = status_words(told)
    browsed = browsing_words(told)
    rest = [v for v in told if v not in cancelled and v not in returned and v not in browsed]
    delivery = _DELIVERY.fullmatch(tokens(column)) is not None
    unpaid = () if delivery else tuple(v for v in rest if _UNPAID.search(_plain(v)))
    if _PAYMENT.fullmatch(tokens(column)) and not delivery:
        unpaid += tuple(v for v in rest if v not in unpaid and _NOT_YET.match(_plain(v)))
    if any(_WON.match(_plain(v)) for v in rest):
        cancelled += tuple(v for v in rest if _LOST.match(_plain(v)))
        rest = [v for v in rest if v not in cancelled]
        unpaid += tuple(v for v in rest if v not in unpaid and _NOT_YET.match(_plain(v)))
    if any(_TAKEN.match(_plain(v)) for v in rest):
        unpaid += tuple(v for v in rest if v not in unpaid and _BEGUN.match(_plain(v)))
    words = tokens(column).split()
    kind = bool({"type", "typ", "kind", "art", "tipo", "category", "entry", "record"} & set(words))
    other: tuple[str, ...] = ()
    if kind and any(_CHARGED.match(_plain(v)) for v in rest):
        returned += tuple(v for v in rest if _CREDITED.match(_plain(v)))
        rest = [v for v in rest if v not in returned]
    if kind:
        other = tuple(v for v in rest if v not in unpaid and _NO_SALE.search(_plain(v)))
        sales = [v for v in rest if _SALE.search(v.lower()) and v not in other]
        payments = [v for v in rest if _PLAIN_PAYMENT.match(v.strip().lower())]
        if sales:
            other += tuple(payments)
    return LineState(column, cancelled, returned, browsed, unpaid, other)
