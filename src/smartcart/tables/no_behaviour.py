"""What only describes beside purchases: points, guesses, scores, open carts, what is owed, rates.

None of them is what a customer did: points follow from the money, a guess and a score are a
model's, a cart and a pipeline were not bought, a rate of mails is made of counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from smartcart.records import Column
from smartcart.tables.customer_names import counts_orders, is_limit
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["no_behaviour", "with_no_behaviour_described"]

_MAIL = (
    r"open(s|ed|ing)?|clicks?|ctr|offnungs?|klicks?|ouvertures?|clics?|aperturas?|aberturas?|"
    r"cliques?|aperture|klik\w*|geopend|otwarc?\w*|otevren\w*|prokliku?|megnyitas\w*|kattintas\w*|"
    r"deschider\w*|oppnings?|abnings?|apnings?|avaus\w*|ανοιγμ\w*|κλικ|acilma|tiklama|открыти\w*|"
    r"клик\w*|відкритт\w*|клік\w*|bounce|deliver(y|ed)|unsubscribe"
)
_RATE = (
    r"rate|ratio|quote|taux|tasa|taxa|tasso|percent\w*|pourcentage|porcentaj?e\w*|percentuale|pct|"
    r"wskaznik|procent\w*|mira|arany\w*|rata|grad|frekvens|prosent\w*|ποσοστο|orani|доля|процент|"
    r"частка|prozent\w*"
)
OWED = "what is owed, or stands on an account"
_KINDS: tuple[tuple[str, str], ...] = (
    (
        "points or stamps, which follow from what was bought",
        r"\b(points?|punkte|(bonus|treue|payback)punkte|punkt\w{0,3}|puntos?|pontos?|punti|punten|"
        r"(spaar|bonus)punten|pont(ok|szam|jai|egyenleg)?|puncte(le)?|poang|point|"
        r"(bonus|klubb?)poeng|poeng|pisteet|(bonus)?pisteita|ποντοι|ποντων|puan\w*|балл\w*|бал(и|ів|ив)|"
        r"stamps?|stempel|sellos|tampons|carimbos|bollini|zegels|pieczatki|razitka|stampel|"
        r"stamplar|σφραγιδες)\b(?!.*\b(sales?|vendita|vente|venta|venda)\b)|"
        r"^(vernostni )?body( (celkem|stav|zustatek|zakaznika))?$",
    ),
    (
        "a guess at what will be",
        r"\b(pred(icted|iction|ict)?|forecast(ed)?|projected|projection|expected|estimated|"
        r"erwartet\w*|prognose\w*|prognosti\w*|vorhersage\w*|voraussichtlich\w*|geschatzt\w*|prevu(e|s|es)?|"
        r"previsions?|previsionnel\w*|estimee?s?|esperad[oa]s?|previst[oa]|pronostico|previsao|"
        r"estimad[oa]|previsione|attes[oa]|stimat[oa]|verwacht\w*|voorspeld?\w*|geschat\w*|"
        r"prognoz\w*|oczekiwan\w*|przewidywan\w*|ocekavan\w*|predikce|odhad\w*|varhato|elorejelz\w*|"
        r"becsult|asteptat\w*|estimat\w*|forvantad\w*|prognos|forventet|estimert|odotettu|ennuste\w*|"
        r"αναμενομεν\w*|προβλεψη|εκτιμωμεν\w*|beklenen|tahmin\w*|прогноз\w*|ожидаем\w*|очикуван\w*|"
        r"очікуван\w*)\b",
    ),
    (
        "a score or a code that somebody gave",
        r"\b(rfm|fmr|scores?|scoring|rating|nps|punteggio|puntaje|puntuacion|pontuacao|puntuatie|"
        r"wynik|skore|hodnocen[ií]|pontozas|scor(ul)?|bewertung\w*|note client|betyg|karakter|"
        r"pisteytys|βαθμολογια|skor|skoru|рейтинг|скоринг|оцінка|оценка)\b",
    ),
    (
        "what was not bought yet",
        r"\b(pipeline|opportunit\w*|"
        r"(open|abandoned|current|active) (carts?|baskets?|quotes?|deals?)|"
        r"(shopping )?cart (value|total|amount|sum)|carts? (open|abandoned)|wishlist\w*|"
        r"wunschliste|merkzettel|(offene\w* )?warenkorb(wert)?|panier (en cours|abandonne|ouvert)|"
        r"carrito( (abierto|abandonado|actual))?|carrinho( (aberto|abandonado|atual))?|carrello|"
        r"winkelwagen|koszyk\w*|kosik\w*|kosar\w*|kundvagn\w*|varukorg\w*|(indkobs|handle)?kurv|"
        r"ostoskori\w*|καλαθι|sepet\w*|корзин\w*|кошик\w*)\b",
    ),
    (
        OWED,
        r"\b(debts?|owed|owing|unpaid|overdue|due|wallet|store credit|gift ?card balance|credits?|"
        r"guthaben\w*|offen(e[rs]?)?|uberfallig\w*|impaye\w*|avoir|cagnotte|pendientes?|impagad\w*|"
        r"monedero|vencid[oa]|deuda|em aberto|fiado|devido|cashback|insolut\w*|scadut[oa]|"
        r"openstaand\w*|tegoed|schuld\w*|zaleg\w*|niezaplacon\w*|nezaplacen\w*|kredit|dlug\w*|dluh\w*|"
        r"tartozas|kintlevoseg\w*|restant\w*|datori\w*|obetal\w*|skuld\w*|ubetal\w*|skyldig\w*|gjeld|"
        r"tilgode\w*|maksamat\w*|velka|οφειλ\w*|υπολοιπο|borc\w*|долг\w*|борг\w*)\b",
    ),
    (
        "a rate that is made of counts",
        rf"\b({_MAIL})\w* ?({_RATE})\b|\b({_RATE}) ((d|de|di|der|van|of) )?({_MAIL})\b|"
        r"\b(openratio|openrate|clickrate|"
        r"offnungsrate|klickrate|ctr|openingspercentage|klikpercentage|avausprosentti|oppningsgrad|"
        r"klickfrekvens|abningsrate|klikrate|apningsrate)\b",
    ),
    (
        "the amount of one order, not of all of them",
        r"\b(max(imum|imal\w*)?|min(imum|imal\w*)?|largest|biggest|highest|smallest|lowest|grosst\w*|"
        r"hochst\w*|kleinst\w*|maxim[oa]|minim[oa]|massim[oa]|mayor|menor|maior|hoogste|laagste|"
        r"grootste|najwieksz\w*|nejvyssi|nejvetsi|legnagyobb|hogsta|storsta|hojeste|storste|suurin|"
        r"μεγιστ\w*|en yuksek|максимальн\w*)\b.*"
        r"\b(order|purchase|basket|transaction|invoice|amount|value|bestell\w*|kauf\w*|bon|beleg|"
        r"umsatz|betrag|wert|commande|achat|panier|montant|pedido|compra|ticket|importe|monto|valor|"
        r"ordine|acquisto|importo|scontrino|bestelling|aankoop|bedrag|zamowieni\w*|zakup\w*|kwota|"
        r"objednavk\w*|nakup\w*|rendeles\w*|vasarlas\w*|kop|order|ordre|kob|kjop|tilaus|ostos|"
        r"παραγγελ\w*|αγορα\w*|siparis\w*|alisveris\w*|заказ\w*|покупк\w*|чек\w*)\b",
    ),
)
_AVERAGE = (
    r"\b(avg|average|mean|aov|durchschnitt\w*|mittler\w*|moyenn?e?s?|promedio|medi[oa]|gem|"
    r"gemiddeld\w*|sredni\w*|prumer\w*|atlag\w*|medie|snitt\w*|genomsnitt\w*|gennemsnit\w*|"
    r"gjennomsnitt\w*|keski\w*|μεσ(η|ος|ο)|ortalama\w*|средн\w*|середн\w*)\b"
)
_PATTERNS = tuple((why, lazy_pattern(pattern)) for why, pattern in _KINDS)
_AVERAGES = lazy_pattern(_AVERAGE)


def no_behaviour(name: str) -> str | None:
    """Return what a column is that tells nothing a customer did, by its name; else ``None``.

    >>> no_behaviour("Puntos canjeados"), no_behaviour("lifetime_value_pred")
    ('points or stamps, which follow from what was bought', 'a guess at what will be')
    >>> no_behaviour("Open Pipeline"), no_behaviour("Fiado em aberto")
    ('what was not bought yet', 'what is owed, or stands on an account')
    >>> no_behaviour("Geopend"), no_behaviour("Clicks"), no_behaviour("Returns")
    (None, None, None)
    """
    words = tokens(name)
    if _AVERAGES.search(words):
        return None
    found = next((why for why, pattern in _PATTERNS if pattern.search(words)), None)
    return found or (OWED if is_limit(name) else None)


def with_no_behaviour_described(
    columns: Sequence[Column], said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; beside orders or spend, what is no behaviour by its name describes.

    Averages form, unless their figures say of what they are made.
    """
    columns = tuple(columns)
    told = {c.meaning.partition(":")[0] for c in columns if c.role in {"forms", "describes"}}
    money, orders = bool(told & {"spend_total", "spend"}), bool(told & {"frequency", "channel"})
    shop = any(
        c.role == "forms"
        and (c.meaning == "last_date" or (c.meaning == "frequency" and _of_orders(c)))
        for c in columns
    )
    if not (money or orders):
        return columns

    def described(column: Column) -> Column:
        given = column.name in said  # the same role may be said: it keeps the reason
        if column.meaning != "measure" or column.role != ("describes" if given else "forms"):
            return column
        why = no_behaviour(column.name)
        if why is None or (why == OWED and not shop):
            return column
        return replace(column, role="describes", reason=f"from its name: {why}: describes")

    return tuple(map(described, columns))


def _of_orders(column: Column) -> bool:
    """Return whether a count is one of orders, as shops have them, by its name or its figures."""
    return counts_orders(column.name) or column.reason.startswith("from its values")
