"""Names of columns that tell what became of an order, and of such that only seem to."""

from __future__ import annotations

from smartcart.tables.languages import state_words
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["is_check", "is_of_the_person", "speaks_of_a_loss", "why_it_was_lost"]

_LOSS = lazy_pattern(
    r"cancel|\bvoid|storn|anulad|anula[cç]|annul|retour|return|refund|reembols|rembours|devol|"
    r"rimbors|erstatt|chargeback|no show|\bfail"
)
_NO_WORDS = {  # too short to be looked for within a name
    word for state in ("cancelled", "returned") for word in state_words(state) if len(word) < 2
}
_LOSSES = tuple(
    dict.fromkeys(
        form
        for state in ("cancelled", "returned")
        for word in state_words(state)
        if word not in _NO_WORDS
        for form in (word, tokens(word))
    )
)
_BESIDE = lazy_pattern(
    r".*\b(reasons?|grund|grunde|motivo?|motif|razon|powod|notes?|notiz|notas?|comments?|remarks?|"
    r"memo|bemerkung\w*|kommentar\w*|description|message|text|polic(y|ies)|terms|window|deadline|"
    r"days?|until|coupons?|voucher|gutschein\w*|promo\w*|address|adresse|warehouse|ids?|no|nr|num|"
    r"number|nummer|code|qty|quantity|menge|anzahl|count|amounts?|betrag|total|sum|summe|fees?|"
    r"rate|tax|value|price|preis|currency|method|methode|means|carrier|tracking|label|link|url|"
    r"user|agent|email|mail|phone|name|returning|returnable|refundable|cancel(l)?able)\b.*"
)
_CALLED_OFF = lazy_pattern(
    r"abgru|\w*(stornierungs?|storno|absage|ablehnungs|verlust)(grund|grunde)|"
    r"(?=.*(\b(reasons?|grund|grunde|motifs?|motivos?|motiu|motiv|razon|raison|razao|causas?|causale|"
    r"cause|reden|powod|przyczyna|duvod|orsak|arsag|syy|neden\w*|sebep\w*|lydo|motivet?|"
    r"причина|підстава|reason ?code)\b|理由|原因|사유))"
    r"(?=.*(\b(cancel\w*|reject\w*|storn\w*|absage\w*|ablehn\w*|annul\w*|anul\w*|rechazo|rechazad\w*|"
    r"rejeicao|recusa|rifiut\w*|refus|afwijz\w*|afgewezen|geannuleerd|odrzuc\w*|zrusen\w*|iptal\w*|"
    r"peruut\w*|makuler\w*|avbrut\w*|avbestall\w*|lost|loss|verlust\w*|perdid[ao]|perda|perdu|"
    r"perte|отмен\w*|отказ\w*|скасув\w*|відмов\w*)\b|キャンセル|取消|취소)).*"
)
_NO_CALL = lazy_pattern(
    r".*\b(return\w*|retour\w*|refund\w*|ruckgabe\w*|\w*erstatt\w*|devol\w*|discount\w*|rabatt\w*|"
    r"remise|descuento|subscription\w*|subscriber|abo|abonnement\w*|membership|customer|account|"
    r"kunden\w*|conto|konto)\b.*|.*(返品|退货|반품).*"
)
_CHECK = lazy_pattern(
    r".*\b(cvc|cvv|cvn|avs|risk|fraud\w*|betrug\w*|kyc|3ds|3d secure|zip|postal|postcode|plz|"
    r"address|adresse|line 1|authenticity|identity|liability shift)\b.*"
)
_PERSON = lazy_pattern(
    r".*\b(customers?|clients?|clientes?|buyers?|visitors?|users?|members?|guests?|kunden?\w*|"
    r"besucher\w*|klanten?|kaufer\w*|payers?|counterpart(y|ie)|gegenpartei|zahler\w*)\b.*"
)


def speaks_of_a_loss(name: str) -> bool:
    """Return whether a column's name says that it tells of cancelled or returned orders.

    Reasons, notes, numbers and sums beside that are none.

    >>> [speaks_of_a_loss(n) for n in ("Cancel type", "취소구분", "Retoure", "Order Status")]
    [True, True, True, False]
    >>> [speaks_of_a_loss(n) for n in ("Cancel reason", "Refund amount", "Return policy")]
    [False, False, False]
    """
    words = tokens(name)
    if _BESIDE.fullmatch(words) or is_check(name) or is_of_the_person(name):
        return False
    if why_it_was_lost(name):
        return False
    folded = name.strip().lower()
    return _LOSS.search(words) is not None or any(w in folded or w in words for w in _LOSSES)


def why_it_was_lost(name: str) -> bool:
    """Return whether a name is of the reason for which an order was cancelled or rejected.

    What was sent back was bought before, and a discount has reasons, too.

    >>> [why_it_was_lost(n) for n in ("ABGRU", "Storno-Grund", "Motif d'annulation", "取消原因")]
    [True, True, True, True]
    >>> [why_it_was_lost(n) for n in ("Return reason", "Discount reason", "Reason", "Cancelled at")]
    [False, False, False, False]
    """
    words = tokens(name)
    return _CALLED_OFF.fullmatch(words) is not None and _NO_CALL.fullmatch(words) is None


def is_check(name: str) -> bool:
    """Return whether a name is of a check of a card, an address or a risk: no state of an order.

    >>> is_check("Card CVC Status"), is_check("Fraud status"), is_check("Order Status")
    (True, True, False)
    """
    return _CHECK.fullmatch(tokens(name)) is not None


def is_of_the_person(name: str) -> bool:
    """Return whether a name speaks of who bought: a returning customer brought nothing back.

    >>> is_of_the_person("Customer type"), is_of_the_person("Order type")
    (True, False)
    """
    return _PERSON.fullmatch(tokens(name)) is not None
