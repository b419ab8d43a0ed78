"""Two people of one name: beside a column of names an address, a login or a phone tells buyers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from smartcart.inspection.buyers import masked, one_for_all, who_come_again
from smartcart.inspection.desk import HALF, Desk, choose_line
from smartcart.records import Notice, OrderLog
from smartcart.tables.buyer_ranks import customer_rank, is_mail
from smartcart.tables.nobody import is_nobody
from smartcart.tables.order_candidates import SEVERAL_VALUES, Candidates
from smartcart.tables.order_lines import full_name, one_form, text
from smartcart.tables.order_names import part_of
from smartcart.tables.order_structure import Structure
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.person_names import given_name_beside, is_given_name
from smartcart.tables.phones import FEWEST_DIGITS, bare_number, is_phone
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

__all__ = ["apart_from_namesakes", "by_whole_names", "filled", "holds_names", "pairs_of"]

SOME = 0.6  # of the lines with money have an e-mail address; the others are told by the name
MOST = 0.9  # of them have a login, a code or a phone
WITH_DIGITS = 0.1  # of the values, at most: names have none
TOLD = 0.01  # of the lines, from which it is told that they have none
KEYS_TRIED = 4
ONE_NAME = 0.5  # of the addresses, at least, stand beside one name: they are its owner's
MUCH = 0.1  # of the names or addresses, from which it is told that they do not go together
OF_ONE_FIRM = 0.8  # of the names with several addresses have these at a domain of their own
FIRMS = 3  # such names, from which they are firms
USUAL = 0.05  # of the numbers have a length, at least: it is one of those without a country
OTHERS = 0.02  # of the phones have other people's names, at most: each is of one person
PREFIX = 3  # digits at the most of a country, or before a town
LONG_NUMBER = 1e6  # a phone as a number
CARD_NUMBER = 1e5  # a card's; of those that pay only the last digits are told
CARD_LENGTH = 6  # the same, as text
_CODED = lazy_pattern(r"\b(user|usuario|utilisateur|nutzer|benutzer|login|nick|pseudo|handle|code)")
_CARD = lazy_pattern(
    r"(?!.*\b(credit|debit|bank|kredit\w*|gift|last|payment|platnicz\w*|geschenk\w*|cadeau)\b)"
    r"(.*\b(nr|no|number|nummer|numer|numero|num|n|cislo|id|code|kod)\b.*)?"
    r"\b(card|cards|karten?|karty|karta|carte|tarjeta|cartao|tessera|kort|kortti|kaart|kartya|"
    r"карт[аы]|картка|kart)\b( (nr|no|number|nummer|numer|numero|num|id|code|kod|szama))?|"
    r"\w*(kartennummer|kartennr|kaartnummer|kortnummer|kortnr|kartyaszam)"
)
_FIRM = lazy_pattern(
    r"((customer|client|buyer|kunden?|billing) )?(company|firm|firma|unternehmen|empresa|azienda|"
    r"societe|entreprise|bedrijf|organi[sz]ation|(ragione|raison|razon|razao) social[e]?)( name)?"
)


def holds_names(column: ColumnSummary) -> bool:
    """Return whether a column of customers holds what people or firms are called, and no codes.

    Most values are several words, or hardly any has a digit and its name speaks of no login.
    """
    if column.type != "text" or customer_rank(column.name) == 0 or not column.head:
        return False
    written = 2 * column.mails <= column.head and 2 * column.phones <= column.head
    if not written or 2 * column.digits > column.head:
        return False
    if column.spaced >= HALF * column.head:
        return True
    plain = column.digits <= WITH_DIGITS * column.head
    return plain and _CODED.search(tokens(column.name)) is None


@dataclass(frozen=True, slots=True)
class _Pairs:
    """How the names of a log go with another column that may tell its buyers apart."""

    names: int
    several_keys: int  # names with several values of the other column
    firms: int  # of them, those whose addresses are at one domain
    domains: int  # different ones of these
    keys: int
    several_names: int  # values of the other column with several names
    other_names: int  # of them, those of which none is the beginning of another

    @property
    def owned(self) -> bool:
        """Whether a value of the other column stands beside one name, by and large."""
        return self.keys - self.several_names >= ONE_NAME * self.keys

    @property
    def of_one_person(self) -> bool:
        """Whether phones tell more people apart than names, which may be cut short beside them."""
        return self.keys >= self.names or self.other_names <= OTHERS * self.keys

    @property
    def of_firms(self) -> bool:
        """Whether the names with several addresses are firms: the addresses are at their domain."""
        alone = OF_ONE_FIRM * self.several_keys
        return self.firms >= max(FIRMS, alone) and self.domains >= alone


def apart_from_namesakes(
    desk: Desk, log: OrderLog, structure: Structure | None, found: Candidates
) -> OrderLog:
    """Return the log by what tells people of one name apart, where it is keyed by names.

    That is a login, an e-mail address or a phone on most lines, which comes again and stands beside
    one name; lines without it are told apart by the name. Several addresses at a domain of their
    own are those of one firm, which is the buyer.
    """
    if log.fill == "group":
        return log
    if is_phone(log.customer):
        log = replace(log, phone_digits=_digits_of(desk, log.customer))
    if "customer" in desk.said and log.layout is None:
        return log
    if not holds_names(desk.figures[log.customer]):
        return _of_firms(desk, log, structure, found)
    for name, phone in _keys(desk, log, structure, found):
        digits = _digits_of(desk, name) if phone else 0
        pairs = pairs_of(desk, log.customer, name, digits)
        if not pairs.owned or who_come_again(desk, replace(log, customer=name), [log.customer]):
            continue
        if phone and not (pairs.several_keys and pairs.of_one_person):
            if pairs.several_names >= MUCH * pairs.keys:
                desk.notices += _told(name, pairs, by=log.customer, of=log.customer)
            continue
        if pairs.of_firms:
            desk.notices += _told(name, pairs, by=log.customer, of=log.customer)
            return log
        desk.notices += _told(name, pairs, by=name, of=log.customer)
        desk.checks.append(f"{log.customer} holds names: {name} tells people of one name apart")
        return replace(_by(desk, log, name), phone_digits=digits)
    return _with_given_name(desk, log)


def _with_given_name(desk: Desk, log: OrderLog) -> OrderLog:
    """Return the log whose buyers are named by one word, and by the given names beside it.

    All people of a family's name would be one buyer.
    """
    column = desk.figures[log.customer]
    if column.spaced >= HALF * column.head or is_given_name(log.customer):
        return log
    name = given_name_beside(desk.figures, log.customer)
    if name is None or name in desk.dropped:
        return log
    other = desk.figures[name]
    if other.type != "text" or other.distinct < 2 or 2 * other.present <= other.rows:
        return log
    return by_whole_names(desk, replace(log, given=other.name))


def by_whole_names(desk: Desk, log: OrderLog) -> OrderLog:
    """Return the log of buyers who are told apart by given names and those of families.

    The lines that are looked at have the whole name in place of the family's.
    """
    assert log.given is not None
    sample = desk.sample
    whole = full_name(text(sample[log.given]), text(sample[log.customer]))
    desk.sample = sample.mutate(**{log.customer: whole})
    if "given_name" in desk.said:
        return log
    desk.notices.append(
        Notice(
            "whole_names",
            f"Buyers are told apart by {log.given} and {log.customer} together: two people of one "
            "name count as one. A customer id or an e-mail address would tell them apart.",
        )
    )
    return log


def _by(desk: Desk, log: OrderLog, name: str) -> OrderLog:
    """Return the log by a column of addresses; by the name where one is blank or many people's."""
    blank = desk.lines - desk.known.get(name, desk.lines)
    if log.fill == "none" and blank >= TOLD * desk.lines > 0:
        desk.notices.append(
            Notice(
                "customer_by_another",
                f"{name} is blank on {blank:,} of {desk.lines:,} lines looked at: their buyers are "
                f"told apart by {log.customer}, where it names somebody.",
                blank,
            )
        )
    return replace(log, customer=name, mail=log.customer, unnamed_by_mail=True, joined=True)


