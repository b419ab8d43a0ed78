"""Danish and Norwegian."""

PARTS = {
    "customer": ("kunde", "kundenr", "kundenummer", "kunde id", "kundenavn", "køber", "kjøper",
                 "medlem", "medlemsnummer", "e-mail", "e-post", "debitor", "debitornr"),
    "order": ("ordre", "ordrenr", "ordrenummer", "bestilling", "bestillingsnummer", "fakturanr",
              "fakturanummer", "bilagsnr", "bonnr", "kvittering"),
    "date": ("ordredato", "bestillingsdato", "fakturadato", "købsdato", "kjøpsdato", "dato"),
    "amount": ("beløb", "beløp", "sum", "i alt", "totalbeløb", "totalbeløp", "total", "ordretotal",
               "at betale", "linjesum", "linjetotal", "fakturabeløb"),
    "quantity": ("antal", "antall", "mængde", "mengde"),
    "unit_price": ("pris", "stykpris", "stykkpris", "enhedspris", "enhetspris"),
    "product": ("produkt", "vare", "varenr", "varenummer", "varenavn", "produktnavn"),
    "category": ("kategori", "varegruppe", "produktgruppe"),
    "status": ("status", "ordrestatus", "betalingsstatus"),
    "discount": ("rabat", "rabatt", "rabatbeløb", "rabatkode"),
}  # fmt: skip
STATES = {
    "cancelled": ("annulleret", "annullert", "kansellert", "mislykket", "afvist", "makuleret"),
    "returned": ("returneret", "returnert", "refunderet", "refundert", "krediteret"),
    "partly": ("delvis", "delvist"),
    "unpaid": ("afventer betaling", "venter på betaling", "ubetalt", "kladde", "utkast"),
}
