"""What the values of a column say of a line: cancelled, returned, unpaid, or no sale at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from smartcart.records import LineState
from smartcart.tables.languages import state_words
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = [
    "booked",
    "browsing_words",
    "coded",
    "drafts",
    "is_delivery",
    "is_means_of_payment",
    "is_quotation",
    "line_state",
    "pays",
    "quotations",
    "says_paid",
    "says_paid_up",
    "says_sale",
    "status_words",
    "unexplained",
]


_HUMPS = lazy_pattern(r"(?<=[a-z])(?=[A-Z][a-z])")  # "PaymentFailed"


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss"})


def _plain(value: str) -> str:
    """Return a value as its words are compared: lower case, no accents, no blanks around.

    A word is looked for as it is written, too: folding takes letters of other scripts apart.
    """
    text = re.sub(r"^wc-", "", value.strip())  # WooCommerce's own
    text = _HUMPS.sub(" ", text).replace("_", " ").lower()
    folded = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    bare = bare.translate(_LETTERS)
    return text if bare == text or (not text.isascii() and not bare.isascii()) else bare


def _or_elsewhere(pattern: str, state: str) -> re.Pattern[str]:
    words = [form for word in state_words(state) for form in dict.fromkeys((word, _plain(word)))]
    return lazy_pattern("|".join([pattern, *map(re.escape, words)]))


_NOT = lazy_pattern(
    r"^(not|no(?![ _-]?show| (se )?present)|non(?! presentat)|nicht(?! erschienen)|sans|sem|sin)\b"
)
_CANCELLED = _or_elsewhere(
    r"cancel|void|storn|anulad|annul|\bfail(ed|ure)?\b|declin|unavailable|fraud|abgebrochen|"
    r"abandon|"
    r"\bno[ _-]?show|nicht erschienen|\babsente?\b|\bausente\b|no (se )?present[oó]|non presentat|"
    r"niet (verschenen|komen opdagen)|nie (stawil|przysz)|nem jelent meg|nepri[sš]|nedostavil|"
    r"uteb(lev|liv)|"
    r"не (явил|приш|прий)|gelmedi|nu s a prezentat|δεν (ηρθε|ήρθε|εμφαν)|"
    r"\bdenied\b|fehlgeschlagen|abgelehnt|fallid[oa]|rechazad|echou|refusee?\b|"
    r"\berror\b|echou|echec|fallit|falh|nieudan|mislukt|misluckt|rejected|terminated|\bdeleted\b|"
    r"\bexpired\b|abgelaufen|verfallen|\bexpiree?s?\b|caducad|expirad|\bvencid[oa]|scadut[oa]|"
    r"verlopen|wygas|utgang|udlobet|^stop(ped)?$|recusad|denegad|\bnegad[oa]\b|odrzucon|afgewezen|"
    r"rifiutat|\brefused\b|"
    r"\b(fehler|fout|erreur)\b|betaalfout|b[łl][aą]d\b|refuse\b",
    "cancelled",
)
_BROWSED = lazy_pattern(
    r"^(page[ _-]?)?(view(ed)?s?|cart|view[ _-]?(product|item|cart|promotion|list|search[ "
    r"_-]?results)([ _-]?list)?|(product|item|cart|promotion|list|search[ _-]?results)"
    r"[ _-]?(view(ed)?|list)|view[ _-]?(item|cart|promotion)([ _-]?list)?|click(ed)?s?|impression|"
    r"search(ed)?|visit|scroll|first[ _-]?visit|user[ _-]?engagement|file[ _-]?download|form[ _-]?"
    r"(start|submit)|login|sign[ _-]?up|share|select[ _-]?(item|content|promotion)|page|video[ _-]?"
    r"\w+|browse[ds]?|wish(list)?|favou?rite|detail|session[ _-]?start|begin[ _-]?checkout|"
    r"checkout|"
    r"add[ _-]?(payment|shipping)[ _-]?info|generate[ _-]?lead|"
    r"(add(ed)?|remove(d)?|put)?[ _-]?((to|from|in)[ _-])?(cart|basket|wish[ _-]?list))$"
)
_REFUSED = lazy_pattern(  # of a wish to return or cancel
    r"(return|refund|cancel\w*|retour|storno)[ _-]\w*[ _-]?(reject|denied|refus|abgelehnt|rechaz)|"
    r"(reject|denied|refus|abgelehnt|rechaz)\w*[ _-](return|refund|cancel)"
)
_RETURNED = _or_elsewhere(
    r"return|refund|retour|rembours|devuelt|devoluc|devolv|reembols|chargeback|erstatt|gutschrift|"
    r"credit (memo|note)|re-?credit(ed|ing)|reversed|rimbors|reintegrad|\bavoir\b|zuruckgegeben|"
    r"zurückgegeben|ruckgabe|rückgabe|"
    r"not[ae]s? (di|de) (credit[oi]?|abono|devolucao)|\babonos?\b|factura rectificativa|"
    r"(credit|kredit)(nota|not[ae]n?|faktura)|creditfactuur|dobropis|jovairo|hyvityslasku|"
    r"faktura korygujaca|korekta faktury|πιστωτικ|кредит ?нот|кредитнот|исправительн|iade fatura|"
    r"^td04\b|"
    r"\bcharged back\b|\bres[oi]\b",
    "returned",
)
_PARTLY = _or_elsewhere(
    r"\bpart(ial|ly|ially)?\b|partial|teilweise|teil[ -]?erstatt|teilr|partiel|parcial|parzial|"
    r"gedeeltelijk",
    "partly",
)
_UNPAID = _or_elsewhere(
    r"^(payment[ _-]?)?pending([ _-]?payment)?$|^unpaid$|await\w*[ _-](\w+[ _-])*payment|"
    r"(checkout[ _-]?)?draft$|quotation|^incomplete$|^not[ _-]?paid|^unpaid|wait\w*[ _-]for[ _-]"
    r"payment|payment[ _-](pending|remote|required|review|due)|zahlung ausstehend|warte\w* auf "
    r"zahlung|"
    r"unbezahlt|en attente( (de |du |d.)"
    r"(paiement|virement|reglement|acceptation|validation|confirmation)( par .*)?)?$|"
    r"pending (approval|"
    r"confirmation)|awaiting (approval|confirmation)|pendiente( de pago)?$|"
    r"pendente|"
    r"aguardando( pagamento)?|^in attesa|^(queued|skipped|scheduled)$|ausstehend|^wartend|"
    r"in attesa (di|del) pagamento|^estimate$|^quote$|^proposal$|angebot|brouillon|borrador|"
    r"rascunho|presupuesto|orcamento|preventivo|"
    r"entwurf|bozza|^concept$|wersja robocza|\bszkic|utkast|kladde|черновик|taslak|"
    r"下書き|草稿|임시|"
    r"^(not|un)[ _-]?(completed?|finished|finali[sz]ed|confirmed|processed)$|^parked$|"
    r"^lay[ -]?by|^invoice sent$|"
    r"(waiting|wait)[ _-]?payment|(billet|boleto)[ _-]?(printed|gerado|impresso)|^devis\b|"
    r"in afwachting|en espera de(l)? pago|zahlung offen|offene zahlung|non payee?s?$|"
    r"nicht bezahlt|no pagad[oa]|wacht(end|en)? op betaling|^missing orders?$|"
    r"nao pag[oa]|non pagat[oa]|niet betaald|nieoplacon|"
    r"^pend$|^on[ _-]?hold$|requires[ _-]\w+|past[ _-]?due|^uncollectible$|dunning|uberfallig|"
    r"overdue|en retard|achterstallig|po terminie|просроч|forfalden",
    "unpaid",
)
_DELIVERY = lazy_pattern(
    r".*\b(fulfil?lment|delivery|shipping|shipment|dispatch|liefer\w*|versand\w*|line ?item|item|"
    r"livraison|envio|entrega|tracking)\b.*"
)
_MEANS = lazy_pattern(
    r".*\b(payment|tender|card|pay|zahlungs?|zahl|paiement|pago|pagamento|betaal\w*|platnos\w*)\b"
    r".*\b(types?|methods?|means|modes?|kind|provider|gateway|brand|art|weg|mittel|medium|forma?|"
    r"moyen|methode|metodo|wijze|tipo)\b.*|"
    r".*\b(types?|methods?|means|modes?|forma?|moyen|methode|mode|metodo|tipo|medio)\b"
    r".*\b(payment|tender|paiement|pago|pagamento|zahlung)\b.*|"
    r"(zahlungs?|zahl|bezahl)(art|weg|mittel|methode|weise)|betaalwijze|betaalmethode"
)
_PAYMENT = lazy_pattern(
    r".*\b(payments?|paid|transactions?|bezahlt|zahlung\w*|zahlstatus|paiement|pago|pagamento|betaal\w*|"
    r"platnos\w*|financial|billing)\b.*"
)
_ENDED = r"((closed|abgeschlossen|ferme|cerrad[oa]|chius[oa])( -)?( (und|and|et|y|e))? )?"
_WON = lazy_pattern(rf"^{_ENDED}(won|gewonnen|gagnee?|ganad[oa]|vint[oa])$")
_NOT_WON = lazy_pattern(rf"(?!{_WON.pattern[1:-1]}$)")
_LOST = lazy_pattern(rf"^{_ENDED}(lost|verloren|perdue?|perdid[oa]|pers[oa])$")
_PAID_UP = lazy_pattern(
    r"^((fully |completely |is )?paid( in full)?|((komplett|vollstandig|ganz) )?bezahlt|payee?|"
    r"pagad[oa]|pagat[oa]|pag[oa]|betaald|oplacon[eay]|zaplacon[eay]|betald|betalt|lunas|odendi|"
    r"оплачен[оа]?|сплачено|zaplaceno|fizetve|платен[оа]?)$"
)
_SAID_PAID = _or_elsewhere(
    r"\b(paid|bezahlt|payee?|pagad[oa]|pagat[oa]|pag[oa]|betaald|betald|betalt|regle|beglichen)\b",
    "paid",
)
_AHEAD = lazy_pattern(  # what will be done on a day that people come
    r"^((in)?bok(ad|at)|booked|gebucht|reserviert|geplant|vorgemerkt|terminiert|planned|planlagt|"
    r"upcoming|bevorstehend|reserv(ed|ee?|ad[oa]|at[oa]|ert)|prenotat[oa]|agendad[oa]|programad[oa]|"
    r"planifiee?|a venir|geboekt|gereserveerd|gepland|zarezerwowan[eay]?|umowion[eay]?|"
    r"zaplanowan[eay]?|rezervovan[oaey]?|naplanovan[oaey]?|lefoglalva|foglalt|varattu|booket|bestilt|"
    r"confirmed|bestatigt|bekraftad|bekreftet|bekraeftet|confirmad[oa]|confirmee?|confermat[oa]|"
    r"bevestigd|potwierdzon[eay]?|записан[оа]?|подтвержден[оа]?|запланирован[оа]?|onaylandi|"
    r"planlandi)$"
)
_OFFERED = lazy_pattern(r"^(invoice sent|draft|quotation|quote|estimate|devis|entwurf|angebot)$")
_QUOTED = lazy_pattern(  # kinds of documents that nobody has to pay
    r"^(quotations?|quotes?|estimates?|pro ?forma|devis|angebote?|kostenvoranschlag|presupuestos?|"
    r"cotizacion|preventiv[oi]|orcamentos?|offertes?|oferta|tilbud|offert|tarjous|nabidka|ponuka|"
    r"arajanlat|teklif|(коммерческое )?предложение|見積書?|견적서?|报价单?|報價單?)\b"
)
_DRAFT = lazy_pattern(
    r"\b(draft|entwurf|brouillon|borrador|bozza|rascunho|concept|szkic|koncept|piszkozat|luonnos|"
    r"utkast|kladde|taslak|ciorna|чернов\w*|чернет\w*|προχειρο|πρόχειρο|nacrt|osnutek|not sent|"
    r"to be (sent|issued)|unposted|planned|estimate|quote|quotation|pro ?forma)\b|下書き|草稿|草案"
)
_TAKEN = lazy_pattern(r"^(captured|settled|succeeded|collected)$")
_BEGUN = lazy_pattern(r"^(created|initiated|attempted|authori[sz]ed)$")  # of a payment, before that
_NOT_YET = lazy_pattern(
    r"^(open|offen|ouvert|abiert[oa]|apert[oa]|abert[oa]|unconfirmed|unbestatigt)$"
)
_CHARGED = lazy_pattern(r"^(sales?|charges?|purchases?|debit|payment|capture)$")
_CREDITED = lazy_pattern(r"^(credit|credit[ _-](note|memo)|void)$")
_NO_SALE = lazy_pattern(
    r"withdraw|payout|transfer|\bfees?\b|gebühr|gebuhr|\bhold\b|reserve|adjustment|conversion|"
    r"top[ -]?up|bank deposit|deposit to|auszahlung|abbuchung|überweisung|uberweisung|abhebung|"
    r"einzahlung|guthaben|\bbalance\b|\bsubtotal\b|\btotal\b|summe\b|disbursement|"
    r"\badvertising\b|commission|virement|retrait|transferencia|retiro|saque|taxa|tarifa|"
    r"\bdispute\b|authori[sz]ation|currency|account (funding|correction)|payment (hold|release)"
)
_PLAIN_PAYMENT = lazy_pattern(
    r"^(payments?|tender|zahlung(en)?|pagos?|paiements?|pagament[oi]|betaling)$"
)
_BOUGHT = lazy_pattern(  # of suppliers: beside sales, what the shop paid for
    r"^(bills?|expenses?|che(ck|que)s?|(vendor|supplier) (credits?|bills?|invoices?|refunds?)|"
    r"(bill|vendor|supplier) payments?( \(?(check|cheque|credit card)\)?)?|"
    r"purchase (orders?|invoices?)|credit card (expense|charge)|journal( entry)?|"
    r"eingangsrechnung(en)?|lieferantenrechnung(en)?|ausgaben?|einkauf|wareneingang|"
    r"facture (d.)?(achat|fournisseur)|depenses?|achats?|factura (de )?(compra|proveedor)|gastos?|"
    r"fattura (di )?acquisto|acquist[oi]|spes[ae]|zakup|wydatek|faktura zakupu|inkoop(factuur)?|"
    r"закупка|поступление|расход)$"
)
_KIND = lazy_pattern(  # a column of kinds of rows or papers
    r"type|typ|kind|art|tipo|category|entry|record|"
    r"(beleg|vorgangs|dokument(en)?|buchungs|umsatz|auftrags)(art|typ)"
)
_SALE = lazy_pattern(
    r"\b(реализаци|продаж|отгрузк|sprzedaz|faktura|prodej|satis|szamla|eladas)|"
    r"\b(sale|sales|order|orders|invoice|receipt|purchase|verkauf|bestellung|rechnung|vente|venta|"
    r"venda|facture|factura|pedido|commande|fattur[ae]|scontrin[oi]|ricevut[ae]|nota fiscal|"
    r"fatura|recibo|boleta|ticket|kassabon|factuur|bestelling|lasku|kuitti|regning|kvittering|"
    r"kvitto|paragon|uctenka|blocek|szamla|nyugta|τιμολόγιο|απόδειξη|τιμολογιο|αποδειξη|рахунок|чек|fis|td01)\b"
)


def says_paid(name: str) -> bool:
    """Return whether a column's name is of a day of payment.

    >>> says_paid("Bezahldatum"), says_paid("Paid at"), says_paid("Shipped at")
    (True, True, False)
    """
    return (
        re.search(r"\b(paid|payment|bezahl\w*|zahl\w*|paiement|pago|pagamento)\b", tokens(name))
        is not None
    )


def coded(values: Iterable[str]) -> bool:
    """Return whether values are codes that no word explains: letters or numbers.

    >>> coded(["P", "C", "F"]), coded(["10", "30"]), coded(["P", "paid"]), coded(["1"])
    (True, True, False, False)
    """
    told = list(values)
    return len(told) > 1 and all(re.fullmatch(r"[A-Za-z]{1,2}|\d{1,4}", v.strip()) for v in told)


_SOLD = _or_elsewhere(
    r"complet|closed|paid|bezahlt|\bpag[oa]|pagad|pagat|\bpaye|betaal|oplac|zaplac|betal[dt]|lunas|"
    r"ship|sent|dispatch|versand|versendet|verschickt|exped|envoy|envi|spedit|verzond|wysl|skick|"
    r"deliver|zugestellt|geliefert|livr|entreg|consegn|geleverd|dostarcz|lever|fulfil|unfulfil|"
    r"process|bearbeit|verarbeit|traite|traitement|proces|lavoraz|verwerk|przetw|behandl|"
    r"accept|approved|aprob|aprov|confirm|bestatig|conferm|bevestig|potwierdz|bekraft|aktiv|activ|"
    r"success|succe|erfolg|exito|ok$|done|finish|fertig|erledigt|termin|finali|conclu|afgerond|"
    r"zakoncz|zrealiz|klar$|settled|captured|collected|charged|sold|verkauf|vendu|vendid|venda|"
    r"sale|order|invoice|fakturiert|berechnet|factur|fattur|received|erhalten|recu|recib|receb|"
    r"ricevut|ontvang|part|teil|new$|neu$|nouv|nuev|nov[oa]$|nuov|nieuw|in progress|"
    r"in arbeit|en cours|en curso|in corso|ready|bereit|pack|prepar|picked|pick[ -]?up|abgeholt|"
    r"transit|progress|hand|web|online|store|standard|normal|true|yes|valid|won|posted|gebucht|"
    r"booked|checked|check|stayed|attend|kept|arriv|no refund|none|not|non|kein|await|wait|back ?or"
    r"|완료|발송|배송|결제|確認|完了|発送|出荷|已|完成|成功|发货|заверш|выполн|доставл|оплач|отправ|"
    r"dokonc|vyrizen|구매확정|past guest|wyslan|нов(ый|ая)|cerrad|ferme|chius|geschlossen|"
    r"gesloten|fechad|zamkn|vybaven|doruc|odoslan|odeslan|tamam|teslim|kargo|onay|selesai|dikirim|"
    r"zahlung|payment|paiement|pagamento|pago|abgeschlossen|\bpurchased?$|^compra$|"
    r"authori[sz]ed|autorisiert|autorizad|autoris|archiv|arquivad|^now[aey]$|faturad|fatturat|"
    r"^vollstandig|concretad|comptabilis|\bregle|acquitt|encaiss|\bimpute|"
    r"saldat|incassat|quietanz|genomford|gjennomfort|gennemfort|"
    r"unterwegs|despach|en camino|realizad|en reparto|en route|"
    r"remise? au|clotur|acheminement|em separacao|postad[oa]|em transporte|despatch|"
    r"^(ny[at]?|uj|uusi|uus|yeni|baru|nou[aă]?|nov[áýé])$",
    "sold",
)


def says_paid_up(values: Iterable[str]) -> bool:
    """Return whether one of the values of a state says that all was paid.

    >>> says_paid_up(["Offen", "Komplett bezahlt"]), says_paid_up(["open", "not paid"])
    (True, False)
    """
    return any(_PAID_UP.match(_plain(value)) for value in values)


def says_sale(value: str) -> bool:
    """Return whether a kind of row or document is named as a sale, and not as its payment or sum.

    >>> [says_sale(v) for v in ("VENTE", "Invoice", "Lieferschein", "Sale total", "Payment")]
    [True, True, False, False, False]
    """
    plain = _plain(value)
    return _SALE.search(plain) is not None and _NO_SALE.search(plain) is None


def quotations(values: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of documents that are quotations, where another of the kinds is a sale.

    >>> quotations(["Facture", "Devis", "Avoir"]), quotations(["Devis", "Brochure"])
    (('Devis',), ())
    """
    told = list(dict.fromkeys(values))
    found = tuple(v for v in told if _QUOTED.match(_plain(v)))
    return found if any(says_sale(v) for v in told if v not in found) else ()