def _of_firms(
    desk: Desk, log: OrderLog, structure: Structure | None, found: Candidates
) -> OrderLog:
    """Return the log by the name of firms of which several people order.

    Where a column of names does not go with what tells buyers apart, this is told.
    """
    firms = [c for c in desk.figures.values() if _FIRM.fullmatch(tokens(c.name))]
    for column in dict.fromkeys([*found.customers, *found.names, *firms]):
        name = column.name
        if name in {*log.parts, *desk.dropped} or not holds_names(column):
            continue
        if not _steady(structure, name) or filled(desk, structure, column) < MOST:
            continue
        pairs = pairs_of(desk, name, log.customer)
        mails = 2 * desk.figures[log.customer].mails > desk.figures[log.customer].head
        if mails and pairs.of_firms and log.layout is None:
            desk.notices += _told(log.customer, pairs, by=name, of=name)
            return replace(log, customer=name)
        desk.notices += _told(log.customer, pairs, by=log.customer, of=name, mails=mails)
        return log
    return log


def _keys(
    desk: Desk, log: OrderLog, structure: Structure | None, found: Candidates
) -> list[tuple[str, bool]]:
    """Return the columns that may tell namesakes apart, and whether they hold phones.

    A phone on most lines comes before an address that many lack.
    """
    other = [c for c in desk.figures.values() if _is_code(c)]
    phones = [c for c in desk.figures.values() if _is_phone(c)]
    keys: list[tuple[bool, str, bool]] = []
    for column in dict.fromkeys([*other, *found.mails, *phones]):
        name = column.name
        if name in {*log.parts, *desk.dropped} or column.distinct < SEVERAL_VALUES:
            continue
        if not _steady(structure, name):
            continue
        share = filled(desk, structure, column)
        mail = column in found.mails
        few = share < (SOME if mail else MOST)
        if few and (mail or _of_somebody(desk, log, name) < MOST):
            continue
        hidden = masked(desk.opened, desk.sample, name)
        if not hidden and not one_for_all(desk.opened, desk.sample, name):
            keys.append((mail and share < MOST, name, column in phones))
        if len(keys) == KEYS_TRIED:
            break
    return [(name, phone) for _, name, phone in sorted(keys, key=lambda key: key[0])]


