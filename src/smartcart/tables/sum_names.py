"""What a name made of a sum and of what is summed says: ``Total del pedido``, ``Сумма по позиции``.

A language has few words for a sum, for an order and for its line; shops put them together at will,
in either order. Whatever else stands in a name makes it another name.
"""

from __future__ import annotations

from functools import lru_cache

from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tax_words import taxes_aside
from smartcart.tables.tokens import tokens

__all__ = ["LINE", "ORDER", "of_a_line", "summed", "to_pay"]

ORDER, LINE = "order", "line"

_SUM = lazy_pattern(
    r"total(e|es|is|t|en|na|ny|belopp(et)?)?|sum|summ?[aei]|somme?|soma|amount|value|amt|grand|"
    r"(gesamt|brutto|netto|end)?(betrag|summe|wert)|gesamt|montant|valeur|importe?|importo|monto|valor|valore|"
    r"(totaal)?bedrag|totaal|waarde|suma|wartosc|kwota|razem|lacznie|calkowita|castka|celkem|"
    r"celkova|celkovy|spolu|hodnota|(veg)?osszeg(e)?|osszesen|ertek(e)?|valoare(a)?|belopp(et)?|"
    r"(total)?(belop(et)?|belob(et)?)|alt|yhteensa|(loppu)?summa(n)?|tutar[iı]?|toplam[iı]?|"
    r"bedel[iı]?|jumlah|nilai|итого|сумма|итоговая|общая|всего|стоимость|сума|загальна|разом|"
    r"всього|вартість|обща|общо|стойност|συνολο|συνολικο|ποσο|αξια|ukupno|ukupan|iznos|skupaj|"
    r"znesek|vrijednost|vrednost|viso|bendra|kopa|kopsumma|kokku|kogusumma"
)
_ORDER = lazy_pattern(
    r"order(ns)?|ordre(ns?)?|invoice|receipt|checkout|auftrag(s|es)?|bestellung|rechnung|belegs?|"
    r"pedido|orden|factura|venta|ticket|recibo|commande|facture|encomenda|fatura|venda|nota|"
    r"ordine|fattura|vendita|doc(umento)?|dokumentu|dokladu|документ(а|у)?|scontrino|bestelling|factuur|zamowieni(e|a|u)|faktur[ayi]|"
    r"paragonu?|transakcji|objednav(ka|ky|ku|ce)|rendeles(e|enkent)?|szamla|comanda|comenzii?|"
    r"bestallning(ens?)?|faktura(ns?)?|bestilling(ens?)?|tilau(s|ksen)|lasku(n)?|siparis(in)?|"
    r"fatura(nin)?|pesanan|заказ(а|у)?|чек(а|у)?|счет(а|у)?|покупк(а|и|е)|замовленн(я|ю|і)|"
    r"поръчка(та)?|παραγγελια[ςσ]?|narudzb(a|e|i)|narocil(o|a|u)|uzsakym(as|o|ui)|"
    r"pasutijum(s|a|am)|tellimus(e|ele)?"
)
_LINE = lazy_pattern(
    r"line|row|position(en)?|zeile|posten|linea|fila|partida|ligne|linha|riga|voce|regel|"
    r"pozycj[aie]|wiersza?u?|polozk[ayu]|tetel|sor|pozitie|linie|rad(ens?)?|linje(ns?)?|"
    r"rivi(n)?|sat[iı]r[iı]?|kalem[iı]?|baris|позици(я|и|ю|ї)|строк(а|и|е)|рядк?(а|у|ок)|ред|"
    r"γραμμη[ςσ]?|stavk[aei]|postavk[aei]|eilut(e|es)|rinda(s)?|rida|rea"
)
_ITEM = lazy_pattern(
    r"(line ?)?items?|products?|articles?|artikel(s|en)?|produkt(s|en)?|produits?|articulos?|"
    r"productos?|artigos?|produtos?|articol[oi]|prodott[oi]|artykulu?|produktu|towaru?|termek|"
    r"товар(а|у)?|urun|ware(n)?"
)
_LINK = lazy_pattern(
    r"of|per|for|the|in|each|by|pro|je|der|des|die|de|del|la|el|le|l|par|pour|por|du|da|do|di|dell|"
    r"della|van|voor|za|na|w|z|po|ze|pentru|pe|for|av|af|i|icin|по|за|на|в|от|από|ανα|τη[σς]?|του|"
    r"full|whole|complete|gesamte[rn]?"
)
_DUE = lazy_pattern(  # what is to be paid
    r"do zaplaty|zu zahlen(d(er|e))?|zahlbar(er)?|a pagar|a payer|da pagare|te betalen|att betala|"
    r"at betale|a betale|k uhrade|k zaplaceni|na uhradu|fizetendo|de plata|odenecek|maksettava|"
    r"к оплате|до сплати|до оплати|за плащане|за плаћање|za placanje|za placilo|moketina|"
    r"apmaksai|tasumiseks|πληρωτεο"
)


@lru_cache(maxsize=20_000)
def summed(name: str) -> str | None:
    """Return :data:`ORDER` or :data:`LINE`, where a name is a sum of one; else ``None``.

    A sum that is to be paid is one of the order.

    >>> summed("Итого по заказу"), summed("Сумма по позиции"), summed("Total del pedido")
    ('order', 'line', 'order')
    >>> summed("Kwota do zapłaty"), summed("Suma zamówienia"), summed("Summe je Position")
    ('order', 'order', 'line')
    >>> summed("Total"), summed("Order status"), summed("Discount total of the order")
    (None, None, None)
    """
    words = tokens(name)
    words = taxes_aside(words) or words
    bare = _DUE.sub(" ", words)
    parts = bare.split()
    rest = [w for w in parts if not _SUM.fullmatch(w)]
    if len(rest) == len(parts):
        return None
    told = {
        ORDER if _ORDER.fullmatch(w) else LINE if _LINE.fullmatch(w) else "link"
        for w in rest
        if not _LINK.fullmatch(w)
    }
    if "link" in told:  # a word of none of these
        return None
    if LINE in told:
        return LINE
    return ORDER if ORDER in told or bare != words else None


def to_pay(name: str) -> bool:
    """Return whether a name says that an amount is to be paid: nothing is taken off it.

    >>> to_pay("Kwota do zapłaty"), to_pay("Total a pagar"), to_pay("Kwota")
    (True, True, False)
    """
    return _DUE.search(tokens(name)) is not None


def of_a_line(name: str) -> bool:
    """Return whether a name is a sum of a line, or of what stands on it.

    >>> [of_a_line(n) for n in ("Item Total", "Summe je Position", "Produktwert", "Total", "Items")]
    [True, True, False, False, False]
    """
    words = taxes_aside(tokens(name)).split()
    rest = [w for w in words if not _SUM.fullmatch(w) and not _LINK.fullmatch(w)]
    item = _ITEM.fullmatch(" ".join(rest)) is not None and len(rest) < len(words)
    return item or summed(name) == LINE
