"""Finnish."""

PARTS = {
    "customer": (
        "asiakas",
        "asiakasnumero",
        "asiakasnro",
        "asiakkaan nimi",
        "ostaja",
        "sähköposti",
        "asiakkaan sähköposti",
        "kanta-asiakaskortti",
        "asiakaskortti",
    ),
    "order": (
        "tilaus",
        "tilausnumero",
        "tilausnro",
        "laskunumero",
        "lasku",
        "kuitti",
        "kuittinumero",
    ),
    "date": ("päivämäärä", "tilauspäivä", "tilattu", "laskun päivä", "ostopäivä", "pvm"),
    "amount": (
        "summa",
        "yhteensä",
        "loppusumma",
        "tilauksen summa",
        "kokonaissumma",
        "maksettava",
        "rivisumma",
    ),
    "quantity": ("määrä", "kpl", "lukumäärä"),
    "unit_price": ("hinta", "yksikköhinta", "kappalehinta"),
    "product": ("tuote", "tuotenimi", "tuotenumero", "tuotekoodi", "nimike"),
    "category": ("kategoria", "tuoteryhmä"),
    "status": ("tila", "tilauksen tila"),
    "discount": ("alennus", "alennuskoodi"),
    "currency": ("valuutta",),
}
STATES = {
    "cancelled": ("peruutettu", "peruttu", "hylätty", "epäonnistunut"),
    "returned": ("palautettu", "hyvitetty"),
    "partly": ("osittain",),
    "unpaid": ("odottaa maksua", "maksamaton", "luonnos"),
}
