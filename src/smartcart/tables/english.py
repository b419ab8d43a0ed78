"""The English words by which columns are recognised: one row per meaning, each with its reason.

The rows of other languages are in :mod:`smartcart.tables.words`; how names are read is in
:mod:`smartcart.tables.vocabulary`.
"""

from __future__ import annotations

from dataclasses import dataclass

from smartcart.records import ColumnRole, ColumnType

__all__ = ["ANY", "CHANNELS", "DATES", "ENGLISH", "NUMBERS", "TEXTS", "Word"]

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
_SINCE = "join|regist|sign|enrol|first|start|creat|open|activat|subscri|account|member|.*inception"
_BOUGHT = (
    "purchase|order|transaction|txn|trx|booking|stay|sale|invoice|gift|donation|deal|deal close|"
    "appointment|payment|reservation|won|won deal"
)
_USED = "visit|activity|login|session|use|contact"
_USE = f"{_BOUGHT}|{_USED}"
_GOODS = (  # what money was spent on: no channel, no seller
    r"(?P<what>(?!(channel|rep|representative|person|manager|agent|team|office|region|territory|"
    r"area|type|kind|code|status|method|mode|date|day|id|no|num|count|number|currency)\b).+)"
)
_PERSONAL = "identifies a person and says nothing about behaviour"
_WHOSE = (
    "default|billing|bill to|shipping|ship to|delivery|mailing|home|primary|customer|recipient|"
    "work|business|invoice|contact"
)
_WHEN = "(date|at|on|day|time|date time|time ?stamp|month|year month|ym|ymd|yyyymm|yyyymmdd)"
_PLACE = "city|town|country|state|province|region|county"
_PHONE = "(tele|cell|mobile|work|home)? ?phone|mobile|cell|tel|fax|whats ?app|sms number"
_EVENT = (
    "order|purchase|transaction|trans|invoice|basket|cart|payment|sale|booking|bill|receipt|gift|"
    "donation|deal|stay|visit|contribution|pledge|charge"
)
_AMOUNT = "amount|amt|value|total|price|spend|spent|revenue|sum"
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
    unique: bool = False  # whether each value must occur once
    firm: bool = True  # whether text in a column that should hold numbers is an error
    language: str = "en"


