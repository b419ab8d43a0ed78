"""Hungarian."""

PARTS = {
    "customer": (
        "vevő",
        "vásárló",
        "ügyfél",
        "vevőkód",
        "vevő neve",
        "vásárló neve",
        "ügyfél azonosító",
        "e-mail cím",
        "törzsvásárlói kártya",
        "hűségkártya",
    ),
    "order": (
        "rendelés",
        "rendelésszám",
        "rendelés száma",
        "rendelés azonosító",
        "megrendelés",
        "számlaszám",
        "bizonylatszám",
        "nyugtaszám",
    ),
    "date": ("dátum", "rendelés dátuma", "megrendelés dátuma", "vásárlás dátuma", "kelte"),
    "amount": (
        "végösszeg",
        "összeg",
        "összesen",
        "fizetendő",
        "bruttó összeg",
        "nettó összeg",
        "bruttó végösszeg",
    ),
    "quantity": ("mennyiség", "darab", "db", "darabszám"),
    "unit_price": ("ár", "egységár", "bruttó ár"),
    "product": ("termék", "termék neve", "cikk", "cikkszám", "megnevezés"),
    "category": ("kategória",),
    "status": ("állapot", "státusz", "rendelés állapota"),
    "discount": ("kedvezmény", "kupon"),
    "currency": ("pénznem", "deviza"),
}
STATES = {
    "cancelled": ("törölve", "törölt", "lemondva", "sztornó", "visszavonva", "sikertelen"),
    "returned": ("visszaküldve", "visszáru", "visszatérítve"),
    "partly": ("részben", "részleges"),
    "unpaid": ("fizetésre vár", "fizetetlen", "piszkozat", "ajánlat"),
}
