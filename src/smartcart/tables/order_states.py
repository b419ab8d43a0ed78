"""What the values of a status say of a line: cancelled, returned, or nothing bought at all."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["browsing_words", "status_words"]

_NOT = re.compile(r"^(not|no(?![ _-]?show)|non|nicht|sans|sem|sin)\b")
_CANCELLED = re.compile(
    r"cancel|void|storn|anulad|annul|\bfail(ed|ure)?\b|declin|unavailable|fraud|abgebrochen|abandon|"
    r"\bno[ _-]?show"
)
_BROWSED = re.compile(
    r"^(page[ _-]?)?(view(ed)?s?|product[ _-]?view|click(ed)?s?|impression|search(ed)?|visit|"
    r"browse[ds]?|wish(list)?|favou?rite|detail|session[ _-]?start|begin[ _-]?checkout|checkout|"
    r"(add(ed)?|remove(d)?|put)?[ _-]?((to|from|in)[ _-])?(cart|basket|wish[ _-]?list))$"
)
_REFUSED = re.compile(r"reject|denied|refus|abgelehnt|rechaz")  # of a wish to return or cancel
_RETURNED = re.compile(
    r"return|refund|retour|rembours|devuelt|devoluc|devolv|reembols|chargeback|erstatt"
)


def status_words(values: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the values of a status column that say cancelled, and those that say returned.

    >>> status_words(["shipped", "Cancelled", "not returned", "storniert", "Refunded"])
    (('Cancelled', 'storniert'), ('Refunded',))
    >>> status_words(["checked out", "No-show", "no refund"])
    (('No-show',), ())
    """
    told = [
        value
        for value in values
        if not _NOT.search(value.lower()) and not _REFUSED.search(value.lower())
    ]
    cancelled = tuple(value for value in told if _CANCELLED.search(value.lower()))
    returned = tuple(
        value for value in told if _RETURNED.search(value.lower()) and value not in cancelled
    )
    return cancelled, returned


def browsing_words(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values of a kind of event that are no purchase.

    >>> browsing_words(["view", "cart", "purchase", "remove_from_cart", "Add to Cart", "shipped"])
    ('view', 'cart', 'remove_from_cart', 'Add to Cart')
    """
    return tuple(value for value in values if _BROWSED.search(value.strip().lower()))
