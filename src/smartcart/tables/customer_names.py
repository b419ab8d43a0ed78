"""What names in a table of customers say: money spent, the number of a house, a limit, a period.

Words only: whether a column can be that is decided by its values.
"""

from __future__ import annotations

import re

from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = [
    "counts_orders",
    "counts_pieces",
    "is_limit",
    "is_place",
    "numbers_something",
    "of_a_period",
    "was_spent",
]

_SPENT = lazy_pattern(
    r"invoiced|billed|spent|facturad[oa]|gastad[oa]|comprad[oa]|consumid[oa]|gasto|faturad[oa]|"
    r"facturee?|depensee?|consommee?|fatturat[oa]|spes[oa]|acquistato|consumat[oa]|fakturiert|"
    r"ausgegeben|gefactureerd|besteed|uitgegeven|zafakturowan[oae]|wydan[oae]|fakturerat|"
    r"spenderat|faktureret|fakturert|forbrug|brukt|kulutettu|laskutettu|kulutus|koltes|elkoltott|"
    r"szamlazott|cheltuit[ai]?|facturat[ai]?|potroseno|fakturirano|zaracunano|porabljeno|"
    r"harcanan|harcama(s[iı])?|faturalanan|израсходовано|потрачено|похарчено|фактурирано|"
    r"витрачено|utraceno|utratene|fakturovano|fakturovane|isleista|iztereta|kulutatud|arveldatud|"
    r"δαπανηθεν|τιμολογηθεν|dibelanjakan|ditagih"
)
_IN_ALL = lazy_pattern(
    r"total(e|es|t|en)?|totaal|gesamt|insgesamt|bisher|lifetime|all|time|ever|so|far|to|date|"
    r"customer|client|kunden?|cliente|klant|amount|value|sum|betrag|summe|importe|monto|montant|"
    r"valor|importo|bedrag|belopp|belob|wartosc|kwota|suma|lacznie|razem|всего|сумма|общая|общо|"
    r"всього|сума|toplam|tutar|samlet|yhteensa|osszes|osszesen|osszeg|celkem|celkom|castka|"
    r"ukupno|iznos|skupaj|viso|is|kopa|kokku|συνολο|συνολικα|ποσο|jumlah|net|gross|netto|brutto|"
    r"cumul\w*|acumulad[oa]|kumuliert|money|i|alt"
)
_LIMIT = lazy_pattern(
    r"\b(credit (limit|line)|limit|outstanding|balance|kredit\w*|saldo|solde|plafond|encours|"
    r"kontostand|offene (posten|rechnungen|forderung(en)?)|limite( \w+)?|fido|openstaand\w*|"
    r"naleznosc\w*|zadluzenie|kreditgrans|kredittgrense|luottoraja|hitelkeret|egyenleg|sold|"
    r"limita|dluh|zustatek|bakiye|borc\w*|баланс|задолженность|борг|лимит|ліміт|долг|задължение|"
    r"dugovanje|stanje|receivables?|arrears)\b|与信|残高|売掛|신용한도|미수금|잔액|信用额度|余额|欠款|应收"
)
_ORDERS = lazy_pattern(
    r"\b(orders?|invoices?|bestell\w*|auftr\w*|rechnung\w*|pedidos?|facturas?|ordenes|commandes?|"
    r"factures?|encomendas?|faturas?|ordini|fatture|bestellingen|facturen|zamowien\w*|faktur\w*|"
    r"заказ\w*|siparis\w*|objednav\w*|ordrar|ordrer|bookings?|sales|deals)\b|주문|注文|订单|訂單"
)
_NUMBER = lazy_pattern(
    r"(num|number|no|nr|n|nro|numero|nummer|numer|numar|cislo|szam|stevilka|broj|hao|номер|"
    r"番号|번호|号|番地)( (n|no|nr|num))?|number no"
)
_PLACE = lazy_pattern(
    r"\b(street|road|strasse|str|straat|rue|rua|calle|via|ulica|utca|strada|gata|gatuadress|vej|"
    r"gade|katu|osoite|cadde|sokak|улица|вулиця|address|address line|adresse|anschrift|direccion|"
    r"domicilio|endereco|morada|logradouro|indirizzo|adres|adresa|adress|cim|адрес|адреса|"
    r"zip|zip code|post ?code|postal code|plz|postleitzahl|cep|cap|codigo postal|code postal|"
    r"kod pocztowy|postcode|psc|iranyitoszam|postnummer|postnr|индекс|posta kodu|cod postal)\b|"
    r"住所|郵便|주소|우편|地址|邮编"
)
_PIECES = lazy_pattern(
    r"\b(items?|pieces?|pcs|units?|products?|articles?|qty|quantity|nights?|days?|weeks?|months?|"
    r"years?|hours?|minut[a-z]*|miles|points?|stuck\w*|artikel|produkte?|nachte|tage|wochen|monate|jahre|punkte|"
    r"articulos|productos|unidades|piezas|noches|dias|semanas|meses|anos|puntos|produits|unites|"
    r"nuits|jours|semaines|mois|ans|produtos|itens|pecas|noites|pontos|articoli|prodotti|pezzi|"
    r"notti|giorni|settimane|mesi|anni|punti|tenure|age|alter|edad|idade|eta)\b"
)
_PERIOD = lazy_pattern(
    r"\d|\b(ytd|mtd|qtd|ltm|ttm|last|past|trailing|year to date|this (year|month|quarter)|"
    r"laufendes jahr|dieses jahr|ano actual|ano atual|annee en cours|anno corrente|dit jaar)\b"
)