def is_quotation(value: str) -> bool:
    """Return whether a kind of document is one that nobody has to pay.

    >>> is_quotation("Devis"), is_quotation("Facture")
    (True, False)
    """
    return _QUOTED.match(_plain(value)) is not None


def drafts(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values that say of a bill that it was not issued: drafts and quotations.

    >>> drafts(["Draft", "Awaiting payment", "Devis", "Entwurf", "Overdue"])
    ('Draft', 'Devis', 'Entwurf')
    """
    told = [(value, _plain(value)) for value in values]
    return tuple(v for v, words in told if _QUOTED.match(words) or _DRAFT.search(words))


def pays(values: Iterable[str]) -> bool:
    """Return whether values say whether orders were paid: some were, some not, nothing else.

    >>> pays(["Оплачен", "Не оплачен"]), pays(["Komplett bezahlt", "Offen"])
    (True, True)
    >>> pays(["Paid", "Sent"]), pays(["Paid", "Refunded"]), pays(["Open", "Closed"])
    (False, False, False)
    """
    told = list(dict.fromkeys(values))
    state = line_state("payment", told)
    paid = {v for v in told if v not in state.unpaid and _SAID_PAID.search(_plain(v))}
    rest = {*state.unpaid, *state.cancelled, *state.returned, *paid}
    rest |= {v for v in told if _PARTLY.search(_plain(v))}
    return bool(paid) and bool(state.unpaid) and rest == set(told)


def booked(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values that say of a visit that it was booked: it may be still to come.

    >>> booked(["Bokad", "Genomförd", "Confirmed"])
    ('Bokad', 'Confirmed')
    """
    return tuple(value for value in values if _AHEAD.match(_plain(value)))


def is_delivery(column: str) -> bool:
    """Return whether a column's name is of what became of the parcel, not of the order.

    >>> is_delivery("Fulfillment Status"), is_delivery("Order Status")
    (True, False)
    """
    return _DELIVERY.fullmatch(tokens(column)) is not None


def is_means_of_payment(column: str) -> bool:
    """Return whether a column's name is of how something was paid, not of what became of it.

    >>> [is_means_of_payment(n) for n in ("Payment Type", "Zahlungsart", "Payment Status", "Type")]
    [True, True, False, False]
    """
    return _MEANS.fullmatch(tokens(column)) is not None


def unexplained(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values of a status that no word explains, neither as sold nor as anything else.

    >>> unexplained(["Completed", "Cancelled", "Zugestellt", "Wstrzymane", "7"])
    ('Wstrzymane', '7')
    >>> unexplained(["complete", "closed"]), unexplained(["closed", "open"])  # given back in full?
    (('closed',), ('open',))
    """
    told = list(dict.fromkeys(values))
    state = line_state("status", told)
    known = {*state.cancelled, *state.returned, *state.browsed, *state.unpaid, *state.other}
    done = any(_plain(v).startswith("complet") for v in told)
    closed = tuple(v for v in told if done and _plain(v) in {"closed", "geschlossen"})
    return closed + tuple(
        v
        for v in told
        if v not in known
        and v not in closed
        and not _PARTLY.search(_plain(v))
        and not _SOLD.search(_plain(v))
        and not _SOLD.search(v.lower())
    )


def status_words(values: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the values of a status column that say cancelled, and those that say returned.

    An order that came back in part is an order.

    >>> status_words(["shipped", "Cancelled", "not returned", "storniert", "Refunded"])
    (('Cancelled', 'storniert'), ('Refunded',))
    >>> status_words(["checked out", "No-show", "no refund", "partially_refunded"])
    (('No-show',), ())
    """
    told = [
        value
        for value in values
        if not _NOT.search(_plain(value)) and not _REFUSED.search(_plain(value))
    ]
    cancelled = tuple(value for value in told if _CANCELLED.search(_plain(value)))
    returned = tuple(
        value
        for value in told
        if _RETURNED.search(_plain(value))
        and value not in cancelled
        and not _PARTLY.search(_plain(value).replace("_", " "))
    )
    return cancelled, returned


def browsing_words(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values of a kind of event that are no purchase.

    >>> browsing_words(["view", "cart", "purchase", "remove_from_cart", "Add to Cart", "shipped"])
    ('view', 'cart', 'remove_from_cart', 'Add to Cart')
    """
    return tuple(value for value in values if _BROWSED.search(value.strip().lower()))


def line_state(column: str, values: Iterable[str]) -> LineState:
    """Return what the values of a column say of a line.

    >>> state = line_state("Type", ["Express Checkout Payment", "General Withdrawal", "Fee"])
    >>> state.other
    ('General Withdrawal', 'Fee')
    >>> line_state("Fulfillment Status", ["pending", "CANCELED"]).unpaid  # not yet sent: sold
    ()
    >>> line_state("Payment State", ["open", "paid"]).unpaid, line_state("State", ["open"]).unpaid
    (('open',), ())
    >>> line_state("Status", ["created", "captured"]).unpaid
    ('created',)
    >>> state = line_state("Deal Status", ["Won", "Lost", "Open"])
    >>> state.cancelled, state.unpaid
    (('Lost',), ('Open',))
    >>> line_state("Stage", ["Closed Won", "Closed Lost", "Prospecting"]).unpaid
    ('Prospecting',)
    >>> line_state("Phase", ["Abgeschlossen und gewonnen", "Abgeschlossen und verloren"]).cancelled
    ('Abgeschlossen und verloren',)
    >>> line_state("Status", ["Bezahlt", "Offen"]).unpaid, line_state("Status", ["offen"]).unpaid
    (('Offen',), ())
    >>> line_state("Transaction Type", ["sale", "credit"]).returned
    ('credit',)
    >>> line_state("Transaction Type", ["Invoice", "Bill", "Expense", "Check"]).other
    ('Bill', 'Expense', 'Check')
    >>> line_state("refund_status", ["full", "partial"]).returned
    ('full',)
    """
    told = list(dict.fromkeys(values))
    cancelled, returned = status_words(told)
    browsed = browsing_words(told)
    rest = [v for v in told if v not in cancelled and v not in returned and v not in browsed]
    delivery = _DELIVERY.fullmatch(tokens(column)) is not None
    unpaid = () if delivery else tuple(v for v in rest if _UNPAID.search(_plain(v)))
    if _PAYMENT.fullmatch(tokens(column)) and not delivery:
        unpaid += tuple(v for v in rest if v not in unpaid and _NOT_YET.match(_plain(v)))
    if any(_WON.match(_plain(v)) for v in rest):
        lost = tuple(v for v in rest if _LOST.match(_plain(v)))
        cancelled += lost
        rest = [v for v in rest if v not in cancelled]
        # where deals are won and lost, every other stage is one before that
        before = _NOT_WON if lost else _NOT_YET
        unpaid += tuple(v for v in rest if v not in unpaid and before.match(_plain(v)))
    if not delivery and any(
        _PAID_UP.match(_plain(v)) or _OFFERED.match(_plain(v)) for v in (*rest, *unpaid)
    ):
        unpaid += tuple(v for v in rest if v not in unpaid and _NOT_YET.match(_plain(v)))
    if any(_TAKEN.match(_plain(v)) for v in rest):
        unpaid += tuple(v for v in rest if v not in unpaid and _BEGUN.match(_plain(v)))
    words = tokens(column).split()
    if {"refund", "refunded", "refunds"} & set(words):
        returned += tuple(v for v in rest if _plain(v) in {"full", "fully", "total"})
        rest = [v for v in rest if v not in returned]
    kind = any(map(_KIND.fullmatch, words))
    other: tuple[str, ...] = ()
    if kind and any(_CHARGED.match(_plain(v)) for v in rest):
        returned += tuple(v for v in rest if _CREDITED.match(_plain(v)))
        rest = [v for v in rest if v not in returned]
    if kind:
        other = tuple(v for v in rest if v not in unpaid and _NO_SALE.search(_plain(v)))
        sales = [v for v in rest if _SALE.search(v.lower()) and v not in other]
        payments = [v for v in rest if _PLAIN_PAYMENT.match(v.strip().lower())]
        if sales:
            unpaid += tuple(v for v in rest if v not in unpaid and _QUOTED.match(_plain(v)))
            bought = [v for v in rest if v not in other and _BOUGHT.match(_plain(v))]
            other += tuple(v for v in rest if v in {*payments, *bought})
    return LineState(column, cancelled, returned, browsed, unpaid, other)
