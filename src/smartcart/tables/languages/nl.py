"""Dutch."""

PARTS = {
    "customer": ("klant", "klantnummer", "klantnr", "klant id", "klantcode", "klantnaam", "koper",
                 "naam klant", "e-mailadres", "e-mailadres klant", "lidnummer", "gebruiker"),
    "order": ("bestelling", "bestelnummer", "bestelnr", "ordernummer", "ordernr", "factuurnummer",
              "factuurnr", "bonnummer", "kassabon", "bestelling id", "order id"),
    "date": ("besteldatum", "orderdatum", "factuurdatum", "aankoopdatum", "datum", "datum bestelling",
             "verkoopdatum", "geplaatst op", "aangemaakt op"),
    "amount": ("totaalbedrag", "totaal", "bedrag", "orderbedrag", "factuurbedrag", "omzet",
               "totaal bedrag", "regeltotaal", "totaalprijs", "totaal incl btw", "te betalen"),
    "quantity": ("aantal", "hoeveelheid", "stuks"),
    "unit_price": ("stukprijs", "prijs", "prijs per stuk", "eenheidsprijs", "verkoopprijs"),
    "product": ("product", "artikel", "artikelnummer", "artikelcode", "productnaam", "omschrijving"),
    "category": ("categorie", "productgroep", "artikelgroep"),
    "status": ("status", "bestelstatus", "orderstatus", "betaalstatus"),
    "discount": ("korting", "kortingsbedrag", "kortingscode"),
}  # fmt: skip
STATES = {
    "cancelled": ("geannuleerd", "vervallen", "mislukt", "geweigerd"),
    "returned": ("geretourneerd", "retour", "terugbetaald", "terugbetaling"),
    "partly": ("gedeeltelijk", "deels"),
    "unpaid": (
        "in afwachting van betaling",
        "wacht op betaling",
        "onbetaald",
        "concept",
        "offerte",
    ),
}
