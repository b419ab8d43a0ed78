"""The words of an order log: a row per part of an order line, with names, types and the role.

As in :mod:`smartcart.tables.english`, a pattern matches the tokens of a column's name; the first
part that matches and whose type fits takes the column. Five languages together, and the words of
Italian and Dutch shops.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from smartcart.records import ColumnRole, ColumnType
from smartcart.tables.patterns import lazy_pattern

__all__ = [
    "DELIVERED",
    "IDENTIFIES",
    "LOOSELY",
    "MEANINGS",
    "NOT_MONEY",
    "NOT_WHO",
    "OF_CUSTOMERS",
    "ONE_ORDER",
    "PARTS",
    "PREFERRED",
    "RULES",
    "TRAIT",
    "WHOLE_ORDER",
    "Part",
]

_ID = (
    r"( ?(unique |hash )?(id|no|nr|nbr|number|num|key|code|hash|nummer|numero|num|codigo|codice))?"
)
_NUMBER_OF = (
    r"id|identifiant|identificador|numero|num|nro|no|n|code|cod|codigo|codice|ref|reference"
)
_WHEN = r"(date|datetime|time ?stamp|date time|day|dt|dat|at|on|time)"
_ORDER = (
    r"order|invoice|inv|transaction|trans|trx|txn|receipt|basket|bill|ticket|sale|sales|purchase|"
    r"cart|booking|reservation|appointment|docket|document|gift|donation|charge|payment|"
    r"bestellung|bestell|auftrags?|rechnungs?|beleg|bons?|kassenbon|kauf|einkaufs?|"
    r"pedido|factura|compra|venta|commande|facture|achat|ticket de caisse|"
    r"fatura|venda|nota fiscal|cupom( fiscal)?|recibo|comprobante|boleta|"
    r"comanda|encomenda|ordine|fattura|scontrino|acquisto|bestelling|factuur|"
    r"order header|sales order|increment"
)
_ORDER_ALONE = (
    r"order|invoice|transaction|receipt|basket|ticket|bestellung|beleg|bon|kassenbon|pedido|"
    r"factura|commande|facture|fatura|encomenda|ordine|scontrino|cupom( fiscal)?|recibo|"
    r"comprobante|boleta|trans|txn"
)
_PERSON = (
    r"customer|client|user|member|shopper|buyer|account|household|person|card ?holder|cust|"
    r"purchaser|subscriber|guest|donor|patient|passenger|visitor|loyalty member|consumer|"
    r"kunden?|kund(e|in)|mitglieds?|benutzer|nutzer|abonnent|kunden ?karten?|"
    r"cliente|acheteur|adherent|abonne|comprador|consumidor|usuario|socio|abonado|assinante|"
    r"utilisateur|klant|uid|cpf|cnpj|dni|nif|codice fiscale"
)
_NUMBERED = r"contact|lead|party|loyalty|cc|credit card|debit card|policy|patron|student|membership"
_MAIL = r"e ?mail( address| adresse)?|mail|correo( electronico)?|courriel"
_NET = (
    r"( (net|gross|excl|incl|tax|vat|ht|ttc|netto|brutto|neto|bruto|liquido|iva|mwst|"
    r"usd|eur|euro|euros|gbp|inr|brl|chf|cents?|signed|signe))*"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an order line: names, types that fit, the role that follows, and why."""

    name: str
    pattern: str
    types: tuple[ColumnType, ...]
    role: ColumnRole
    reason: str


_PLAIN: tuple[ColumnType, ...] = ("number", "text")
_NUMBER: tuple[ColumnType, ...] = ("number",)
_SORT: tuple[ColumnType, ...] = ("text", "number", "boolean")

NO_NAME = r"(?!)"  # found by what the column holds, or said by the user