def _of_somebody(desk: Desk, log: OrderLog, name: str) -> float:
    """Return on which share of the lines whose customer is somebody by word a column is filled."""
    who = desk.sample[log.customer]
    somebody = who.notnull() & ~is_nobody(who, ()).fill_null(False)
    told = {"lines": somebody.sum(), "known": desk.sample[name].count(where=somebody)}
    row = desk.opened.engine.record(desk.sample.aggregate(**told))
    return int(row["known"] or 0) / max(1, int(row["lines"] or 0))


def _steady(structure: Structure | None, name: str) -> bool:
    return structure is None or structure.cell(name).steady


def filled(desk: Desk, structure: Structure | None, column: ColumnSummary) -> float:
    """Return on which share of the lines with money a column is filled."""
    if column.name in desk.known:
        return desk.filled(column.name, structure)
    return column.present / max(1, column.rows)


def _is_code(column: ColumnSummary) -> bool:
    """Return whether a column is named as one of customers, and holds ids or logins."""
    part = part_of(column, {})
    if _is_card(column):
        return True
    if part is None or part.name != "customer" or is_mail(column.name) or holds_names(column):
        return False
    if column.type == "number":
        return column.whole
    coded = column.digits > (1 - WITH_DIGITS) * column.head
    return coded or _CODED.search(tokens(column.name)) is not None


def _is_card(column: ColumnSummary) -> bool:
    """Return whether a column holds whole numbers of cards, as customers have of a shop."""
    if _CARD.fullmatch(tokens(column.name)) is None:
        return False
    if column.type == "number":
        return column.whole and (column.low or 0) >= CARD_NUMBER
    long = column.longest >= CARD_LENGTH
    return column.type == "text" and long and column.digits > (1 - WITH_DIGITS) * column.head


def _is_phone(column: ColumnSummary) -> bool:
    if not is_phone(column.name):
        return False
    if column.type == "text":
        return column.head > 0 and column.digits > (1 - WITH_DIGITS) * column.head
    return column.type == "number" and column.whole and (column.high or 0) >= LONG_NUMBER


