"""Italian: beside what stands in :mod:`smartcart.tables.order_words`."""

PARTS = {
    "customer": (
        "carta fedeltà",
        "numero carta fedeltà",
        "tessera",
        "numero tessera",
        "tessera fedeltà",
        "tessera cliente",
        "intestatario",
        "ragione sociale cliente",
    ),
    "date": ("data e ora", "data scontrino", "data documento", "data emissione", "data vendita"),
    "amount": (
        "totale riga",
        "importo riga",
        "totale scontrino",
        "totale documento",
        "totale ordine",
        "importo pagato",
        "totale pagato",
    ),
    "order_total": (
        "totale scontrino",
        "totale documento",
        "totale ordine",
        "importo pagato",
        "totale pagato",
    ),
    "quantity": ("q.tà", "qtà", "quantità", "qta", "pezzi", "n. pezzi"),
    "unit_price": ("prezzo unitario", "prezzo un", "prezzo al pezzo", "prezzo di vendita"),
    "product": ("cod. prodotto", "cod prodotto", "cod. articolo", "nome prodotto", "descrizione"),
    "status": ("tipo", "tipo documento", "tipo operazione", "tipo movimento", "stato pagamento"),
    "other_day": ("data consegna", "data spedizione", "data reso", "data di nascita"),
    "discount": ("codice sconto", "buono sconto"),
}
STATES = {
    "sold": ("vendita", "evaso", "completato", "preso in carico", "pagato"),
}
CUSTOMERS = {
    "id": ("codice cliente", "id cliente", "numero cliente", "cliente"),
    "spend_total": (
        "totale speso",
        "spesa totale",
        "fatturato",
        "fatturato totale",
        "importo totale",
        "totale acquisti",
        "spesa",
    ),
    "frequency": (
        "numero ordini",
        "ordini",
        "numero acquisti",
        "totale ordini",
        "n ordini",
        "numero fatture",
    ),
    "last_date": (
        "ultimo ordine",
        "ultimo acquisto",
        "data ultimo ordine",
        "data ultimo acquisto",
        "ultima fattura",
    ),
    "first_date": (
        "cliente dal",
        "data registrazione",
        "primo ordine",
        "primo acquisto",
        "data iscrizione",
    ),
    "contact": ("nome", "cognome", "telefono", "indirizzo", "cap", "ragione sociale"),
}
