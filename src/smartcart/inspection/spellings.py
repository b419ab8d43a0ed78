"""Names of buyers that are typed by hand: with accents on some lines, and without on others."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from smartcart.inspection.desk import Desk
from smartcart.records import OrderLog
from smartcart.tables.order_lines import text

__all__ = ["with_bare_letters"]

NAMES = 100_000  # different ones that are compared


def with_bare_letters(desk: Desk, log: OrderLog) -> OrderLog:
    """Return the log whose names are one with and without accents, where both are written.

    Only of names: ids and addresses are what they are.
    """
    if not log.folded or log.mail == log.customer or log.given is not None or log.phone_digits:
        return log
    if 2 * desk.figures[log.customer].mails > desk.figures[log.customer].head:
        return log
    sample = desk.sample
    name = text(sample[log.customer]).strip().lower().re_replace(" +", " ")
    named = sample.select(name=name)
    named = named.filter(named["name"].notnull()).distinct()
    accented = named.aggregate(n=named["name"].re_search(r"[^\x00-\x7F]").sum())
    if not int(desk.opened.engine.record(accented)["n"] or 0):
        return log
    rows = desk.opened.engine.records(named.order_by("name").limit(NAMES))
    names = [str(row["name"]) for row in rows]
    spelled: dict[str, list[str]] = {}
    for one in names:
        spelled.setdefault("".join(map(_bare, one)), []).append(one)
    several = [forms for forms in spelled.values() if len(forms) > 1]
    letters = sorted(
        {letter for forms in several for f in forms for letter in f if _accented(letter)}
    )
    if not letters:
        return log
    count = sum(len(forms) - 1 for forms in several)
    desk.checks.append(
        f"{count:,} spellings of {log.customer} differ from others by accents only: they are one"
    )
    return replace(log, bare_letters=tuple((letter, _bare(letter)) for letter in letters))


def _bare(letter: str) -> str:
    """Return a letter without its accents; of other scripts than the Latin one, the letter.

    >>> [_bare(letter) for letter in "éñ%й"]
    ['e', 'n', '%', 'й']
    """
    first = unicodedata.normalize("NFD", letter)[0]
    return first if first.isascii() else letter


def _accented(letter: str) -> bool:
    return _bare(letter) != letter
