"""How well a column's name suits what was paid: 0 is best, ``None`` speaks against it.

A total after discounts comes before the money of a line, and that before an amount before
discounts; a refund, fee, tax or cost was never paid. Words only propose: whether a column can play
its part is decided by its values (see :mod:`smartcart.tables.order_structure`).
"""

from __future__ import annotations

import re

from smartcart.tables.currency_codes import CURRENCY_CODES
from smartcart.tables.languages import names_of
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.sum_names import ORDER, summed, to_pay
from smartcart.tables.sum_words import SUM_WORDS
from smartcart.tables.tax_words import tax_rank, taxes_aside
from smartcart.tables.tokens import tokens

__all__ = [
    "BEFORE_DISCOUNT",
    "LINE_MONEY",
    "PAID",
    "actually_paid",
    "converted",
    "is_discount",
    "is_fee",
    "is_price",
    "is_refund",
    "money_rank",
    "payable",
]

PAID, LINE_MONEY, BEFORE_DISCOUNT = 0, 1, 2

_SUM_OF = lazy_pattern(  # what a name of money is a sum of, and in which currency
    rf"^({'|'.join(dict.fromkeys(map(tokens, SUM_WORDS)))}|osszes|seluruh|total) |"
    rf" ({CURRENCY_CODES.lower()})$"
)

