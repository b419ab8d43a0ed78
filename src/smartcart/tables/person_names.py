"""Names of columns that hold one half of a person's name: the given one, or that of the family."""

from __future__ import annotations

from collections.abc import Iterable

from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["given_name_beside", "halves_of_a_name", "is_given_name"]

_GIVEN = lazy_pattern(
    r".*\b(first ?name|given ?name|forename|vorname|prenom|primeiro nome|imie|krestni jmeno|"
    r"keresztnev|prenume|fornamn|fornavn|etunimi|имя|імя|voornaam|primer nombre)\b.*|.*(名前|이름)"
)
_FAMILY = lazy_pattern(
    r".*\b(last ?name|surname|family ?name|nachname|familienname|zuname|nom( de famille)?|"
    r"apellidos?|sobrenome|apelido|cognome|nazwisko|prijmeni|vezeteknev|nume( de familie)?|"
    r"efternamn|etternavn|efternavn|sukunimi|фамилия|прізвище|soyad\w*|achternaam)\b.*"
)
_GIVEN_BESIDE = lazy_pattern(r".*\b(nombres?|nome|jmeno|ad|isim)\b.*")  # where a family's name is
_SENT_TO = lazy_pattern(
    r".*\b(ship\w*|delivery|recipient|receiver|liefer\w*|versand\w*|empfanger\w*|livraison|"
    r"destinataire|envio|entrega|destinatari[oa]|spedizione|bezorg\w*|verzend\w*|wysylki|dostawy|"
    r"odbiorc[ay]|dorucovaci|leverans\w*|levering\w*|доставк\w*)\b.*"
)
_OTHERS = lazy_pattern(r".*\b(seller|staff|agent|product|item|company|user)\b.*")


def is_given_name(name: str) -> bool:
    """Return whether a column of this name holds given names of buyers.

    >>> [is_given_name(n) for n in ("Vorname", "Billing First Name", "Name", "Shipping First Name")]
    [True, True, False, False]
    """
    return _GIVEN.fullmatch(tokens(name)) is not None and _whose(name) == 0


def halves_of_a_name(names: Iterable[str]) -> tuple[str, str] | None:
    """Return the columns of given names and of families' names, where there are both.

    Those of buyers before those of whom a parcel went to.

    >>> halves_of_a_name(["Fecha", "Nombre", "Apellidos"]), halves_of_a_name(["Vorname", "Ort"])
    (('Nombre', 'Apellidos'), None)
    >>> halves_of_a_name(["Ship First Name", "Ship Last Name", "First Name", "Last Name"])
    ('First Name', 'Last Name')
    >>> halves_of_a_name(["Ship First Name", "Ship Last Name", "Product"])
    ('Ship First Name', 'Ship Last Name')
    """
    told = list(names)
    families = [n for n in told if _FAMILY.fullmatch(tokens(n)) and _whose(n) is not None]
    for family in sorted(families, key=_whose):  # type: ignore[arg-type]
        given = given_name_beside(told, family)
        if given is not None:
            return given, family
    return None


def given_name_beside(names: Iterable[str], family: str) -> str | None:
    """Return the column of given names of those whose families' names stand in ``family``.

    >>> given_name_beside(["Vorname", "Kunde"], "Kunde")
    'Vorname'
    >>> given_name_beside(["Ship First Name", "Last Name"], "Last Name") is None
    True
    """
    told = [(n, tokens(n)) for n in names if n != family and _whose(n) == _whose(family)]
    given = [n for n, words in told if _GIVEN.fullmatch(words)]
    if _FAMILY.fullmatch(tokens(family)):
        given += [n for n, words in told if n not in given and _GIVEN_BESIDE.fullmatch(words)]
    return given[0] if given else None


def _whose(name: str) -> int | None:
    """Return 0 for a name of the buyer, 1 of whom a parcel goes to, ``None`` of somebody else."""
    words = tokens(name)
    if _SENT_TO.fullmatch(words):
        return 1
    return None if _OTHERS.fullmatch(words) else 0
