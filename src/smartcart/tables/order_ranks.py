"""How well a column's name suits a part of an order: 0 is best, ``None`` speaks against it.

Words only propose: whether a column can play its part is decided by its values (see
:mod:`smartcart.tables.order_structure`). The ranks say in which order columns are tried, and which
of several amounts was paid: a total after discounts before the money of a line, and that before an
amount before discounts; a refund, fee, tax or cost never.
"""

from __future__ import annotations

import re

from smartcart.tables.currency_codes import CURRENCY_CODES
from smartcart.tables.languages import names_of
from smartcart.tables.sum_names import ORDER, summed, to_pay
from smartcart.tables.sum_words import SUM_WORDS
from smartcart.tables.tax_words import tax_rank, taxes_aside
from smartcart.tables.tokens import tokens

__all__ = [
    "BEFORE_DISCOUNT",
    "LINE_MONEY",
    "PAID",
    "actually_paid",
    "cancels",
    "converted",
    "customer_rank",
    "day_rank",
    "is_buyer",
    "is_discount",
    "is_mail",
    "is_price",
    "is_refund",
    "money_rank",
    "of_the_buyer",
    "order_rank",
    "payable",
]

PAID, LINE_MONEY, BEFORE_DISCOUNT = 0, 1, 2

_SUM_OF = re.compile(  # what a name of money is a sum of, and in which currency
    rf"^({'|'.join(dict.fromkeys(map(tokens, SUM_WORDS)))}|osszes|seluruh|total) |"
    rf" ({CURRENCY_CODES.lower()})$"
)

