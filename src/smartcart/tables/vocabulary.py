"""The words by which columns are recognised: one row per meaning, each carrying its own reason.

A row matches the *tokens* of a column name (``NumWebPurchases`` -> ``num web purchases``) by a
regular expression over the tokens joined with single blanks. The first row that matches and whose
type fits wins, so the order of rows is part of the rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from smartcart.records import ColumnRole, ColumnType

__all__ = ["CHANNELS", "VOCABULARY", "Word", "label_of", "tokens"]

NUMBERS: tuple[ColumnType, ...] = ("number", "boolean")
DATES: tuple[ColumnType, ...] = ("date",)
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


@dataclass(frozen=True, slots=True)
class Word:
    """One rule: the names it matches, what they mean, the role that follows, and why."""

    pattern: str
    meaning: str  # a trailing ":" takes the matched group "what" as its second half
    role: ColumnRole
    reason: str
    types: tuple[ColumnType, ...] = ANY


VOCABULARY: tuple[Word, ...] = (
    # who: never features
    Word(
        r"(customer|client|user|member|shopper|buyer|account|cust|person|card)? ?"
        r"(id|key|number|no|nr|num|uuid|guid|code|ref)",
        "id",
        "id",
        "identifies the customer",
    ),
    Word(r"customer|client|member|shopper|uuid|guid", "id", "id", "identifies the customer"),
    Word(r"unnamed( \d+)?|index|row( ?(id|number|num|no))?", "index", "dropped", "a row number"),
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
        r"city|town|zip( code)?|post ?code|postal code|location|senior citizen|disability)",
        "demographic",
        "sensitive",
        "who people are describes a segment, it does not form one",
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
    # money and behaviour: these form
    Word(
        r".*\b(income|salary|earnings|wage)\b.*",
        "income",
        "forms",
        "income: how much a customer could spend",
        NUMBERS,
    ),
    Word(
        r"recency( days)?|(days|weeks|months) since( the)?( last)?.*|days (inactive|since).*|"
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
        r"(customer|enrol?led|joining)|months on book|seniority",
        "tenure",
        "forms",
        "how long the customer has been one",
        NUMBERS,
    ),
    Word(
        r"(num|number|count|no|nb|qty)? ?(of )?(deals?|discounts?|discounted|promos?|promotions?|"
        r"coupons?|vouchers?|offers?)( (purchases?|orders|used|count|buys?))?",
        "deals",
        "forms",
        "purchases made with a discount",
        NUMBERS,
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
    ),
)

_SPLIT = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^0-9a-zA-Z]+|(?<=[a-z])(?=\d)"
)


def tokens(name: str) -> str:
    """Split a column name into lower-case words joined by single blanks.

    >>> tokens("NumWebVisitsMonth"), tokens("Year_Birth"), tokens("AcceptedCmp3")
    ('num web visits month', 'year birth', 'accepted cmp 3')
    """
    return " ".join(part for part in _SPLIT.split(name) if part).lower()


_DROPPED_WORDS = {
    "mnt",
    "amt",
    "num",
    "dt",
    "nb",
    "no",
    "z",
    "amount",
    "number",
    "of",
    "products",
    "prods",
}
_SHORT = {"prods": "products", "pur": "purchases", "walkin": "store", "kidhome": "young children",
          "teenhome": "teenagers", "cmp": "campaign"}  # fmt: skip


def label_of(name: str, meaning: str) -> str:
    """Words for people in place of a column name.

    >>> label_of("MntMeatProducts", "spend:meat"), label_of("NumWebPurchases", "channel:web")
    ('Meat spend', 'Web purchases')
    >>> label_of("Income", "income"), label_of("NumWebVisitsMonth", "visits")
    ('Income', 'Web visits per month')
    """
    kind, _, what = meaning.partition(":")
    if kind == "spend" and what:
        return f"{what} spend".capitalize()
    if kind == "channel":
        return f"{what} purchases".capitalize()
    if kind == "deals":
        return "Deal purchases"
    words = [_SHORT.get(word, word) for word in tokens(name).split()]
    kept = [word for word in words if word not in _DROPPED_WORDS] or words
    if kind == "visits" and kept[-1] in {"month", "week", "year"}:
        kept.insert(-1, "per")
    return " ".join(kept).capitalize() or name