ENGLISH: tuple[Word, ...] = (
    # who: never features
    Word(
        r"(customer|client|user|member|shopper|buyer|account|cust|person|card|loyalty card|loyalty|"
        r"loyalty member|subscriber|guest|donor|patient|passenger|household|policy ?holder)? ?"
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
        r".+ (id|uuid|guid)",
        "id",
        "id",
        "an id, each once: identifies the customer",
        ("number", "text"),
        unique=True,
    ),
    Word(
        r"(full |first |last |user )?name|surname|e ?mail( address)?|phone( number)?|mobile number|"
        r"address( line)?( \d)?|street",
        "contact",
        "dropped",
        _PERSONAL,
    ),
    Word(
        rf"((?:{_WHOSE}) )*(address )?({_PLACE})( (code|name))?",
        "demographic",
        "sensitive",
        "where people live describes a segment, it does not form one",
        TEXTS,
    ),
    Word(
        rf"(.+ )?(e ?)?mail( address)?( \d)?|(.+ )?({_PHONE})( ?(number|no|nr|num))?( \d)?|"
        rf"(.+ )?address(es)?( .+)?|((?:{_WHOSE}) )*(zip|post(al)?|pin)( (zip|"
        rf"post(al)?))? ?(code)?|"
        r"(.+ )?street( (name|number|address))?( \d)?|house ?(number|no)|"
        r"(.+ )?(first|last|full|given|family|middle|maiden|nick|display|contact|customer|buyer|"
        r"client|member|billing|shipping|recipient|account|holder|owner|person|organi[sz]ation) ?"
        r"names?( \d)?|organi[sz]ation|(instagram|facebook|twitter|linkedin|tiktok|telegram|skype)"
        r"( (handle|name|id|url))?|(iban|bic|passport|ssn|tax ?id|vat ?(id|number))( (no|number))?",
        "contact",
        "dropped",
        _PERSONAL,
        ("text", "number"),
    ),
    # outcomes: they validate, they never form
    Word(
        r"(accepted|response|responded|respond).*|.*(accepted|response|responded)|"
        r"(count |num )?(success(es)?)|(campaign|cmp) ?\d.*|converted|conversion|"
        r"(?!.*\bnot cancell?ed\b).*\b(churn|churned|exited|attrition|attrited|cancelled|canceled)"
        r"\b.*|(.+ )?(defaulted|default)( (flag|ind|indicator|status|label|target|event|y|yn|next|"
        r"in|within|last|payment( next)?( month)?)\b.*)?|(is )?fraud(ulent)?|target|label|outcome|"
        r"y",
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
    Word(
        r".*\b(expected|forecast|forecasted|projected|estimated future)\b.*",
        "outcome",
        "outcome",
        "a guess at what will be: would leak it",
        NUMBERS,
        firm=False,
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
        r"geography|city|town|zip( code)?|post ?code|postal code|pin ?code|area code|location|"
        r"location code|senior citizen|"
        r"(settlement|city|town|population) size|city pop(ulation)?|weight|height|bmi|"
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
        r"(.+ )?(lat|latitude|lon|lng|long|longitude)",
        "demographic",
        "sensitive",
        "where people are describes a segment, it does not form one",
        ("number",),
        whole=False,
    ),
    Word(
        r".*\b(euribor|libor|cpi|gdp|inflation|unemployment|(cons|consumer) (price|"
        r"conf|confidence)|(emp|employment) var|nr employed|exchange rate|interest rate)\b.*",
        "economy",
        "describes",
        "the state of the economy: the same for all customers of a day",
        ("number",),
        firm=False,
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
        r"week|quarter|qtr|hour|year|season)( of( the)? (week|month|year|contact|last contact))?"
        r"( id)?)|.* (week (number|no)|day of( the)? (month|week|year)|hour of( the)? day)|"
        r"(.* date|enroll?ment|sign ?up|cancell?ation|start|arrival|order) "
        r"(year|month|day|quarter)|agent|company|operator|browser|operating systems?|traffic type",
        "code",
        "describes",
        "a code or a part of a date describes a segment, it does not form one",
        ("number", "text", "boolean"),
    ),
    Word(
        r".+ (id|uuid|guid|hash)",
        "other_id",
        "dropped",
        "identifies something, but not one customer each",
        ("number", "text"),
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
        rf"(.+ )?(first|last|latest|initial|previous|most recent|recent|"
        rf"next) ({_EVENT})s? ({_AMOUNT})"
        r"( .+)?|"
        rf"({_AMOUNT})( (of|on|at))?( the)? (first|last|latest|initial|previous|most recent|"
        rf"recent) "
        rf"({_EVENT})s?",
        "one_order",
        "describes",
        "the amount of one order, not of all of them",
        NUMBERS,
        firm=False,
    ),
    Word(
        r".*\b(loans?|credit limit|limit|claims?|balance|debts?|mortgage|overdraft|savings|"
        r"deposits?|outstanding|arrears)\b.*",
        "measure",
        "forms",
        "a loan, a limit, a claim or a balance, no spend: forms unless you say otherwise",
        ("number",),
        firm=False,
    ),
    Word(
        r".*\b(score|rating|rank|percentile|cashback|refunds?|refunded|returns|avg|average|mean|"
        r"median|min|minimum|max|maximum|largest|biggest|highest|smallest|lowest|aov|ratio|rate|"
        r"percent|percentage|pct|prc)\b.*",
        "measure",
        "forms",
        "a score, an average, a part or a limit: forms as it is, unless you say otherwise",
        NUMBERS,
        firm=False,
    ),
    Word(
        r"(account|membership|customer|contract|relationship) (age|length)( .*)?|"
        r"length( of)? (membership|relationship)|subscription length|"
        rf"(days|weeks|months|years) since( the)? ({_SINCE}).*",
        "tenure",
        "forms",
        "how long the customer has been one",
        NUMBERS,
    ),
    Word(
        r"recency( (days|weeks|months))?|(days?|weeks?|months?|hours?) since( the)? "
        rf"((last|lst|latest|previous|most recent)\b.*|({_USE})s?)|(days|weeks|months) "
        r"(inactive|since)|last (purchase|order|visit) days( ago)?",
        "recency",
        "forms",
        "time since the last purchase",
        NUMBERS,
    ),
    Word(
        r"(dt|date)( of)?( the)? ?(customer|enrol?l?ment|enrol?led|registration|sign ?up|join(ed)?|"
        r"first).*|(customer|member|client) since|(enrol?l?(ed|ment)?|registration|registered|"
        rf"sign ?up|signed up|join(ed)?|first ({_BOUGHT}|visit)|created)( (created|"
        rf"made))?( {_WHEN})?|since",
        "first_date",
        "forms",
        "the day the customer joined: gives the tenure",
        DATES,
    ),
    Word(
        rf"(last|latest|most recent|recent) ({_BOUGHT})( {_WHEN})?|"
        rf"(date|day)( of)?( the)? (last|latest|most recent) ({_BOUGHT})",
        "last_date",
        "forms",
        "the day of the last purchase: gives the recency",
        DATES,
    ),
    Word(
        r"(last|latest|most recent) (activity|login|session|use|contact|log in|logged in|used)"
        rf"( {_WHEN})?",
        "last_date",
        "forms",
        "the day of the last visit or use: gives the recency",
        DATES,
    ),
    Word(
        r"(last|latest|most recent) (visit(ed)?|seen|active|open(ed)?|click(ed)?|engaged|"
        rf"engagement|e ?mail( (open|opened|click))?)( {_WHEN})?",
        "last_seen",
        "forms",
        "the day of the last sign of life, which need not be a purchase",
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
        r"coupons?|vouchers?|offers?)( (purchases?|orders|used|redeemed|count|buys?))?",
        "deals",
        "forms",
        "purchases made with a discount",
        NUMBERS,
    ),
    Word(
        r"(deals?|discounts?|discounted|promos?|promotions?|coupons?|vouchers?|offers?)"
        r"( (purchases?|orders|used|redeemed|count|buys?))?",
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
            rf"(orders?|purchases?|transactions?)( (num|number|count))( total)?( ever)? ({names})",
            f"channel:{channel}",
            "forms",
            f"purchases through the {channel} channel",
            NUMBERS,
        )
        for channel, names in CHANNELS.items()
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
        r"(company |firm |business )?(annual|yearly) (company )?(revenue|turnover)|company size|"
        r"((num|number|no|count)( of)? )?employees",
        "measure",
        "describes",
        "the size of a firm: what it turns over, not what it bought",
        NUMBERS,
        firm=False,
    ),
    Word(
        r"(total|overall|monetary|lifetime|cumulative|all)( (spent|spend|giving|given|donated|"
        r"spending|amount|revenue|"
        r"value|sales|total|monetary))+|(historic(al)?|lifetime|total) (customer )?(lifetime value|"
        r"clv|ltv|revenue)|monetary|revenue|(amount|money) spent|spend(ing)?|turnover|"
        r"ltv|clv|((net|gross|monthly) (revenue|turnover)|(net|gross|monthly|annual|yearly) "
        r"(sales|spend|spending))",
        "spend_total",
        "forms",
        "what the customer spent in all",
        NUMBERS,
    ),
    Word(
        r"(customer |grand |order |invoice |yearly |annual )?(total|amount|lifetime value)|cltv|"
        r"(total|yearly|annual|lifetime) (amount |money )?(spent|spend|spending|charges?|charged|"
        r"billed|bill|paid|payments|amt|trans amt|transaction (amount|amt|value)|"
        r"purchases? (amount|value)|order value)|(purchases?|orders?) (amount|value)|sales|rev|mrr|"
        r"arr|acv|customer (lifetime )?value",
        "spend_total",
        "forms",
        "what the customer spent in all",
        NUMBERS,
        firm=False,
    ),
    Word(
        r"(customer )?(value|revenue|amount) total( ever)? (?P<what3>online|offline|web|store)|"
        rf"(mnt|amt|amount|spend|spent|spending|sales|expenditure)( (on|of|for|in))? {_GOODS}|"
        r"(?!(num|number|count|no|nb)( of)? )"
        r"(?P<what2>.+) (spend|spent|spending|amount|expenditure|revenue|sales|turnover)",
        "spend:",
        "forms",
        "money spent in one category",
        NUMBERS,
    ),
    Word(
        r"(num|number|count|no|nb)( of)? (sales|bookings|appointments|bills|receipts|tickets|stays|"
        r"gifts|donations|reservations|(closed )?won deals)|(total|lifetime) (bookings|"
        r"appointments|"
        r"gifts|donations|stays|reservations)|"
        r"(sales?|bookings?|appointments?|bills?|receipts?) (count|num)|"
        r"(num|number|count|no|nb|total)? ?(of )?(purchases|orders|transactions|invoices)"
        r"( (count|num|total))?|frequency|order count|purchase count|orders count|"
        r"(historic(al)?|lifetime|total|all time|overall)( (num|number|count|no))?( of)? "
        r"(purchases|orders|transactions|invoices)|(orders?|purchases?|transactions?) "
        r"(num|number|count) total( ever)?|"
        r"(closed )?won (opportunities|deals)|(opportunities|deals) won",
        "frequency",
        "forms",
        "how often the customer bought",
        NUMBERS,
        whole=True,
    ),
    Word(
        r"(total |previous |past )?(trans|txns?|trx|transactions?|purchases?|orders?)"
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
