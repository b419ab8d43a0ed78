"""The words by which columns are recognised: one row per meaning, each carrying its own reason.

A row matches the *tokens* of a column name (``NumWebPurchases`` -> ``num web purchases``) by a
regular expression over the tokens joined with single blanks. The first row that matches and whose
type fits wins, so the order of rows is part of the rules. The rows of other languages (see
``tables.words``) stand behind the English row of the same meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from smartcart.records import ColumnRole, ColumnType
from smartcart.tables.tokens import tokens
from smartcart.tables.words import ARTICLES, LANGUAGES, WORDS

__all__ = ["CHANNELS", "MEANINGS", "VOCABULARY", "Word", "readings"]

NUMBERS: tuple[ColumnType, ...] = ("number", "boolean")
DATES: tuple[ColumnType, ...] = ("date",)
TEXTS: tuple[ColumnType, ...] = ("text",)
ANY: tuple[ColumnType, ...] = ("number", "text", "date", "boolean")

CHANNELS = {
    "web": "web|online|internet|site|website|ecommerce|e commerce",
    "catalog": "catalog|catalogue|mail order",
    "store": "store|shop|walkin|walk in|instore|in store|offline|retail|pos",
    "app": "app|mobile",
    "phone": "phone|call|tele",
    "marketplace": "marketplace|amazon|ebay",
}

_PURCHASES = "purchases|purchase|pur|buy|buys|bought|orders|transactions|sales"
_WHO = "gender|sex|marital( status)?|education( level)?|country|region|state|city|job|occupation"


@dataclass(frozen=True, slots=True)
class Word:
    """One rule: the names it matches, what they mean, the role that follows, and why."""

    pattern: str
    meaning: str  # a trailing ":" takes the matched group "what" as its second half
    role: ColumnRole
    reason: str
    types: tuple[ColumnType, ...] = ANY
    whole: bool | None = None  # whether the numbers must be whole, or must not be
    few: bool = False  # whether numbers must have few distinct values
    firm: bool = True  # whether text in a column that should hold numbers is an error
    language: str = "en"


_ENGLISH: tuple[Word, ...] = (
    # who: never features
    Word(
        r"(customer|client|user|member|shopper|buyer|account|cust|person|card|loyalty card)? ?"
        r"(id|key|number|no|nr|num|uuid|guid|code|ref)",
        "id",
        "id",
        "identifies the customer",
    ),
    Word(r"customer|client|member|shopper|uuid|guid", "id", "id", "identifies the customer"),
    Word(r"unnamed( \d+)?|index|row( ?(id|number|num|no))?", "index", "dropped", "a row number"),
    Word(
        r"(invoice|order|transaction|receipt|booking|ticket) ?(id|no|nr|num|number|code|ref)",
        "order_id",
        "dropped",
        "identifies an order, not a customer",
    ),
    Word(
        r"(full |first |last |user )?name|surname|e ?mail( address)?|phone( number)?|mobile number|"
        r"address( line)?( \d)?|street",
        "contact",
        "dropped",
        "identifies a person and says nothing about behaviour",
    ),
    # outcomes: they validate, they never form
    Word(
        r"(accepted|response|responded|respond).*|.*(accepted|response|responded)|"
        r"(count |num )?(success(es)?)|(campaign|cmp) ?\d.*|converted|conversion|"
        r".*\b(churn|churned|exited|attrition|attrited|cancelled|canceled|defaulted|default)\b.*|"
        r"target|label|outcome|y",
        "outcome",
        "outcome",
        "an outcome: kept to check the segments, never to form them",
    ),
    Word(
        r".*\b(classifier|predicted|prediction|propensity|proba)\b.*|p ?outcome|previous outcome",
        "outcome",
        "outcome",
        "an outcome, or a model's guess at one: would leak it",
    ),
    # who people are: describes, never forms
    Word(
        r".*\b(birth|born|dob|yob|birthday|birthdate)\b.*",
        "birth",
        "sensitive",
        "age describes a segment, it does not form one",
    ),
    Word(
        r"(customer )?age( years)?",
        "age",
        "sensitive",
        "age describes a segment, it does not form one",
    ),
    Word(
        r"(customer |demographic )?(gender|sex|marital( status)?|civil status|family status|"
        r"education( level)?|religion|race|ethnicity|nationality|language|country|region|state|"
        r"province|"
        r"city|town|zip( code)?|post ?code|postal code|location|location code|senior citizen|"
        r"disability|job|job title|occupation|profession|employment( status| type)?|latitude|"
        r"longitude|lat long|(age|income) (group|range|band|bracket|category|level))|"
        r"(is )?(male|female|single|divorced|widowed|graduate|phd|retired|student)",
        "demographic",
        "sensitive",
        "who people are describes a segment, it does not form one",
    ),
    Word(
        rf"({_WHO}) .+",
        "demographic",
        "sensitive",
        "who people are describes a segment, it does not form one",
        few=True,
    ),
    Word(
        r".*\b(kid|kids|kidhome|teen|teens|teenhome|child|children|dependents?|household|family|"
        r"partner|married)\b.*",
        "household",
        "describes",
        "the household describes a segment, it does not form one",
    ),
    Word(
        r".*\b(complain|complaint|complaints|complained)\b.*",
        "complaint",
        "describes",
        "a rare event: describes",
    ),
    Word(
        r"campaign|pdays|previous|(last |call |contact )?duration",
        "contact_history",
        "describes",
        "contacts that the shop made: what it did, not what the customer did",
        ("number",),
        firm=False,
    ),
    Word(
        r".*\b(category|band|bracket|tier|group|range|segment|cluster|bucket|type|class)\b.*",
        "category",
        "describes",
        "a category describes a segment, it does not form one",
        TEXTS,
    ),
    Word(
        r"(branch|store|shop|plan|tariff|product|warehouse|agent|dealer|depot|policy|card)"
        r"( (id|no|number|nr|code|num|type))|((last |contact |order |signup )?(day|weekday|month|"
        r"week|quarter|hour|year|season)( of( the)? (week|month|year|contact|last contact))?)",
        "code",
        "describes",
        "a code or a part of a date describes a segment, it does not form one",
        ("number", "text", "boolean"),
    ),
    # money and behaviour: these form
    Word(
        r"gross (income|margin|profit).*|.*\b(cogs|profit|margin)\b.*",
        "margin",
        "forms",
        "what the shop earned, or what it paid for the goods",
        NUMBERS,
        firm=False,
    ),
    Word(
        r".*\b(tax|vat|mwst|iva|tva)\b.*",
        "tax",
        "describes",
        "a tax follows from an amount",
        NUMBERS,
        firm=False,
    ),
    Word(
        r".*\b(income|salary|earnings|wage)\b.*",
        "income",
        "forms",
        "income: how much a customer could spend",
        NUMBERS,
    ),
    Word(
        r".*\b(score|rating|rank|percentile|cashback|refunds?|refunded|returns|avg|average|mean|"
        r"median|min|minimum|max|maximum|ratio|rate|percent|percentage|pct|prc)\b.*",
        "measure",
        "forms",
        "a score, an average, a part or a limit: forms as it is, unless you say otherwise",
        NUMBERS,
        firm=False,
    ),
    Word(
        r"(account|membership|customer|contract|relationship) (age|length)( .*)?|"
        r"length( of)? (membership|relationship)|(days|weeks|months|years) since( the)? "
        r"(join|regist|sign|enrol|first|start|.*inception).*",
        "tenure",
        "forms",
        "how long the customer has been one",
        NUMBERS,
    ),
    Word(
        r"recency( days)?|(days?|weeks?|months?) since( the)?( last)?.*|days (inactive|since).*|"
        r"last (purchase|order|visit) days( ago)?",
        "recency",
        "forms",
        "time since the last purchase",
        NUMBERS,
    ),
    Word(
        r"(dt|date)( of)?( the)? ?(customer|enrol?l?ment|enrol?led|registration|sign ?up|join(ed)?|"
        r"first).*|(customer|member|client) since|(enrol?l?(ed|ment)?|registration|registered|"
        r"sign ?up|signed up|join(ed)?|first (order|purchase)|created)( date| at| on)?|since",
        "first_date",
        "forms",
        "the day the customer joined: gives the tenure",
        DATES,
    ),
    Word(
        r"(last|latest) (order|purchase|visit|seen|activity)( date| at| on)?",
        "last_date",
        "forms",
        "the day of the last purchase: gives the recency",
        DATES,
    ),
    Word(
        r"tenure( (days|months|years))?|(days|months|years) (as|since) (a )?"
        r"(customer|enrol?led|joining)|months on books?|seniority",
        "tenure",
        "forms",
        "how long the customer has been one",
        NUMBERS,
    ),
    Word(
        r"(num|number|count|no|nb|qty) ?(of )?(deals?|discounts?|discounted|promos?|promotions?|"
        r"coupons?|vouchers?|offers?)( (purchases?|orders|used|count|buys?))?",
        "deals",
        "forms",
        "purchases made with a discount",
        NUMBERS,
    ),
    Word(
        r"(deals?|discounts?|discounted|promos?|promotions?|coupons?|vouchers?|offers?)"
        r"( (purchases?|orders|used|count|buys?))?",
        "deals",
        "forms",
        "purchases made with a discount",
        ("number",),
        whole=True,
        firm=False,
    ),
    Word(
        r"(num|number|count|no|nb)? ?(of )?((web|site|website|app|online|page|store) )?"
        r"(visits?|sessions?|page views?|logins?)( (month|per month|monthly|week|last month|"
        r"count))?",
        "visits",
        "forms",
        "visits: engagement without a purchase",
        NUMBERS,
    ),
    *(
        Word(
            rf"(num|number|count|no|nb)? ?(of )?({names}) ?({_PURCHASES})( (count|num))?",
            f"channel:{channel}",
            "forms",
            f"purchases through the {channel} channel",
            NUMBERS,
        )
        for channel, names in CHANNELS.items()
    ),
    Word(
        r"(total|overall|monetary|lifetime|cumulative|all)( (spent|spend|spending|amount|revenue|"
        r"value|sales|total|monetary))+|monetary|revenue|(amount|money) spent|spend(ing)?|turnover|"
        r"ltv|clv",
        "spend_total",
        "forms",
        "what the customer spent in all",
        NUMBERS,
    ),
    Word(
        r"(customer |grand |order |invoice |yearly |annual )?(total|amount|lifetime value)|cltv|"
        r"(total|yearly|annual|lifetime) (amount |money )?(spent|spend|spending|charges?|charged|"
        r"billed|bill|paid|payments|amt|trans amt|transaction (amount|amt|value)|"
        r"purchases? (amount|value)|order value)|(purchases?|orders?) (amount|value)|sales",
        "spend_total",
        "forms",
        "what the customer spent in all",
        NUMBERS,
        firm=False,
    ),
    Word(
        r"(mnt|amt|amount|spend|spent|spending|sales|expenditure)( (on|of|for|in))? (?P<what>.+)|"
        r"(?P<what2>.+) (spend|spent|spending|amount|expenditure)",
        "spend:",
        "forms",
        "money spent in one category",
        NUMBERS,
    ),
    Word(
        r"(num|number|count|no|nb|total)? ?(of )?(purchases|orders|transactions|invoices)"
        r"( (count|num))?|frequency|order count|purchase count|orders count",
        "frequency",
        "forms",
        "how often the customer bought",
        NUMBERS,
        whole=True,
    ),
    Word(
        r"(total |previous |past )?(trans|transactions?|purchases?|orders?)"
        r"( (ct|cnt|count|trx|num|made))?",
        "frequency",
        "forms",
        "how often the customer bought",
        ("number",),
        whole=True,
        firm=False,
    ),
    Word(
        r"(total )?(purchases|orders|transactions)",
        "spend_total",
        "forms",
        "purchases with decimals are money: what the customer spent in all",
        ("number",),
        whole=False,
        firm=False,
    ),
    Word(
        r"(?P<what>.+) purchases",
        "spend:",
        "forms",
        "purchases with decimals are money: spent in one category",
        ("number",),
        whole=False,
        firm=False,
    ),
)


def _all_languages() -> Iterator[Word]:
    """Give each English row, and behind the first of a meaning the other languages' rows."""
    cells = {row.meaning: row for row in WORDS}
    for word in _ENGLISH:
        yield word
        if row := cells.pop(word.meaning, None):
            for language in LANGUAGES:
                if pattern := getattr(row, language):
                    yield replace(
                        word, pattern=pattern, language=language, firm=False,
                        types=_foreign_types(word),
                    )  # fmt: skip
    assert not cells, f"no English row for {set(cells)}"


