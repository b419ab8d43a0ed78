"""Italian: its words of orders stand in :mod:`smartcart.tables.order_words`."""

PARTS: dict[str, tuple[str, ...]] = {}
STATES: dict[str, tuple[str, ...]] = {}
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
