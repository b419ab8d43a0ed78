"""How surely a column's name tells buyers apart: 0 is best.

Words only propose: whether a column can play its part is decided by its values (see
:mod:`smartcart.tables.order_structure`).
"""

from __future__ import annotations

import re

from smartcart.tables.languages import names_of
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = [
    "customer_rank",
    "is_buyer",
    "is_mail",
    "of_the_buyer",
]

_MAIL = lazy_pattern(
    r".*\b(e ?mails?|e mail address|mail|correo|courriel|e posta|email address|"
    r"e ?mail ?adress?(en)?|"
    r"электронная почта|почта|имейл)\b.*|.*(メールアドレス|メール|邮箱|電子郵件|电子邮件|이메일).*"
)
_OTHERS_MAIL = lazy_pattern(
    r".*\b(to|attendee|participant|ship|shipping|recipient|receiver|seller|merchant|vendor|staff|"
    r"employee|marketing|"
    r"consent|status|accepts?|opt|verified|subscribed|agent|support|supplier|domain|count)\b.*"
)
_OF_BUYER = lazy_pattern(
    r"\b(buyer|purchaser|payer|customer|acheteur|comprador|kaufers?|besteller|kunden?|clients?|"
    r"cliente|acquirente|koper|klant|billing|bill)\b"
)
_PEOPLE = (
    r"(customer|client|user|member|shopper|buyer|purchaser|account|household|person|patron|payer|"
    r"kunden?|kaufer|kauf|mitglied|cliente|comprador|client|acheteur|klant|usuario|utilisateur|"
    r"nutzer|benutzer|subscriber|guest|donor|patient|passenger|visitor|consumer|contact|"
    r"card ?holder|loyalty|billing|bill to|sold to( pt| party)?|klient|musteri|acquirente|koper|"
    r"retailer|stockist|dealer|debit(eur|or)(en)?)"
)
_NAME = r"(name|nome|nombre|nom|naam|nimi|navn|company)"
_NOT_THE_BUYER = lazy_pattern(
    r".*\b(attendee|participant|ship|shipping|delivery|recipient|receiver|seller|merchant|vendor|"
    r"first|last|middle|"
    r"given|"
    r"family|group|segment|type|tier|level|status|note|notes|country|city|phone|tax|device|staff|"
    r"employee|gateway|bank|since|count|address line|street|zip|postcode|agent)\b.*"
)
_BY_NAME = lazy_pattern(
    rf".*\b{_PEOPLE}\b.*\b(full )?(name|nome|nombre|nom|naam|firma)\b.*|(name|nome|nombre|nom|"
    rf"naam) "
    rf".*\b{_PEOPLE}\b.*|.*\b(names?|company|firma)\b"
)
_BUYERS_NAME = lazy_pattern(
    rf"({_PEOPLE} )+(full )?{_NAME}|{_NAME}( of| de| du| des| del)? {_PEOPLE}"
)
_BY_CODE = lazy_pattern(
    rf"(customers|clients|users|members) (id|key|code|number)|"
    rf"((unique|{_PEOPLE}) )*{_PEOPLE}( unique| pseudo| reference| account)* ?"
    r"(reference|id|no|nr|nbr|number|num|nummer|key|code|hash|uuid|ref|numero|codigo|codice)"
    rf"|(id|no|nr|numero|num|nro|n|code|cod|codigo|codice|identifiant|identificador) {_PEOPLE}"
    rf"|{_PEOPLE}(nummer|nr|id)"
)
_CODE_ELSEWHERE = lazy_pattern(r"(id|아이디|번호|코드|番号|コード|编号|编码|帐号|账号|號碼|編號)$")
_NAME_ELSEWHERE = lazy_pattern(
    r"(자명|이름|성명|고객명|회원명|氏名|名前|様名|者名|姓名|名称|客户名|имя|фио)$"
)
_LOGIN = lazy_pattern(
    rf"({_PEOPLE} )?(user ?names?|login|nick ?name|handle|user id|screen name)|{_PEOPLE}|"
    rf"(pseudo|identifiant|nom utilisateur|nombre( de)? usuario|nome( de)? usuario|nome utente|"
    rf"nutzername|benutzername|mitgliedsname)( (de|del|do|da|des|der|dell?) ?(l )?)?( )?{_PEOPLE}s?"
)