_AFTER_DISCOUNT = re.compile(
    r"\b(after|less|incl|net of|nach|apres|despues|apos)( the| de)? (discounts?|rabatte?n?|"
    r"remises?|descuentos?)\b"
)
_BEFORE_DISCOUNT = re.compile(
    r".*\b(sub ?totals?|gross sales|before|original|merchandise|list|zwischensumme|teilsumme|"
    r"sous total|products? (total|subtotal|sales|amount)|items? (subtotal|amount before)|"
    r"gross (merchandise|item|line|product)s?|gmv|(ventes|ventas|vendas) brut[ae]s|"
    r"catalog(ue)?|vor rabatt|items total)\b.*|"
    r".*(商品(合計|小計|代金)|商品总(价|金额)|商品總(價|金額)|상품 ?(합계|구매|총) ?금액).*"
)
_NEVER_PAID_WITHIN = re.compile(  # parts of one word, and words of other languages
    r"\w*(rabatt|nachlass|gutschein|steuer|kommission|provision)\w*|(\w*versand|porto|liefer|"
    r"retouren)\w*|"
    r".*(정산|공제|할인|배송비|수수료|세금|부가세|환불|적립|포인트|쿠폰|割引|送料|手数料|消費税|税額|税金|税费|ホイント|クーホン|返金|优惠|运费|邮费|折扣|手续费|退款|積分|积分)"
    r".*|.*\b(скидк\w*|доставк\w*|комисси\w*|налог\w*|ндс|возврат\w*|бонус\w*|indirim\w*|"
    r"beneficio|lucro|utile|gewinn|winst|zysk|zarobek|marza|margen|margem|marge|earnings|"
    r"kargo\w*|komisyon\w*|kdv|iade\w*|rabat\w*|dostaw\w*|prowizj\w*|podatek|kortingen|"
    r"verzending|btw\w*)\b.*"
)
_NEVER_PAID = re.compile(
    r"customer total (spent|orders|sales)|"
    r".*\b(refund(s|ed|able)?|returns?|returned|erstattung(en)?|erstattet|rembourse(ment)?s?|"
    r"\w*erstattung\w*|reembolsos?|reembolsado|devolucion(es)?|devoluc(ao|oes)|rimbors[oi]|"
    r"terugbetaald|zwrot|"
    r"fees?|gebuhr(en)?|frais|comision|comissao|commissions?|provision|tarifas?|"
    r"\w*steuer(betrag|summe|satz|wert)|mwst ?(betrag|satz)|"
    r"tax|taxes|taxe|vat|[chips]?gst|[hpq]st|iva|tva|mwst|ust|u st|usst|moms|dph|afa|btw|kdv|"
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
_OWED = re.compile(  # what is still to be paid, in part or in whole
    r".*\b(reste|restant(e|s)?|reliquat|impayes?|restbetrag|restsumme|restschuld|restforderung|"
    r"offener?|offene[ns]?|ausstehend(e[rns]?)?|pendientes?|pendentes?|adeudado|adeudos?|"
    r"por cobrar|em aberto|em falta|da saldare|residuo|insoluto|scoperto|openstaand|nog te betalen|"
    r"restant bedrag|pozostal[oa]|zaleglosc|zbyva|nedoplatek|utestaende|restbelopp|udestaende|"
    r"restance|skyldig|remaining|owing|arrears|receivables?|остаток|долг|задолженность|"
    r"к доплате|kalan|borc|bakiye)\b.*|solde( (du|restant|client))?|"
    r".*(未付|未払|未收|欠款|待付|残額|未入金|미납|미수금|미결제|잔액).*"
)
_ACTUAL = re.compile(
    r".*\b((actual(ly)?|really)( (amount|price|money|total))? (paid|payment)|"
    r"(tatsachlich|wirklich)(er?|es)? (gezahlt|bezahlt|gezahlte[rs]?|bezahlte[rs]?)|"
    r"(reellement|effectivement|vraiment) (paye|regle|verse)e?|(paye|regle) (reel|effectif)|"
    r"(realmente|efectivamente|efetivamente|effettivamente) (pagad[oa]|pag[oa]|pagat[oa])|"
    r"(pagado|pago) (real|efectivo|efetivo)|(daadwerkelijk|werkelijk) betaald|"
    r"faktycznie zaplacon[oae]|фактически (оплачено|уплачено))\b.*|"
    r".*(实付|实际支付|实际付款|实收|實付|實際支付|実支払|実際(の)?支払|실결제|실제 ?결제|실지불).*"
)
_PAYABLE = re.compile(
    r".*\b(payable|to pay|to be paid|zu zahlen)\b.*|.*(应付|應付|支払予定|결제예정).*"
)

_PAID = re.compile(
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
    r"|gesamt(betrag|summe|preis|wert)?|(rechnungs|bestell|auftrags)(betrag|wert|summe)|"
    r"end(betrag|summe)|(total|importe|valor|monto|montant|prix|precio|preco|importo|prezzo)"
    r"( (total|pagado|pago|paye|del pedido|pedido|commande|venta|venda|ordine|pagato|a pagar|"
    r"general|geral|final))+|totale?( (ordine|pagato|commande|paye))?|totaal( ?bedrag)?|"
    r"total a pagar|receita total|kwota( (zamowienia|calkowita|pln|eur))*|price total|suma|razem|"
    r"toplam( tutar)?|itogo|summa( zakaza)?|ventes|ventas"
)
_IN_ONE = r"converted|convertid[oa]|umgerechnet|converti|convertito|omgerekend|przeliczon\w*"
_CONVERTED = re.compile(
    rf".*\b({_IN_ONE}|bas(e|is)|settlement|"
    r"(shop|main|company|home|own|reporting) currency|eur|usd|gbp|chf|sek|pln|shop money)\b.*"
)
_CONVERTED_WORD = re.compile(rf" ({_IN_ONE})\b")

_DISCOUNT = re.compile(
    r".*\b\w*(rabatt|nachlass|gutschein)\w*\b.*|.*(할인|쿠폰|割引|クーホン|ホイント利用|利用ホイント|优惠|折扣).*|"
    r".*\bскидк.*|"
    r".*\bindirim.*|"
    r".*\b(discounts?|disc|rabatte?|nachlass|remises?|reductions?|descuentos?|descontos?|sconti?|"
    r"sconto|korting|coupons?|vouchers?|promo|promotions?|gutscheine?|savings?|markdowns?)\b.*"
)
_REFUND = re.compile(
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

_MAIL = re.compile(
    r".*\b(e ?mails?|e mail address|mail|correo|courriel|e posta|email address|"
    r"e ?mail ?adress?(en)?|"
    r"электронная почта|почта|имейл)\b.*|.*(メールアドレス|メール|邮箱|電子郵件|电子邮件|이메일).*"
)
_OTHERS_MAIL = re.compile(
    r".*\b(to|attendee|participant|ship|shipping|recipient|receiver|seller|merchant|vendor|staff|"
    r"employee|marketing|"
    r"consent|status|accepts?|opt|verified|subscribed|agent|support|supplier|domain|count)\b.*"
)
_OF_BUYER = re.compile(
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
_NOT_THE_BUYER = re.compile(
    r".*\b(attendee|participant|ship|shipping|delivery|recipient|receiver|seller|merchant|vendor|"
    r"first|last|middle|"
    r"given|"
    r"family|group|segment|type|tier|level|status|note|notes|country|city|phone|tax|device|staff|"
    r"employee|gateway|bank|since|count|address line|street|zip|postcode|agent)\b.*"
)
_BY_NAME = re.compile(
    rf".*\b{_PEOPLE}\b.*\b(full )?(name|nome|nombre|nom|naam|firma)\b.*|(name|nome|nombre|nom|"
    rf"naam) "
    rf".*\b{_PEOPLE}\b.*|.*\b(names?|company|firma)\b"
)
_BUYERS_NAME = re.compile(
    rf"({_PEOPLE} )+(full )?{_NAME}|{_NAME}( of| de| du| des| del)? {_PEOPLE}"
)
_BY_CODE = re.compile(
    rf"(customers|clients|users|members) (id|key|code|number)|"
    rf"((unique|{_PEOPLE}) )*{_PEOPLE}( unique| pseudo| reference| account)* ?"
    r"(reference|id|no|nr|nbr|number|num|nummer|key|code|hash|uuid|ref|numero|codigo|codice)"
    rf"|(id|no|nr|numero|num|nro|n|code|cod|codigo|codice|identifiant|identificador) {_PEOPLE}"
    rf"|{_PEOPLE}(nummer|nr|id)"
)
_CODE_ELSEWHERE = re.compile(r"(id|아이디|번호|코드|番号|コード|编号|编码|帐号|账号|號碼|編號)$")
_NAME_ELSEWHERE = re.compile(
    r"(자명|이름|성명|고객명|회원명|氏名|名前|様名|者名|姓名|名称|客户名|имя|фио)$"
)
_LOGIN = re.compile(
    rf"({_PEOPLE} )?(user ?names?|login|nick ?name|handle|user id|screen name)|{_PEOPLE}|"
    rf"(pseudo|identifiant|nom utilisateur|nombre( de)? usuario|nome( de)? usuario|nome utente|"
    rf"nutzername|benutzername|mitgliedsname)( (de|del|do|da|des|der|dell?) ?(l )?)?( )?{_PEOPLE}s?"
)

_OF_WHICH = re.compile(  # which of a buyer's names it is; who is internal to a shop may work there
    r"((effective|primary|main|principal|unique|external|original|master|global|hashed|encrypted|"
    r"anonym(ous|i[sz]ed)|pseudonym(ous|i[sz]ed)|masked|shop|webshop|web|our|crm|erp|pos|dwh|"
    rf"internal(?= (customer|client|buyer|shopper)\b)) )+(?={_PEOPLE}\b)"
)

_NO_ORDER = re.compile(
    r".*\b(line|item|items|lineitem|product|customer|user|client|store|shop|session|purchase order|"
    r"po|status|type|date|time|total|value|amount|count|qty|quantity|source|channel|currency|"
    r"notes?|"
    r"tags?|tracking|refund|return|reference txn|parent|shipment|shipping|seller|listing|sku|"
    r"totale|totaal|summe|betrag|importo|importe|valor|valore|montant|wert|kwota|suma|wartosc|"
    r"stato|"
    r"estado|etat|zustand|statut|data|datum|fecha|dato|dzien|campaign|coupon|"
    r"tipo|typ|art|rodzaj|soort|hora|uhrzeit|тип|вид|"
    r"last|latest|first|previous|ultim[oa]|letzte[rn]?|derniere?|merchant order|key|row|payment|"
    r"payout|settlement|batch|terminal|register)\b.*"
)
_ORDER_BEST = re.compile(
    r"(.+ )?(order|pedido|commande|bestell|bestellung|auftrags?|ordine|encomenda|bestelling|"
    r"zamowieni[ae]|siparis|zakaz)( ?(id|no|nr|nbr|num|number|nummer|numero|code|reference|ref|"
    r"name|key|header))*"
    r"|(id|no|nr|num|number|numero|nro|n|cod|codigo|code|ref)( (de|del|do|da|of))? "
    r"(order|pedido|commande|ordine|encomenda|bestelling)"
    r"|(bestell|bestel|auftrags|order)(nummer|nr|id|no|number|name|referenz|kennung)"
    r"|orders (id|key|code)"
    r"|(id|no|nr|num|number|numero|nro|n|cod|codigo|code|ref|referencia)( (de|del))? (la )?orden"
)
_ORDER_NEXT = re.compile(
    r"(.+ )?(invoice|sale|sales|receipt|factura|facture|fatura|rechnungs?|beleg|bons?|kassenbon|"
    r"basket|bill|ticket|booking|reservation|transaction|fattura|scontrino|factuur|check|"
    r"increment|confirmation|transac(ao|cion)|transazione|transaktion|transactie|transakcj[ai]|"
    r"transaksi|tranzactie|транзакци[яи]|vorgang|operac(ao|ion)|operazione|"
    r"sales record|faktura|num)"
    r"( ?(id|no|nr|nbr|num|number|nummer|numero|code|reference|ref|key|name))*"
    r"|(invoice|receipt|rechnungs|beleg|bon|factuur|buchungs|reservierungs|vorgangs|quittungs)"
    r"(nummer|nr|id|no|number|code|referenz)"
    r"|(psp|merchant) ref(erence)?"
    r"|(id|no|nr|num|number|numero|nro|n|cod|codigo|codice|code|ref|referencia|reference)"
    r"( (de|del|do|da|di|du|of))?( la)? (recibo|ticket|recu|ricevuta|bonnetje|venta|venda|vendita|"
    r"vente|compra|acquisto|achat|transaccion|transacao|transazione|transaction|transaktion|"
    r"operacion|factura|fattura|facture|fatura|nota fiscal)"
    r"|(transactie|transaktions?)( ?(referentie|nummer|nr|id|code|kode))"
)

_NEVER_DAY = re.compile(
    r".*\b(refund(s|ed)?|return(s|ed)?|ship(s|ped|ping|ment)?|deliver(y|ed|ies)?|fulfill?(ed|"
    r"ment)?|"
    r"due|birth(day|date)?|dob|born|geburts\w*|naissance|nacimiento|nascimento|update[ds]?|"
    r"modified|changed|cancel(s|l?ed|lation)?|storn\w*|expir\w*|expected|estimated|required|"
    r"ends?|ended|check ?out|departure|load(ed)?|import(ed)?|export(ed)?|print(ed)?|pick(ed|up)?|"
    r"pack(ed)?|dispatch(ed)?|versand|liefer\w*|livraison|envio|entrega|payout|payouts|available|"
    r"settle(d|ment)?|deposit|next|last|first touch|previous|signup|sign up|registered|"
    r"registration|"
    r"joined|subscri\w*|feedback|review|label|until|valid|promised|by date|voided?|disputed?|"
    r"deleted|sent|e ?mailed|viewed|opened|printed|first|approved by|acquired|member since|"
    r"timestamp consent|edited|estorno|"
    r"prometid[oa])\b.*|"
    r".*(발송|출고|배송|예정|취소|환불|반품|확정|출력|발주|수령|기한|発送|出荷|配送|配達|お届け|到着|"
    r"キャンセル|返品|返金|予定|期限|发货|出库|发出|收货|退款|取消|签收|预计|到账|完成时间).*"
)
_BEST_DAY = re.compile(
    r".*\b(order(ed)?|purchase[d]?|sale|sales|sold|transaction|trans|invoice|bestell\w*|kauf\w*|"
    r"rechnungs\w*|auftrags\w*|beleg\w*|pedido|compra|venta|venda|commande|achat|facture|factura|"
    r"facturation|facturacion|faturamento|fatturazione|"
    r"bestelling|ordine|acquisto|placed|booked|receipt|event|charge[d]?|donation|gift|created|"
    r"gebucht|angelegt|erfasst|erstellt|"
    r"erstellungsdatum|anlagedatum|buchungs(datum|tag)|reservation|reservado|prenotato|reserve|"
    r"aangemaakt|geplaatst|creation|creado|creada|criad[oa]|creat[oa]|cree|skapad|oprettet|"
    r"opprettet|utworzon[oay]|vytvoreno|luotu)\b.*|"
    r".*(주문일|주문날짜|구매일|注文日|受注日|購入日|売上日|下单|订单创建|订单日期|订单时间|购买时间).*"
)
_CLOSING_DAY = re.compile(  # of a deal: it was agreed upon before
    r"(deal |opportunity |opp )?(close|closing|won|signed) (date|day|on|time)( won)?|"
    r"(deal|opportunity|opp) closed (date|day|on|at)|(date|day) (won|signed)|abschluss(datum|tag)|"
    r"(fecha|data|date)( de| di| do| d)? (cierre|fechamento|chiusura|cloture|fermeture|"
    r"conclusion)( prevue?| prevista)?|sluitingsdatum|data zamkniecia"
)
_LATER_DAY = re.compile(
    r".*\b(paid|payment|processed|captured|closed|completed|posted|accounting|zahlung\w*|bezahlt|"
    r"paye|pagado|pago|authori[sz]ed|confirmed|approved|finished|accepted|check ?in|arrival|"
    r"batch)\b.*|"
    r".*(결제일|입금일|支払日|決済日|入金日|付款|支付).*"
)
_DONE = re.compile(r"\b(completed|finished|settled|processed|captured|posted)\b")
_PHONE_ELSEWHERE = re.compile("電話|携帯|电话|手机|手機|전화|휴대|연락처")
_CANCELS = re.compile(
    r"(order |is |date |datum |time |item |sale |event )*(cancel(l?ed)?|cancellation|void(ed)?|"
    r"storno|storniert|stornierung|"
    r"stornodatum|annule|annulation|cancelado|anulado|annullato|geannuleerd|makulerad|makuleret|"
    r"avbokad|avbruten|annulleret|annullert|kansellert|"
    r"fksto|anulowan[ey]|iptal|отменен|dibatalkan)"
    r"( (at|on|date|time|datum|timestamp|utc|reason|day))*"
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
    if _BEFORE_DISCOUNT.fullmatch(words) and not after:
        return None if _NEVER_PAID.fullmatch(re.sub(r"\bbefore discounts?\b", "", words)) else 2
    if _NEVER_PAID.fullmatch(words) or any(
        map(_NEVER_PAID_WITHIN.fullmatch, (words, *words.split()))
    ):
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

    >>> is_discount("Total Discounts"), is_discount("Tax")
    (True, False)
    """
    return _DISCOUNT.fullmatch(tokens(name)) is not None


def is_refund(name: str) -> bool:
    """Return whether a name is of money that was given back.

    >>> [is_refund(n) for n in ("Refunded Amount", "Total Refunded", "Amount", "Refunded date")]
    [True, True, False, False]
    """
    return _REFUND.fullmatch(taxes_aside(tokens(name))) is not None


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


def order_rank(name: str) -> int | None:
    """Return how surely a name is that of an order's number; ``None`` where it speaks against it.

    >>> [order_rank(n) for n in ("Order ID", "amazon-order-id", "Order #", "Invoice No")]
    [0, 0, 0, 1]
    >>> order_rank("Order Status"), order_rank("Line ID"), order_rank("Bruttobetrag Auftrag")
    (None, None, None)
    """
    words = tokens(name)
    if summed(name) is not None:
        return None
    if _ORDER_BEST.fullmatch(words) and not _NO_ORDER.fullmatch(words):
        return 0
    if _NO_ORDER.fullmatch(words):
        return None
    return 1 if _ORDER_NEXT.fullmatch(words) else 2


def day_rank(name: str) -> int | None:
    """Return how surely a date is the day of the order; ``None`` where it is another day.

    A deal's day is the one on which it was closed: before all others, -1.

    >>> [day_rank(n) for n in ("Order Date", "Date", "Paid at", "Refunded date (UTC)", "Shipped")]
    [0, 1, 2, None, None]
    >>> [day_rank(n) for n in ("Close Date", "Abschlussdatum", "Closed at")]
    [-1, -1, 2]
    """
    words = tokens(name)
    if _CLOSING_DAY.fullmatch(words):
        return -1
    if _NEVER_DAY.fullmatch(words) or words in names_of("other_day"):
        return None
    if _BEST_DAY.fullmatch(words):
        return 1 if _DONE.search(words) else 0  # that a deal was paid or done comes after it
    return 2 if _LATER_DAY.fullmatch(words) else 1


def cancels(name: str) -> bool:
    """Return whether a date of this name, where it is filled, says that the order was cancelled.

    >>> cancels("Cancelled at"), cancels("Created at")
    (True, False)
    """
    return _CANCELS.fullmatch(tokens(name)) is not None