PARTS: tuple[Part, ...] = (
    Part(
        "customer",
        rf"({_PERSON}){_ID}|({_NUMBER_OF}) ({_PERSON})|(({_PERSON}) )?({_MAIL})|"
        r"(loyalty |lylty |credit |debit )?card ?(id|no|nr|nbr|number|num)|"
        r"(loyalty|customer|member(ship)?|bonus|club) card|"
        rf"(({_NUMBER_OF}) )?(carte|carta|tarjeta|cartao)( (de|di|do|del))? "
        r"(fidelite|fidelta|fidelidad|fidelidade|fidelizacion|clientes?|client|socio)|"
        r"(kunden|treue|bonus)karten?( ?(nr|nummer|no|id))?|"
        rf"({_NUMBERED}) ?(id|no|nr|nbr|number|num|key)|(kunden|klant|client)(nummer|nr)|"
        r"(kd|kdn|kund|kunden|deb(itor(en)?)?) (nr|no|num|nummer|code)|"
        r"auftraggeber|besteller|name (des|der) (gaste?s?|kunden|kaufers|bestellers)|gast ?name|"
        r"hauptgast|kontoname|a ?/? ?c( ref| no| code)?|(sold|bill) to|"
        r"(associated|zugeordnete[rs]?) (contact|kontakt|company|unternehmen)( ids?)?|"
        r"(remitente|mittente|absender|afzender)( e ?mail( adresse)?)?|"
        r"((nom d affichage|nom affiche) )?(du )?partenaire( (de|sur) (la )?(facture|commande))?|"
        r"(invoice|order) partner( display name)?|((nombre|nome) (mostrado|visualizado|exibicao) )?"
        r"(del |do )?(asociado|parceiro)( (de|da) (la )?(factura|fatura))?|"
        r"(booked by|gebucht von|reserve par|reservado por|prenotato da|geboekt door)|"
        rf"({_PERSON}) ?name|(name|nome|nombre|nom|naam) ({_PERSON})",
        _PLAIN,
        "id",
        "says whose order it is",
    ),
    Part(
        "date",
        rf"({_ORDER})? ?{_WHEN}( ({_ORDER}|time|utc|local))*|(date|fecha|data) (d )?({_ORDER})|"
        r"(auftr|auf|best|bestell|rech|rg|beleg) dat|"
        r"(bestell|rechnungs|kauf|beleg|auftrags)datum|(bestel|factuur)datum|datum|fecha|data|"
        rf"{_WHEN} of ({_ORDER})|t dat|zeitpunkt|(event|charged|placed|paid) {_WHEN}|"
        rf"({_ORDER}) (purchase|created|placed) {_WHEN}|created( at| on| date)?|"
        rf"({_ORDER}) (time ?stamp|datum|fecha|data)|(order|purchase|transaction) "
        rf"(approved|purchase) time ?stamp|check ?in( date)?|arrival( date)?",
        ("date",),
        "forms",
        "the day of the order: gives recency, tenure and rhythm",
    ),
    Part(
        "order",
        rf"({_ORDER}) ?(id|no|nr|nbr|number|num|key|code|nummer|numero|codigo|codice|reference|"
        rf"ref)|{_ORDER_ALONE}|(bestell|bestel|rechnungs|beleg|auftrags|bon|factuur)(nummer|nr|id)|"
        rf"(id|numero|no|num|nro|n|cod|codigo)( of)? ({_ORDER})|"
        r"(auftr|auf|best|bestell|rech|rg|lief|beleg|vorgang|buchung|reservierung)s? "
        r"(nr|no|num|code)|(buchungs|reservierungs|vorgangs|quittungs|transaktions|vertrags|"
        r"auftrags|bestell|beleg|rechnungs)"
        r"(nummer|nr|code|id|referenz|kennung)|"
        r"(sales |billing |bill |invoice )?(doc|document)( (no|nr|num|number))?|"
        r"(deal|opportunity|opp) (id|no|number)|lieferschein( ?(nr|nummer))?|delivery note( (no|"
        r"number))?|bon de livraison|albaran|"
        r"pakbon",
        _PLAIN,
        "forms",
        "says which lines are one order: gives the frequency",
    ),
    Part(
        "quantity",
        r"(order |item |product |line |line ?item )?(quantity|qty|quant|units|pieces|pcs)"
        r"( ordered| sold| bought| purchased)?|(num|number|no|count)( of)? "
        r"(items|units|pieces|products)|items( bought| sold| purchased)?|"
        r"(auftrags|bestell|verkaufs|rechnungs)?menge|stuckzahl|anzahl|stueck|stuck|cantidad|"
        r"unidades|quantite|qte|quantidade|qtd|qtde|quantita|"
        r"aantal",
        _NUMBER,
        "forms",
        "pieces bought",
    ),
    Part(
        "unit_price",
        r"((unit|item|product|list|net|gross|sale|sales|selling|retail|wholesale|trade|dealer|"
        r"line ?item)? ?price"
        r"( each| per unit| unit| per item)?|price of (unit|item)|unit cost|"
        r"(einzel|stueck|stuck|artikel|verkaufs|e ?|ep ?|vk ?)?preis|precio( unitario)?|"
        r"prix( unitaire)?|"
        rf"preco( unitario)?|valor unitario|prezzo( unitario)?|prijs){_NET}",
        _NUMBER,
        "forms",
        "the price of one piece",
    ),
    Part(
        "amount",
        rf"((line|item|net|gross|total|sub|grand|paid|payment|usd|eur|gbp|{_ORDER}) ?)*"
        r"(amount|amt|total|value|revenue|sales|sale|spend|spent|turnover|subtotal|monetary|"
        r"dollars|euros|pounds)( (usd|eur|gbp|inr|paid|spent|amount|value|net|gross|price|signed|"
        r"signe))*|"
        r"(total price|price total|(netto|brutto)?umsatz|betrag|gesamt(preis|betrag|summe|wert)?|"
        r"(rechnungs|bestell|waren)(betrag|wert|summe)|summe|importe( total)?|monto( total)?|"
        r"total a pagar|montant( total)?|chiffre d? ?affaires|prix total|valor( total)?|"
        r"preco total|receita|sales value|sold for|vendu pour|verkauft fur|vendido por|"
        r"venduto (a|per)|verkocht voor|(ventes|ventas)( nett?[eo]?s?| netas)?|"
        r"vendas( liquidas)?|vendite( nette)?|purchase|compra|venta|venda|achat|"
        r"(netto|brutto|positions?|zahl|zahlungs|verkaufs|artikel|auftrags)(wert|betrag|summe)|"
        r"zu zahlen|"
        r"payment|paiement|zahlung|pago|pagamento|betaling|"
        rf"importo( totale)?|totale|prezzo totale|bedrag|totaal( bedrag)?){_NET}",
        _NUMBER,
        "forms",
        "the money of the line",
    ),
    Part(
        "discount",
        r"(retail |item |order |line ?item )?(discount|disc|coupon|promo|promotion|voucher|rebate|"
        r"markdown|deal(?! (id|name)))s?( (rate|pct|percent|percentage|amount|value|applied|used|"
        r"code|id|"
        r"name|"
        r"type|disc))?|(is |on )(discount|discounted|promo|promotion|sale)|"
        r"(rabatt|descuento|dto|remise|reduction|desconto|sconto|korting)"
        r"( ?(code|betrag|satz|pct|prozent))?|cupon|cupom|gutschein( ?code)?",
        ("number", "text", "boolean"),
        "forms",
        "bought at a discount",
    ),
    Part(
        "status",
        rf"(({_ORDER}|payment|delivery|line|item|fulfil?lment|financial|shipping|shipment|refund|"
        r"current|transaction|sale|zahlungs?|liefer|versand|booking|reservation|paiement|pago) ?)*"
        r"(status( id| name| code)?|state|state of order)|"
        r"((order|transactions?|deliver(y|ies)|primary|current)( order)? ?)?state machine state"
        r"( (name|technical name))?|"
        r"(status|estado|stato|statut|situacao|etat) (do|da|del|de|di|du|van|of|d)( la| l)? \w+|"
        r"estado( pedido| del pedido)?|statut|situacao|bestellstatus|stato( ordine)?|"
        r"etat( (commande|facture))?|zustand|returned|"
        r"is returned|cancell?ed|is cancell?ed|return|(event|action|activity)( type| name)?|"
        rf"(({_ORDER}|line|row|record|entry|item|event|document|posting) )?(type|kind)|typ|"
        r"zahlungsstatus|lieferstatus|balance impact|is (void|voided|refunded|test)|voided|"
        r"refunded",
        ("text", "boolean", "number"),
        "describes",
        "tells cancelled and returned orders",
    ),
    Part(
        "channel",
        r"((sales|order|purchase|marketing|acquisition) )?(channel|platform|medium|device|source)"
        r"( name| type| id)?|canal( de)?( venta| venda| vente)?|kanal|vertriebs(kanal|weg)|"
        r"order (method|mode)",
        _SORT,
        "forms",
        "where it was bought: shares per channel",
    ),
    Part(
        "product",
        r"(stock|product|item|line ?item|sku|article|artikel|material|upc|ean|asin) ?"
        r"(id|code|no|nr|number|num|key|sku|nummer)?|product|item|sku|produkt|producto|produit|"
        r"produto|articulo|artigo|articolo|prodotto|(product|item|line ?item) "
        r"(name|description|title)|description|item (description|purchased)|"
        r"(ref|code|cod|nr|numero) (article|artikel|articulo|produit|producto|produto|articolo)|"
        r"(artikel|produkt)?bezeichnung|artikelname|descripcion|descricao|designation|descrizione|"
        r"(descripcion|descricao|designation) (articulo|producto|produto|article|produit)",
        _PLAIN,
        "forms",
        "tells different products",
    ),
    Part(
        "category",
        r"(product |item |sub |main )*(category|categories|department|product line|product type|"
        r"family|group|commodity( desc)?|kategorie|warengruppe|artikelgruppe|categoria|categorie|"
        r"rayon|famille|familia|departamento|section|aisle)( name| english| code)*",
        _SORT,
        "describes",
        "what was bought: shares per category",
    ),
    Part(
        "currency",
        r"currency( code)?|waehrung|wahrung|moneda|devise|moeda|valuta",
        ("text",),
        "describes",
        "more than one currency makes sums wrong",
    ),
    Part("email", NO_NAME, ("text",), "describes", "tells buyers apart whose customer is nobody"),
    Part("given_name", NO_NAME, ("text",), "describes", "with the customer's says who bought"),
    Part("refund", NO_NAME, _NUMBER, "describes", "the money that was given back of an order"),
    Part(
        "cancelled_on",
        NO_NAME,
        ("date", "text", "number", "boolean"),
        "describes",
        "filled where the order was cancelled",
    ),
    Part(
        "shop",
        NO_NAME,
        _SORT,
        "describes",
        "each of its values numbers its orders by itself",
    ),
    Part(
        "row_type",
        NO_NAME,
        ("text",),
        "describes",
        "tells rows of orders, of their lines and others apart",
    ),
)