def was_spent(name: str) -> bool:
    """Return whether a name says that an amount was spent, or invoiced, by the customer in all.

    >>> [was_spent(n) for n in ("Total Invoiced", "Facturado", "Total Consumido", "Wydano łącznie")]
    [True, True, True, True]
    >>> [was_spent(n) for n in ("Invoiced on", "Total", "Last invoiced", "Spent on wine")]
    [False, False, False, False]
    """
    words = tokens(name).split()
    rest = [w for w in words if not _SPENT.fullmatch(w)]
    return len(rest) < len(words) and all(map(_IN_ALL.fullmatch, rest))


def is_limit(name: str) -> bool:
    """Return whether a name is of a limit of credit or of a balance: no spend.

    >>> is_limit("Credit Limit"), is_limit("Offene Posten"), is_limit("Total Invoiced")
    (True, True, False)
    """
    return _LIMIT.search(tokens(name)) is not None


def counts_orders(name: str) -> bool:
    """Return whether a name counts orders or invoices, as shops do, not transactions of a card.

    >>> counts_orders("Number of Orders"), counts_orders("PURCHASES_TRX")
    (True, False)
    """
    return _ORDERS.search(tokens(name)) is not None


def counts_pieces(name: str) -> bool:
    """Return whether a name counts pieces, points or a stretch of time, which are no purchases.

    >>> counts_pieces("Artikel"), counts_pieces("Nights"), counts_pieces("Visits")
    (True, True, False)
    """
    return _PIECES.search(tokens(name)) is not None


def numbers_something(name: str) -> bool:
    """Return whether a name says that something is numbered, but not what.

    >>> numbers_something("Número"), numbers_something("Nr."), numbers_something("Customer No")
    (True, True, False)
    """
    return _NUMBER.fullmatch(tokens(name)) is not None


def is_place(name: str) -> bool:
    """Return whether a name is of a street, an address or a code of a place.

    >>> is_place("Endereço"), is_place("Postal code"), is_place("E-mail address")
    (True, True, False)
    """
    words = tokens(name)
    return _PLACE.search(words) is not None and re.search(r"\bmail\b", words) is None


def of_a_period(name: str) -> bool:
    """Return whether a name is of a period: of a year, of the last months.

    >>> of_a_period("Invoiced YTD"), of_a_period("Revenue 2023"), of_a_period("Total Invoiced")
    (True, True, False)
    """
    return _PERIOD.search(tokens(name)) is not None