def _foreign_types(word: Word) -> tuple[ColumnType, ...]:
    return ANY if word.meaning in {"code", "outcome"} else word.types


VOCABULARY: tuple[Word, ...] = tuple(_all_languages())

MEANINGS: dict[str, ColumnRole] = {}
"""Every meaning that a column can be given, with the role that it brings."""
for _word in VOCABULARY:
    MEANINGS.setdefault(_word.meaning.partition(":")[0], _word.role)
MEANINGS |= {"flag": "describes", "date": "dropped", "text": "dropped"}

_RULES = tuple((re.compile(word.pattern), word) for word in VOCABULARY)

_UNITS = {
    "usd", "eur", "euro", "euros", "gbp", "chf", "inr", "rs", "brl", "reais", "mxn", "cad", "aud",
    "k", "in",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def readings(name: str) -> tuple[tuple[Word, str], ...]:
    """Return the rows that match a column name, in order, each with its group "what".

    >>> [(word.meaning, what) for word, what in readings("MntWines")]
    [('spend:', 'wines')]
    >>> readings("Anzahl Kaeufe")[0][0].meaning, readings("Fecha de alta")[0][0].meaning
    ('frequency', 'first_date')
    """
    english = tokens(name)
    parts = english.split()
    while len(parts) > 1 and parts[-1] in _UNITS:
        parts.pop()
    bare = " ".join(parts)
    without = " ".join(part for part in parts if part not in ARTICLES)
    spoken = {
        "en": dict.fromkeys((english, bare)),
        "de": dict.fromkeys((without, re.sub("([aou])e", r"\1", without))),
    }
    found = []
    for pattern, word in _RULES:
        for text in spoken.get(word.language, (without,)):
            if match := pattern.fullmatch(text):
                groups = match.groupdict()
                found.append((word, groups.get("what") or groups.get("what2") or ""))
                break
    return tuple(found)