LOOSELY: dict[str, re.Pattern[str]] = {
    "amount": lazy_pattern(
        r".*\b(amount|amt|revenue|sales|price|total|value|spend|spent|turnover|cents|dollars|euros|"
        r"pounds|fare|umsatz|betrag|preis|wert|importe|monto|precio|montant|prix|valor|preco|"
        r"importo|prezzo|bedrag|vk|eur|usd|gbp|net|netto|gross|brutto|bruto)\b.*"
    ),
    "quantity": lazy_pattern(r".*\b(quantity|qty|menge|cantidad|quantite|quantidade|quantita)\b.*"),
}
"""What a name speaks of somewhere, where no column says it plainly."""
NOT_MONEY = lazy_pattern(
    r".*\b(tax|taxes|vat|iva|tva|mwst|discount|disc|rabatt|shipping|freight|delivery|balance|"
    r"limit|points|id|no|nr|code|key|qty|quantity|count|score|rating|cost|profit|margin|age)\b.*"
)
IDENTIFIES = lazy_pattern(r"(.+ )?(id|ids|no|nr|nbr|num|number|nummer|key|code|hash|uuid|guid)|id")
"""A name that says that the column identifies something."""
NOT_WHO = lazy_pattern(
    r".*\b(store|branch|shop|filiale?|outlet|product|item|article|artikel|sku|ean|upc|stock|"
    r"category|kategorie|brand|merchant|seller|vendor|supplier|lieferant|employee|staff|agent|rep|"
    r"cashier|driver|order|invoice|row|line|lineitem|eval|campaign|coupon|promo|promotion|channel|"
    r"department|zip|postal|post|plz|pin|area|country|city|state|region|phone|session|warehouse|"
    r"terminal|register|device|currency|status|type|event|week|month|day|year|qtr|quarter|page|"
    r"batch|payout|settlement|packet|parcel|package|offer|listing|transfer|statement|deposit|"
    r"reference|psp|lot|journal|ledger|asin|gtin|barcode|isbn|bin|issuer|gateway|document|report|"
    r"request|message|ticket|receipt|transaction|payment|subscription|plan|variant|parent|"
    r"url|version|tracking|shipment|ship|room|table|seat|dow|hour)\b.*"
)
"""What a column may identify that is no customer."""
WHOLE_ORDER = lazy_pattern(
    r"(order|invoice|transaction|trans|receipt|basket|bill|ticket|cart|grand|bestell|rechnungs?|"
    r"pedido|factura|commande|facture|fatura|ordine|fattura) ?"
    r"(total|amount|value|betrag|wert|summe)"
)
"""Money of the whole order, repeated on each of its lines."""
DELIVERED = lazy_pattern(
    r".*\b(ship|shipped|shipping|deliver|delivered|delivery|due|required|expected|estimated|"
    r"birth|dob|update|updated|modified|return|returned|cancel|cancelled|canceled|end|expiry|"
    r"check ?out|load|loaded|import|imported|export)\b.*"
)
"""A date that is not the day on which something was bought."""

