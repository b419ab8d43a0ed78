"""Numbers by which tax offices know people and firms: they tell buyers apart, where they stand."""

from __future__ import annotations

from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["TAX_NUMBER", "is_tax_number"]

TAX_NUMBER = (
    r"cpf|cnpj|cpf (or |ou )?cnpj|cnpj cpf|nif|dni|cuit|cuil|rut|rfc|codice fiscale|nip|ico|ic|"
    r"inn|инн|adoszam|cui|vkn|tckn|vkn tckn|cvr( nr)?|org nr|orgnr|organi[sz]ationsnummer|"
    r"organisasjonsnummer|y tunnus|єдрпоу|еик|oib|αφμ"
)
"""As tokens; of a country each, so that a shop has one of them."""
_TAX_NUMBER = lazy_pattern(
    rf"((numero|nr|no|cod|kod) )?({TAX_NUMBER})( (cliente|do cliente|klienta|client|kupca))?"
)


def is_tax_number(name: str) -> bool:
    """Return whether a column is named as a tax number of a country, written in several ways.

    >>> [is_tax_number(n) for n in ("CPF/CNPJ", "NIP", "ИНН", "CPF do cliente", "Customer ID")]
    [True, True, True, True, False]
    """
    return _TAX_NUMBER.fullmatch(tokens(name)) is not None
