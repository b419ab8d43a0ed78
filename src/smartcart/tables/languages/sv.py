"""Swedish."""

PARTS = {
    "customer": ("kund", "kundnr", "kundnummer", "kund id", "kundnamn", "köpare", "medlem",
                 "medlemsnummer", "e-post", "e-postadress", "kundens e-post"),
    "order": ("order", "ordernr", "ordernummer", "beställning", "beställningsnummer", "fakturanr",
              "fakturanummer", "kvittonummer", "kvitto"),
    "date": ("orderdatum", "beställningsdatum", "fakturadatum", "köpdatum", "datum", "inköpsdatum"),
    "amount": ("belopp", "summa", "totalt", "totalsumma", "ordersumma", "totalbelopp", "att betala",
               "radsumma", "fakturabelopp", "summa inkl moms"),
    "quantity": ("antal", "kvantitet"),
    "unit_price": ("pris", "styckpris", "à-pris", "pris per styck"),
    "product": ("produkt", "artikel", "artikelnr", "artikelnummer", "benämning", "produktnamn"),
    "category": ("kategori", "produktgrupp", "varugrupp"),
    "status": ("status", "orderstatus", "betalstatus"),
    "discount": ("rabatt", "rabattbelopp", "rabattkod"),
}  # fmt: skip
STATES = {
    "cancelled": ("avbruten", "annullerad", "makulerad", "misslyckad", "avbokad"),
    "returned": ("returnerad", "retur", "återbetald", "krediterad"),
    "partly": ("delvis",),
    "unpaid": ("väntar på betalning", "obetald", "utkast"),
}