# which of a buyer's names it is; who is internal to a shop may work there
_OF_WHICH = lazy_pattern(
    r"((effective|primary|main|principal|unique|external|original|master|global|hashed|encrypted|"
    r"anonym(ous|i[sz]ed)|pseudonym(ous|i[sz]ed)|masked|shop|webshop|web|our|crm|erp|pos|dwh|"
    rf"internal(?= (customer|client|buyer|shopper)\b)) )+(?={_PEOPLE}\b)"
)

_PHONE_ELSEWHERE = lazy_pattern("電話|携帯|电话|手机|手機|전화|휴대|연락처")


def is_mail(name: str) -> bool:
    """Return whether a name is of the buyer's e-mail address.

    >>> [is_mail(n) for n in ("Email (Billing)", "From Email Address", "To Email Address")]
    [True, True, False]
    """
    words = tokens(name)
    if words in names_of("buyer_mail"):
        return True
    return _MAIL.fullmatch(words) is not None and _OTHERS_MAIL.fullmatch(words) is None


def of_the_buyer(name: str) -> bool:
    """Return whether a name says that what it names is the buyer's.

    >>> of_the_buyer("E-mail de l'acheteur"), of_the_buyer("E-mail")
    (True, False)
    """
    return _OF_BUYER.search(tokens(name)) is not None


def customer_rank(name: str) -> int:
    """Return how surely a name tells customers apart: id 0, login 1, e-mail 2, else 3, name 4.

    A word that only asks who it was (``Wer``) comes last: 5.

    >>> [customer_rank(n) for n in ("Customer ID", "Buyer Username", "Email", "Customer Name")]
    [0, 1, 2, 4]
    >>> customer_rank("구매자ID"), customer_rank("구매자명"), customer_rank("客户姓名")
    (0, 4, 4)
    >>> customer_rank("注文者番号"), customer_rank("注文者電話番号")
    (0, 3)
    >>> customer_rank("Effective user ID"), customer_rank("Hashed Customer Name")
    (0, 4)
    """
    words = _which_aside(tokens(name))
    if is_mail(name):
        return 2
    if words in names_of("who"):
        return 5
    if words in names_of("buyer_name"):
        return 4
    if re.search(r"\bunique\b|\buuid\b|\bhash\b", words) or _BY_CODE.fullmatch(words):
        return 0
    if _LOGIN.fullmatch(words):
        return 1
    if _PHONE_ELSEWHERE.search(name):
        return 3  # a number, but no id
    if not words.isascii() and _CODE_ELSEWHERE.search(words):
        return 0
    if not words.isascii() and _NAME_ELSEWHERE.search(words):
        return 4
    return 4 if _BY_NAME.fullmatch(words) else 3


def _which_aside(words: str) -> str:
    before = _OF_WHICH.match(words)
    return words[before.end() :] if before else words


def is_buyer(name: str) -> bool:
    """Return whether a name says that the column tells buyers apart.

    >>> [is_buyer(n) for n in ("Buyer Username", "Email (Billing)", "Bill-to Name", "Product Name")]
    [True, True, True, False]
    >>> [is_buyer(n) for n in ("Billing First Name", "Ship To Name", "Customer Group")]
    [False, False, False]
    >>> [is_buyer(n) for n in ("Effective user ID", "CRM Client No", "Shop ID", "Internal User ID")]
    [True, True, False, False]
    """
    words = _which_aside(tokens(name))
    if _NOT_THE_BUYER.fullmatch(words):
        return False
    if is_mail(name) or _BY_CODE.fullmatch(words) or _LOGIN.fullmatch(words):
        return True
    return _BUYERS_NAME.fullmatch(words) is not None