_AFTER_DISCOUNT = lazy_pattern(
    r"\b(after|less|incl|net of|with|nach|apres|despues|apos|con|com|avec|mit|met|na|dopo|efter)"
    r"( the| de| la)? (discounts?|rabatte?n?|remises?|descuentos?|descontos?|sconto|korting|"
    r"rabatt?)\b|"
    r"\b(po|z|ze|se|s|so|sa|uz|с|со|з|зі|после|після|след|със) "
    r"(rabac?t?\w*|znizk\w*|upust\w*|slev\w*|zlav\w*|popust\w*|скидк\w*|знижк\w*|отстъпк\w*)\b|"
    r"\b(kedvezmenyes|indirimli|zlavnen\w*|zlevnen\w*|discounted)\b|"
    r"(优惠|折扣|割引|値引き?|할인|優惠) ?(后|後|후)|折(后|後)"
)
_BEFORE_DISCOUNT = lazy_pattern(
    r".*\b(sub ?totals?|gross sales|before|original|merchandise|list|zwischensumme|teilsumme|"
    r"sous total|products? (total|subtotal|sales|amount)|items? (subtotal|amount before)|"
    r"gross (merchandise|item|line|product)s?|gmv|(ventes|ventas|vendas) brut[ae]s|"
    r"catalog(ue)?|vor rabatt|items total)\b.*|"
    r".*(商品(合計|小計|代金)|商品总(价|金额)|商品總(價|金額)|상품 ?(합계|구매|총) ?금액).*"
)
_NEVER_PAID_WITHIN = lazy_pattern(  # parts of one word, and words of other languages
    r"\w*(rabatt|nachlass|gutschein|steuer|kommission|provision)\w*|(\w*versand|porto|liefer|"
    r"retouren)\w*|"
    r".*(정산|공제|할인|배송비|수수료|세금|부가세|환불|적립|포인트|쿠폰|割引|送料|手数料|消費税|税額|税金|税费|ホイント|クーホン|返金|优惠|运费|邮费|折扣|手续费|退款|積分|积分)"
    r".*|.*\b(скидк\w*|доставк\w*|комисси\w*|налог\w*|ндс|возврат\w*|бонус\w*|indirim\w*|"
    r"beneficio|lucro|utile|gewinn|winst|zysk|zarobek|marza|margen|margem|marge|earnings|"
    r"kargo\w*|komisyon\w*|kdv|iade\w*|rabat\w*|dostaw\w*|prowizj\w*|podatek|kortingen|"
    r"verzending|btw\w*)\b.*"
)
_NEVER_PAID = lazy_pattern(
    r"customer total (spent|orders|sales)|"
    r".*\b(refund(s|ed|able)?|returns?|returned|erstattung(en)?|erstattet|rembourse(ment)?s?|"
    r"\w*erstattung\w*|reembolsos?|reembolsado|devolucion(es)?|devoluc(ao|oes)|rimbors[oi]|"
    r"terugbetaald|zwrot|"
    r"fees?|gebuhr(en)?|frais|comision|comissao|commissions?|provision|tarifas?|"
    r"\w*steuer(betrag|summe|satz|wert)|mwst ?(betrag|satz)|"
    r"tax|taxes|taxe|vat|[chips]?gst|[hpq]st|iva|tva|mwst|mw st|ust|u st|usst|moms|dph|afa|btw|kdv|"
    r"impuestos?|impostos?|steuern?|tasas?|"
    r"shipping|shipment|postage|freight|handling|delivery|versand(kosten)?|envios?|frete|porto|"
    r"livraison|port|portes|verzend(kosten)?|spedizione|tips?|gratuity|trinkgeld|propina|discounts?|disc|"
    r"rabatte?|remises?|descuentos?|descontos?|sconto|korting|rebates?|coupons?|vouchers?|promo|"
    r"promotions?|promotion(al)?|savings?|balance|saldo|cost|costs|cogs|kosten|couts?|costo|"
    r"custo|profit|"
    r"margins?|earnings?|settle(d|ment)|payouts?|released|escrow|deposits?|withheld|points?|punkte|outstanding|"
    r"due|owed|unpaid|offen|limit|"
    r"insurance|duty|duties|redeemed|gift (card|certificate|voucher|wrap)|(store|account) credits?|"
    r"credit (limit|used|memo|note|applied)|compare|msrp|rrp|uvp|predicted|expected|lifetime|"
    r"forecast|average|avg|budget|surcharge|rounding|adjustments?|chargebacks?|disputed?|"
    r"tendered|change (due|given)|cash ?back|loyalty|exchange rate|tax rate|rate|id|ids|nr|code|"
    r"key|qty|quantity|menge|count|score|rating|age|year|month|week|day|date|status|type|method|"
    r"currency|weight|lat|latitude|lng|lon|longitude|percent(age)?|pct|subsid(y|ies)|donation tip|"
    r"wholesale|purchase price|einkaufspreis|escrow|reserve|hold|wallet|itens|"
    r"total d[ei] (articulos|productos|produtos|articles|articoli|prodotti|pecas|piezas|unidades))"
    r"\b.*"
)
_OWED = lazy_pattern(  # what is still to be paid, in part or in whole
    r".*\b(reste|restant(e|s)?|reliquat|impayes?|restbetrag|restsumme|restschuld|restforderung|"
    r"offener?|offene[ns]?|ausstehend(e[rns]?)?|pendientes?|pendentes?|adeudado|adeudos?|"
    r"por cobrar|em aberto|em falta|da saldare|residuo|insoluto|scoperto|openstaand|nog te betalen|"
    r"restant bedrag|pozostal[oa]|zaleglosc|zbyva|nedoplatek|utestaende|restbelopp|udestaende|"
    r"restance|skyldig|remaining|owing|arrears|receivables?|остаток|долг|задолженность|"
    r"к доплате|kalan|borc|bakiye)\b.*|solde( (du|restant|client))?|"
    r".*(未付|未払|未收|欠款|待付|残額|未入金|미납|미수금|미결제|잔액).*"
)
_ACTUAL = lazy_pattern(
    r".*\b((actual(ly)?|really)( (amount|price|money|total))? (paid|payment)|"
    r"(tatsachlich|wirklich)(er?|es)? (gezahlt|bezahlt|gezahlte[rs]?|bezahlte[rs]?)|"
    r"(reellement|effectivement|vraiment) (paye|regle|verse)e?|(paye|regle) (reel|effectif)|"
    r"(realmente|efectivamente|efetivamente|effettivamente) (pagad[oa]|pag[oa]|pagat[oa])|"
    r"(pagado|pago) (real|efectivo|efetivo)|(daadwerkelijk|werkelijk) betaald|"
    r"faktycznie zaplacon[oae]|фактически (оплачено|уплачено))\b.*|"
    r".*(实付|实际支付|实际付款|实收|實付|實際支付|実支払|実際(の)?支払|실결제|실제 ?결제|실지불).*"
)
_PAYABLE = lazy_pattern(
    r".*\b(payable|to pay|to be paid|zu zahlen)\b.*|.*(应付|應付|支払予定|결제예정).*"
)