MEANINGS: dict[str, ColumnRole] = {part.name: part.role for part in PARTS} | {"trait": "describes"}
"""What a column of an order log can mean, with the role that it brings."""
RULES = tuple((lazy_pattern(part.pattern), part) for part in PARTS)
ONE_ORDER = lazy_pattern(  # its number: no count of orders
    r"(order|invoice|receipt|bill|check|ticket|transaction|sale)( (num|no|number|nr))?"
)
OF_CUSTOMERS = {"frequency", "recency", "tenure", "visits", "spend_total", "income"}
TRAIT = lazy_pattern(
    r".*\b(country|region|state|city|gender|sex|segment|market|land|pais|pays|stadt|ciudad|ville|"
    r"cidade|estado|provincia|uf|customer type|member(ship)?( type| status)?|age group)\b.*"
)
PREFERRED = {  # of several columns for a part: the first that matches
    "date": (rf"(order|invoice|purchase|transaction|sale).*|.*({_ORDER}).*",),
    "customer": (
        rf"({_PERSON}) unique.*",
        rf"({_PERSON}) ?(id|no|nr|number|nummer|key|code).*",
        rf"({_NUMBER_OF}) ({_PERSON})",
        rf"{_PERSON}",
        r".*card.*",
        rf".*({_MAIL}).*",
    ),
    "order": (r"(order|invoice|bestell|rechnung|pedido|commande|facture|transaction).*",),
    "amount": (r"(line|item|sub).*", r".*(amount|sales|revenue|umsatz|betrag).*", r".*total.*"),
    "unit_price": (
        r"(?!.*\b(retail|list|rrp|msrp|uvp|compare|original|regular|before|old|full)\b).*",
    ),
    "category": (r"(product )?category.*", r"department.*"),
    "product": (r".*(id|code|sku|no|nr|number|nummer)", r"product.*"),
    "status": (r"order.*", r".*status.*"),
    "discount": (r".*(discount|rabatt|descuento|remise|desconto).*",),
}
