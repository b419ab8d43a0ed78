"""Romanian."""

PARTS = {
    "customer": (
        "client",
        "cod client",
        "nume client",
        "id client",
        "cumpărător",
        "email client",
        "card fidelitate",
        "card de fidelitate",
        "card client",
    ),
    "order": (
        "comandă",
        "nr comandă",
        "număr comandă",
        "nr. comandă",
        "id comandă",
        "factură",
        "nr factură",
        "număr factură",
        "bon",
    ),
    "date": ("data", "data comenzii", "data comandă", "data facturii", "data plasării"),
    "amount": ("total", "sumă", "valoare", "total comandă", "total de plată", "valoare totală"),
    "quantity": ("cantitate", "buc", "bucăți"),
    "unit_price": ("preț", "preț unitar"),
    "product": ("produs", "denumire produs", "cod produs", "articol", "denumire"),
    "category": ("categorie",),
    "status": ("stare", "status", "stare comandă", "status comandă"),
    "discount": ("reducere", "discount", "cupon"),
    "currency": ("monedă", "valută"),
}
STATES = {
    "cancelled": ("anulată", "anulat", "respinsă", "eșuată"),
    "returned": ("returnată", "returnat", "rambursată", "retur"),
    "partly": ("parțial",),
    "unpaid": ("în așteptarea plății", "neplătită", "neplătit", "ciornă", "ofertă"),
}