_PAID = lazy_pattern(
    r"(?!ticket price$)"
    r"((order|invoice|receipt|basket|cart|transaction|bill|ticket|sales?|booking|check|charge|"
    r"payment|purchase|final|overall|paid|collected|converted|base|grand|gross|net|euro?|usd|gbp|"
    r"the|in|of|order s|orders?) )*"
    r"(grand total|total|totals|gross|paid|"
    r"total (paid|price|amount|charged|collected|value|sum|cost to customer|sales?|revenue|order|"
    r"sold|received|due by customer|invoice|payment|spent|gross)|"
    r"(amount|total|sum|value) (paid|charged|collected|received|captured|settled)|"
    r"(buyer|customer|client) paid|paid by( the)? (buyer|customer)|"
    r"amount total|brutto|bruto|"
    r"(paid|payment|order|invoice|transaction|charge|basket|cart|receipt|bill|ticket|booking|"
    r"gross|converted|captured|settlement|billed|purchase) (amount|total|value|price|revenue|sum)|"
    r"total (order|invoice) (amount|value|price))"
    r"( (base|purchased|paid|usd|eur|gbp|inr|brl|chf|cents?|in cents|amount|by customer|buyer|"
    r"order currency|shop currency|currency|local|presentment|amount paid|value|signed|signe))*"
    r"|gesamt(betrag|summe|preis|wert)?|(rechnungs|bestell|auftrags|beleg|bon|kauf|zahlungs)(betrag|wert|summe)|"
    r"end(betrag|summe)|(total|importe|valor|monto|montant|prix|precio|preco|importo|prezzo)"
    r"( (total|pagado|pago|paye|del pedido|pedido|commande|venta|venda|ordine|pagato|a pagar|"
    r"general|geral|final))+|totale?( (ordine|pagato|commande|paye))?|totaal( ?bedrag)?|"
    r"total a pagar|receita total|kwota( (zamowienia|calkowita|pln|eur))*|price total|suma|razem|"
    r"toplam( tutar)?|itogo|summa( zakaza)?|ventes|ventas"
)
_IN_ONE = r"converted|convertid[oa]|umgerechnet|converti|convertito|omgerekend|przeliczon\w*"
_CONVERTED = lazy_pattern(
    rf".*\b({_IN_ONE}|bas(e|is)|settlement|"
    r"(shop|main|company|home|own|reporting) currency|eur|usd|gbp|chf|sek|pln|shop money)\b.*"
)
_CONVERTED_WORD = lazy_pattern(rf" ({_IN_ONE})\b")

_DISCOUNT = lazy_pattern(
    r".*\b\w*(rabatt|nachlass|gutschein)\w*\b.*|.*(할인|쿠폰|割引|クーホン|ホイント利用|利用ホイント|优惠|折扣).*|"
    r".*\bскидк.*|"
    r".*\bindirim.*|"
    r".*\b(discounts?|disc|rabatte?|nachlass|remises?|reductions?|descuentos?|descontos?|sconti?|"
    r"sconto|korting(en)?|coupons?|vouchers?|promo|promotions?|gutscheine?|savings?|markdowns?)\b.*|"
    r".*\b(rabat\w*|upust\w*|znizk\w*|bonifikat\w*|slev\w*|zlav\w*|kedvezmeny\w*|engedmeny\w*|"
    r"alennu\w*|reducer\w*|nuolaid\w*|atlaid\w*|allahindlus\w*|popust\w*|εκπτωσ\w*|знижк\w*|"
    r"отстъпк\w*|попуст\w*|diskon|diskaun|potongan|iskonto\w*|chiet khau|giam gia)\b.*|"
    r".*(خصم|הנחה|値引|優惠).*"
)
_FEE = lazy_pattern(
    r".*\b(fees?|gebuhr(en)?|commissions?|kommission|provision|frais|comision|comissao|tarifa|"
    r"commissioni?|provisie|prowizja|komisyon|provize|jutalek|avgift|gebyr|комисси\w*)\b.*|"
    r".*(手数料|手续费|수수료).*"
)
_SENT = lazy_pattern(
    r"\b(ship\w*|shipping|delivery|handling|postage|versand|booking|envio|livraison)\b"
)
_REFUND = lazy_pattern(
    r"((amount|total|order|value|sum|partial|converted|item|line|net|buyer|payment|gross|cash) )*"
    r"(refund(s|ed)?|amount refunded|refund(ed)? (amount|total|value)|total refunds?|"
    r"returned (amount|value)|erstattung(sbetrag)?|"
    r"erstattet((e|er|es) (betrag|gesamtbetrag|summe))?|rembourse(ment)?|"
    r"(gesamt|betrag|summe) (zuruck)?erstattet|zuruckerstattet|"
    r"montant rembourse|reembolso|importe reembolsado|valor reembolsado|rimborso|"
    r"importo rimborsato|terugbetaald( bedrag)?)"
    r"( (amount|total|value|sum|inc tax|incl tax|base|purchased|"
    r"in (settlement|order|shop|base|original|transaction|payout) currency))*"
)


