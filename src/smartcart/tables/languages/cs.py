"""Czech and Slovak."""

PARTS = {
    "customer": (
        "zákazník",
        "číslo zákazníka",
        "id zákazníka",
        "jméno zákazníka",
        "odběratel",
        "kupující",
        "klient",
        "e-mail zákazníka",
    ),
    "order": (
        "objednávka",
        "číslo objednávky",
        "číslo objednávky",
        "kód objednávky",
        "faktura",
        "číslo faktury",
        "číslo dokladu",
        "účtenka",
        "číslo účtenky",
    ),
    "date": (
        "datum",
        "dátum",
        "datum objednávky",
        "dátum objednávky",
        "datum vytvoření",
        "datum vystavení",
        "datum nákupu",
        "vytvořeno",
    ),
    "amount": (
        "celkem",
        "spolu",
        "celkem s dph",
        "celkem k úhradě",
        "k úhradě",
        "cena celkem",
        "celková cena",
        "celková částka",
        "hodnota objednávky",
        "cena objednávky",
        "částka",
        "suma",
    ),
    "quantity": ("množství", "množstvo", "počet", "počet kusů", "ks", "kusů"),
    "unit_price": ("cena", "cena za kus", "jednotková cena", "cena za ks"),
    "product": ("zboží", "produkt", "položka", "název produktu", "název zboží", "kód produktu"),
    "category": ("kategorie", "kategória"),
    "status": ("stav", "stav objednávky", "status"),
    "discount": ("sleva", "zľava", "slevový kód"),
    "currency": ("měna", "mena"),
}
STATES = {
    "cancelled": ("stornováno", "storno", "zrušeno", "zrušená", "zrušené", "zamítnuto"),
    "returned": ("vráceno", "vrácená", "vrátené", "refundováno"),
    "partly": ("částečně", "čiastočne"),
    "unpaid": ("čeká na platbu", "nezaplaceno", "čaká na platbu", "koncept", "návrh"),
}
CUSTOMERS = {
    "id": (
        "cislo zakaznika",
        "id zakaznika",
        "kod zakaznika",
    ),
    "spend_total": (
        "celkova utrata",
        "obrat",
        "celkem utraceno",
    ),
    "frequency": (
        "pocet objednavek",
        "pocet nakupu",
        "objednavky",
    ),
    "last_date": (
        "posledni objednavka",
        "posledni nakup",
        "datum posledni objednavky",
    ),
    "first_date": (
        "registrace",
        "datum registrace",
        "prvni objednavka",
    ),
}
