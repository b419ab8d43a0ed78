"""What names of amounts say of taxes: with them, without them, in many languages."""

from __future__ import annotations

from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["tax_rank", "taxes_aside"]

_TAX = (
    r"(tax(es)?|vat|gst|mwst|ust|u st|tva|iva|btw|steuern?|impuestos?|impostos?|ht|ttc|kdv|nds|"
    r"moms|mva|dph|alv|afa|pvm|pvn|pdv|ddv|ppn|ндс|пдв|ддс|φπα)"
)
_WITH = (
    r"incl?|including|included|inclusive|inkl|inklusive|mit|avec|con|com|s|vc|vcetne|z|ze|cu|w tym|"
    r"sis|sisaltaen|sisaltyy|med|с|со|з|including|включая|dahil|με|after"
)
_LESS = (
    r"excl?|ex|excluding|exclusive|before|without|exkl|exklusive|ohne|hors|sans|sin|sem|zzgl|plus|"
    r"bez|fara|haric|utan|uten|ilman|без|χωρις"
)
_HELD = r"incl?|included|inclusive|inkl|inclus[aoe]?|compres[aoe]|incluid[ao]|dahil|sis"
_KEPT = r"excl?|excluded|exclusive|exkl|esclus[aoe]|exclu(id[ao])?|haric"
_AROUND_TAX = lazy_pattern(
    rf"\b({_WITH}|{_LESS}|with)( of| de)? {_TAX}"
    rf"( (and|und|y|e|et) (shipping|versand|envio|frete))?\b"
    rf"|\b{_TAX} ({_HELD}|{_KEPT})\b"
    r"|\b(netto|brutto|ttc|ht|inkl|exkl|incl|excl)\b"
)
_WITHOUT_TAX = lazy_pattern(
    rf"\b({_LESS})( of| de)? {_TAX}\b|\b{_TAX} ({_KEPT})\b|\b(netto|net|ht|exkl|excl)\b"
)
_GROSS = lazy_pattern(r"\b(brutto|gross|ttc|bruto)\b")
_WITHIN = lazy_pattern(r"\b(brutto|netto|bruto)(?=[a-z])")  # a word of its own: "bruttobetrag"


def taxes_aside(words: str) -> str:
    """Return a name's words without what they say of taxes: ``order total inc tax``.

    >>> taxes_aside("order total inc tax"), taxes_aside("umsatz netto"), taxes_aside("nettobetrag")
    ('order total', 'umsatz', 'betrag')
    """
    return " ".join(_AROUND_TAX.sub(" ", _WITHIN.sub(r"\1 ", words)).split())


def tax_rank(name: str) -> int:
    """Return 0 for an amount with taxes, 2 for one without, 1 where its name says neither.

    >>> [tax_rank(n) for n in ("Amount Including VAT", "Amount", "Amount Excl. VAT", "Nettowert")]
    [0, 1, 2, 2]
    """
    words = _WITHIN.sub(r"\1 ", tokens(name))
    if _WITHOUT_TAX.search(words):
        return 2
    return 0 if taxes_aside(words) != words or _GROSS.search(words) else 1
