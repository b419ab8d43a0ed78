"""Names of columns that hold one half of a person's name: the given one, or that of the family."""

from __future__ import annotations

import re
from collections.abc import Iterable

from smartcart.tables.tokens import tokens

__all__ = ["halves_of_a_name", "is_given_name"]

_GIVEN = re.compile(
    r".*\b(first ?name|given ?name|forename|vorname|prenom|primeiro nome|imie|krestni jmeno|"
    r"keresztnev|prenume|fornamn|fornavn|etunimi|имя|імя|voornaam|primer nombre)\b.*|.*(名前|이름)"
)
_FAMILY = re.compile(
    r".*\b(last ?name|surname|family ?name|nachname|familienname|zuname|nom( de famille)?|"
    r"apellidos?|sobrenome|apelido|cognome|nazwisko|prijmeni|vezeteknev|nume( de familie)?|"
    r"efternamn|etternavn|efternavn|sukunimi|фамилия|прізвище|soyad\w*|achternaam)\b.*"
)
_GIVEN_BESIDE = re.compile(r".*\b(nombres?|nome|jmeno|ad|isim)\b.*")  # where a family's name is
_OTHERS = re.compile(
    r".*\b(ship\w*|delivery|recipient|seller|staff|agent|product|item|company|user)\b.*"
)


def is_given_name(name: str) -> bool:
    """Return whether a column of this name holds given names of buyers.

    >>> [is_given_name(n) for n in ("Vorname", "Billing First Name", "Name", "Shipping First Name")]
    [True, True, False, False]
    """
    words = tokens(name)
    return _GIVEN.fullmatch(words) is not None and _OTHERS.fullmatch(words) is None


def halves_of_a_name(names: Iterable[str]) -> tuple[str, str] | None:
    """Return the columns of given names and of families' names, where there are both.

    >>> halves_of_a_name(["Fecha", "Nombre", "Apellidos"]), halves_of_a_name(["Vorname", "Ort"])
    (('Nombre', 'Apellidos'), None)
    """
    told = [(name, tokens(name)) for name in names]
    told = [(name, words) for name, words in told if _OTHERS.fullmatch(words) is None]
    given = [n for n, words in told if _GIVEN.fullmatch(words)]
    given += [n for n, words in told if n not in given and _GIVEN_BESIDE.fullmatch(words)]
    family = [n for n, words in told if _FAMILY.fullmatch(words) and n not in given[:1]]
    return (given[0], family[0]) if given and family else None
