"""What columns of yes and no say of a line: cancelled, paid, given back, a test."""

from __future__ import annotations

from collections.abc import Iterable

from smartcart.records import LineState
from smartcart.tables.languages import state_words
from smartcart.tables.order_ranks import cancels
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["flag_state", "in_part", "says_no", "says_state", "says_test", "tells_paid"]

_YES = {
    "yes",
    "y",
    "true",
    "t",
    "1",
    "ja",
    "j",
    "oui",
    "o",
    "si",
    "sí",
    "s",
    "sim",
    "tak",
    "да",
    "evet",
}
_MARKS = {"x", "*", "✓", "✔", "•", *_YES}
_NO = {
    "no",
    "n",
    "false",
    "f",
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
_PAID = lazy_pattern(
    r"(is |order )?(paid|bezahlt|paye|payee|pagado|pagato|pago|betaald|oplacone|fully paid|"
    r"valid|captured|settled|collected|posted|проведена?|проведено|проведен документ)"
)
_GIVEN_BACK = lazy_pattern(
    r"(is |order |fully )?(refunded|returned|erstattet|retourniert|rembourse|reembolsado|"
    r"rimborsato|"
    r"zuruckgegeben|devuelto)"
)

_TEST = lazy_pattern(
    r"(is |in )?(test|demo)( (mode|order|sale|purchase|payment|transaction|account|customer|"
    r"user))?|test(konto|kunde|kunden|bestellung|auftrag)|compte (de )?test|cuenta (de )?prueba"
)
_LIVE = lazy_pattern(r"(is |in )?live( ?mode)?")


def says_no(value: str) -> bool:
    """Return whether a value is a plain no.

    >>> says_no("0"), says_no("False"), says_no("nothing")
    (True, True, False)
    """
    return value.strip().lower() in _NO


def flag_state(column: str, values: Iterable[str]) -> LineState | None:
    """Return what a column of yes and no says of a line, if its name says what it is about.

    >>> flag_state("Storniert", ["Ja", "Nein"]).cancelled
    ('Ja',)
    >>> flag_state("bezahlt", ["ja", "nein"]).unpaid, flag_state("Newsletter", ["ja", "nein"])
    (('nein',), None)
    >>> flag_state("Storno", ["X"]).cancelled, flag_state("Storno", ["Hello"])
    (('X',), None)
    >>> flag_state("Test Mode", ["true", "false"]).other
    ('true',)
    >>> flag_state("Refunded", ["yes"]).returned, flag_state("paid", ["no"]).unpaid
    (('yes',), ('no',))
    """
    told = {value: value.strip().lower() for value in values}
    words = tokens(column)
    if len(told) == 1 and set(told.values()) <= _MARKS:  # a mark where it holds, else nothing
        if _tells_cancelled(column):
            return LineState(column, cancelled=tuple(told))
        if _TEST.fullmatch(words):
            return LineState(column, other=tuple(told))
        return LineState(column, returned=tuple(told)) if _GIVEN_BACK.fullmatch(words) else None
    if not told or not set(told.values()) <= _YES | _NO:
        return None
    yes = tuple(v for v, word in told.items() if word in _YES)
    no = tuple(v for v, word in told.items() if word in _NO)
    if _tells_cancelled(column):
        return LineState(column, cancelled=yes) if yes else None
    if _PAID.fullmatch(words):
        return LineState(column, unpaid=no)
    if _TEST.fullmatch(words):
        return LineState(column, other=yes) if yes else None
    if _LIVE.fullmatch(words):
        return LineState(column, other=no)
    return LineState(column, returned=yes) if yes and _GIVEN_BACK.fullmatch(words) else None


def says_state(column: str) -> bool:
    """Return whether a column's name is one whose yes or no says what became of a line.

    >>> [says_state(n) for n in ("Storniert", "bezahlt", "취소여부", "Newsletter")]
    [True, True, True, False]
    """
    words = tokens(column)
    named = any(p.fullmatch(words) for p in (_PAID, _GIVEN_BACK, _TEST, _LIVE))
    return named or _tells_cancelled(column)


def says_test(column: str) -> bool:
    """Return whether a column's name asks whether something is a test.

    >>> [says_test(n) for n in ("is_test_account", "Testkonto", "Test score")]
    [True, True, False]
    """
    return _TEST.fullmatch(tokens(column)) is not None


def in_part(columns: Iterable[str]) -> set[str]:
    """Return the columns of what was given back at all, where another asks for all of it.

    >>> in_part(["Refunded?", "Fully Refunded?", "Test"]), in_part(["Refunded?", "Test"])
    ({'Refunded?'}, set())
    """
    back = [name for name in columns if _GIVEN_BACK.fullmatch(tokens(name))]
    whole = {name for name in back if tokens(name).startswith("fully ")}
    return set(back) - whole if whole else set()


def tells_paid(column: str, value: str) -> bool:
    """Return whether a column's name asks whether it was paid, and its value says so.

    >>> tells_paid("bezahlt", "ja"), tells_paid("bezahlt", "nein"), tells_paid("Gift", "ja")
    (True, False, False)
    """
    return _PAID.fullmatch(tokens(column)) is not None and value.strip().lower() in _MARKS


def _tells_cancelled(column: str) -> bool:
    """Return whether a name says cancelled, in any language; with ``여부`` or ``区分``, say."""
    known = state_words("cancelled")
    if cancels(column) or tokens(column) in known:
        return True
    name = column.strip().lower()
    return any(name.startswith(word) for word in known if not word.isascii())