def money_rank(name: str) -> int | None:
    """Return :data:`PAID`, :data:`LINE_MONEY` or :data:`BEFORE_DISCOUNT`; ``None``: never paid.

    The name is taken for one of money; whether it is one is asked elsewhere.

    >>> [money_rank(n) for n in ("Order Total (inc tax)", "Item Total", "Subtotal", "Gross Sales")]
    [0, 1, 2, 2]
    >>> [money_rank(n) for n in ("Refund Amount", "Shipping Cost (inc tax)", "Fee", "Net Sales")]
    [None, None, None, 1]
    >>> [money_rank(n) for n in ("Importo riga", "Portokosten", "Versandbetrag", "Steuerbetrag")]
    [1, None, None, None]
    >>> money_rank("Total Biaya Pengiriman (IDR)"), money_rank("Összes szállítási költség")
    (None, None)
    >>> [money_rank(n) for n in ("TTC", "IVA incl.", "HT", "Reste dû", "实际支付金额", "实付运费")]
    [0, 0, 1, None, 0, None]
    """
    words = tokens(name)
    if {words, _SUM_OF.sub("", words)} & names_of("never_paid") or _OWED.fullmatch(words):
        return None
    if words and not taxes_aside(words):  # with taxes, or without, and nothing else
        return LINE_MONEY if tax_rank(name) else PAID
    if words in names_of("order_total") or summed(name) == ORDER:
        return PAID
    after = _AFTER_DISCOUNT.search(words) is not None
    words = re.sub(r" (w|with|by) payment method$", "", words)
    words = taxes_aside(_AFTER_DISCOUNT.sub(" ", words)) or words
    if not after and words in names_of("discount"):
        return None
    if _BEFORE_DISCOUNT.fullmatch(words) and not after:
        return None if _NEVER_PAID.fullmatch(re.sub(r"\bbefore discounts?\b", "", words)) else 2
    never = _NEVER_PAID.fullmatch(words) or (_DISCOUNT.fullmatch(words) and not after)
    if never or any(map(_NEVER_PAID_WITHIN.fullmatch, (words, *words.split()))):
        return None
    words = _CONVERTED_WORD.sub("", words)
    if _PAID.fullmatch(words) or _ACTUAL.fullmatch(words):
        return PAID
    return LINE_MONEY


def actually_paid(name: str) -> bool:
    """Return whether a name says that an amount was paid indeed.

    >>> [actually_paid(n) for n in ("买家实际支付金额", "Tatsächlich gezahlt", "Paid", "实付运费")]
    [True, True, False, False]
    """
    return _ACTUAL.fullmatch(tokens(name)) is not None and money_rank(name) is not None


def payable(name: str) -> bool:
    """Return whether a name says that an amount is to be paid, whatever was paid of it.

    >>> [payable(n) for n in ("买家应付货款", "Amount payable", "Zu zahlen", "Amount")]
    [True, True, True, False]
    """
    return to_pay(name) or _PAYABLE.fullmatch(tokens(name)) is not None


def is_price(name: str) -> bool:
    """Return whether a name speaks of a price or a cost of what was sold.

    >>> is_price("Item Cost"), is_price("Weight")
    (True, False)
    """
    return (
        re.search(r"\b(cost|price|preis|prix|precio|prezzo|preco|prijs|cena)\b", tokens(name))
        is not None
    )


def converted(name: str) -> bool:
    """Return whether a name says that its amounts are in one currency, whatever was paid in.

    >>> converted("Converted Amount"), converted("Amount")
    (True, False)
    """
    return _CONVERTED.fullmatch(tokens(name)) is not None


def is_discount(name: str) -> bool:
    """Return whether a name is of what was taken off.

    >>> [is_discount(n) for n in ("Total Discounts", "Kwota rabatu", "Cena po rabacie", "Tax")]
    [True, True, False, False]
    """
    words = tokens(name)
    if _AFTER_DISCOUNT.search(words) is not None:
        return False
    return _DISCOUNT.fullmatch(words) is not None or words in names_of("discount")


def is_fee(name: str) -> bool:
    """Return whether a name is of what a platform or a bank took off a seller's money.

    >>> [is_fee(n) for n in ("Eventbrite service fee", "Provision", "Shipping fee", "Tax")]
    [True, True, False, False]
    """
    words = tokens(name)
    return _FEE.fullmatch(words) is not None and _SENT.search(words) is None


def is_refund(name: str) -> bool:
    """Return whether a name is of money that was given back.

    >>> [is_refund(n) for n in ("Refunded Amount", "Total Refunded", "Amount", "Refunded date")]
    [True, True, False, False]
    """
    return _REFUND.fullmatch(taxes_aside(tokens(name))) is not None