def pairs_of(desk: Desk, names: str, key: str, digits: int = 0) -> _Pairs:
    """Count how often a name has several values of ``key``, and the reverse.

    Of phones the last ``digits`` are compared, where these are told.
    """
    sample = desk.sample
    value = one_form(text(sample[key]).strip().lower(), key)
    lines = sample.select(
        name=sample[names].strip().lower().re_replace(" +", " "),
        key=bare_number(value, digits) if digits else value,
        domain=value.re_extract("@(.+)$", 1),
    )
    lines = lines.filter(lines["name"].notnull() & lines["key"].notnull())
    both = lines.group_by(["name", "key", "domain"]).aggregate(n=lines.count())
    of_name = both.group_by("name").aggregate(
        keys=both["key"].nunique(), domains=both["domain"].nunique(), at=both["domain"].max()
    )
    of_key = both.group_by("key").aggregate(
        names=both["name"].nunique(), first=both["name"].min(), last=both["name"].max()
    )
    firm = (of_name["keys"] > 1) & (of_name["domains"] == 1) & (of_name["at"].length() > 0)
    told = of_name.aggregate(
        names=of_name.count(),
        several_keys=(of_name["keys"] > 1).sum(),
        firms=firm.sum(),
        domains=of_name["at"].nunique(where=firm),
    )
    several = of_key["names"] > 1
    back = of_key.aggregate(
        keys=of_key.count(),
        several_names=several.sum(),
        other_names=(several & ~of_key["last"].startswith(of_key["first"])).sum(),
    )
    record = desk.opened.engine.record
    return _Pairs(**{n: int(v or 0) for n, v in {**record(told), **record(back)}.items()})


def _digits_of(desk: Desk, name: str) -> int:
    """Return how many digits a phone has without its country; 0 where all are written alike.

    That is the shortest length that is usual, or less where many are alike but for the digits
    before: ``8 906 ...`` is ``+7 906 ...``, and hardly two people share so many of the last.
    """
    sample = desk.sample
    if not sample[name].type().is_string():
        return 0
    written = sample.select(value=sample[name].strip())
    written = written.filter(written["value"].notnull()).distinct()
    number = bare_number(written["value"])
    lengths = number.length().name("digits")
    rows = desk.opened.engine.records(written.group_by(lengths).aggregate(n=written.count()))
    written_forms = sum(int(row["n"]) for row in rows)
    usual = [int(row["digits"]) for row in rows if int(row["n"]) >= USUAL * written_forms]
    digits = max(FEWEST_DIGITS, min(usual, default=FEWEST_DIGITS))
    tried = range(digits, max(FEWEST_DIGITS, digits - PREFIX) - 1, -1)
    told = {f"n{d}": bare_number(written["value"], d).nunique() for d in tried}
    numbers = desk.opened.engine.record(written.aggregate(**told))
    different = {d: int(numbers[f"n{d}"] or 0) for d in tried}
    for fewer in tried[1:]:
        if different[fewer] <= (1 - USUAL) * different[digits]:
            digits = fewer
    return digits if different[digits] < written_forms else 0


def _told(key: str, pairs: _Pairs, *, by: str, of: str, mails: bool = True) -> list[Notice]:
    """Return a notice where names (column ``of``) and ``key`` hardly go together, or firms do.

    ``by`` is the one of both that tells buyers apart.
    """
    much = pairs.several_names / max(1, pairs.keys)
    if mails:  # an id is of one person, whoever else is called so
        much = max(much, pairs.several_keys / max(1, pairs.names))
    if by == key and much < MUCH:
        return []
    found = []
    if pairs.several_keys:
        found.append(f"{pairs.several_keys:,} of {pairs.names:,} names have several {key}")
    if pairs.several_names:
        found.append(f"{pairs.several_names:,} of {pairs.keys:,} {key} have several names")
    other = key if by == of else of
    return [
        Notice(
            "names and addresses",
            f"{by} tells buyers apart, though {other} stands beside it: {' and '.join(found)} "
            f"(in the lines looked at). {choose_line(other, 'customer')} reads by {other}.",
            pairs.several_keys + pairs.several_names,
        )
    ]
