"""How well a column's name suits the number or the day of an order: ``None`` speaks against it.

The least rank is the best. Words only propose: whether a column can play its part is decided by
its values (see :mod:`smartcart.tables.order_structure`).
"""

from __future__ import annotations

from smartcart.tables.languages import names_of
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.sum_names import summed
from smartcart.tables.tokens import tokens

__all__ = [
    "cancels",
    "day_rank",
    "order_rank",
]

_NO_ORDER = lazy_pattern(
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
_ORDER_BEST = lazy_pattern(
    r"(.+ )?(order|pedido|commande|bestell|bestellung|auftrags?|ordine|encomenda|bestelling|"
    r"zamowieni[ae]|siparis|zakaz)( ?(id|no|nr|nbr|num|number|nummer|numero|code|reference|ref|"
    r"name|key|header))*"
    r"|(id|no|nr|num|number|numero|nro|n|cod|codigo|code|ref)( (de|del|do|da|of))? "
    r"(order|pedido|commande|ordine|encomenda|bestelling)"
    r"|(bestell|bestel|auftrags|order)(nummer|nr|id|no|number|name|referenz|kennung)"
    r"|orders (id|key|code)"
    r"|(id|no|nr|num|number|numero|nro|n|cod|codigo|code|ref|referencia)( (de|del))? (la )?orden"
)
_ORDER_NEXT = lazy_pattern(
    r"(.+ )?(invoice|sale|sales|receipt|factura|facture|fatura|rechnungs?|beleg|bons?|kassenbon|"
    r"basket|bill|ticket|booking|reservation|transaction|fattura|scontrino|factuur|check|"
    r"increment|confirmation|transac(ao|cion)|transazione|transaktion|transactie|transakcj[ai]|"
    r"transaksi|tranzactie|транзакци[яи]|vorgang|operac(ao|ion)|operazione|"
    r"sales record|faktura|num)"
    r"( ?(id|no|nr|nbr|num|number|nummer|numero|code|reference|ref|key|name))*"
    r"|(invoice|receipt|rechnungs|beleg|bon|factuur|buchungs|reservierungs|vorgangs|quittungs)"
    r"(nummer|nr|id|no|number|code|referenz)"
    r"|(psp|merchant) ref(erence)?"
    r"|(num|nr|n|no|numero)( (di|de|do|del))? doc(umento?)?|doc(ument)?( (no|nr|num|number))"
    r"|(id|no|nr|num|number|numero|nro|n|cod|codigo|codice|code|ref|referencia|reference)"
    r"( (de|del|do|da|di|du|of))?( la)? (recibo|ticket|recu|ricevuta|bonnetje|venta|venda|vendita|"
    r"vente|compra|acquisto|achat|transaccion|transacao|transazione|transaction|transaktion|"
    r"operacion|factura|fattura|facture|fatura|nota fiscal)"
    r"|(transactie|transaktions?)( ?(referentie|nummer|nr|id|code|kode))"
)

_NEVER_DAY = lazy_pattern(
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
_BEST_DAY = lazy_pattern(
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
_CLOSING_DAY = lazy_pattern(  # of a deal: it was agreed upon before
    r"(deal |opportunity |opp )?(close|closing|won|signed) (date|day|on|time)( won)?|"
    r"(deal|opportunity|opp) closed (date|day|on|at)|(date|day) (won|signed)|abschluss(datum|tag)|"
    r"(fecha|data|date)( de| di| do| d)? (cierre|fechamento|chiusura|cloture|fermeture|"
    r"conclusion)( prevue?| prevista)?|sluitingsdatum|data zamkniecia"
)
_LATER_DAY = lazy_pattern(
    r".*\b(paid|payment|processed|captured|closed|completed|posted|accounting|zahlung\w*|bezahlt|"
    r"paye|pagado|pago|authori[sz]ed|confirmed|approved|finished|accepted|check ?in|arrival|"
    r"batch)\b.*|"
    r".*(결제일|입금일|支払日|決済日|入金日|付款|支付).*"
)
_DONE = lazy_pattern(r"\b(completed|finished|settled|processed|captured|posted)\b")
_CANCELS = lazy_pattern(
    r"(order |is |date |datum |time |item |sale |event )*(cancel(l?ed)?|cancellation|void(ed)?|"
    r"storno|storniert|stornierung|"
    r"stornodatum|annule|annulation|cancelado|anulado|annullato|geannuleerd|makulerad|makuleret|"
    r"avbokad|avbruten|annulleret|annullert|kansellert|"
    r"fksto|anulowan[ey]|iptal|отменен|dibatalkan)"
    r"( (at|on|date|time|datum|timestamp|utc|reason|day))*"
)


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
