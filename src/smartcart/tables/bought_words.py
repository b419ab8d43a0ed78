"""Words of which shops make names of columns of customers: what is counted, first, last, in all.

A row a language, a cell a kind of word, as plain words; ``*`` stands for any ending. How names are
made of them is in :mod:`smartcart.tables.bought_names`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LINKS", "ROWS", "Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, parted by blanks."""

    one: str  # a purchase, an order, a bill, or its day
    many: str  # several of them
    count: str  # how many: of one or of several
    number: str  # how many of several; of one it is the number that it bears
    last: str
    first: str
    day: str
    total: str
    spend: str
    joined: str  # the day on which somebody became a customer
    last_one: str = ""  # in one word
    first_one: str = ""


ROWS: dict[str, Words] = {
    "de": Words(
        one="bestellung kauf einkauf auftrag rechnung beleg buchung bon kassenbon kaufdatum",
        many="bestellungen käufe einkäufe aufträge rechnungen belege buchungen bons kassenbons "
        "kaufvorgänge bestellvorgänge transaktionen gesamtbestellungen gesamtkäufe",
        count="anzahl anz",
        number="zahl",
        last="letzter letzte letztes letzten zuletzt",
        first="erster erste erstes ersten",
        day="datum am tag",
        total="gesamt ges insgesamt total gesamte",
        spend="umsatz gesamtumsatz ausgaben gesamtausgaben einkaufswert",
        joined="anmeldung registrierung kundenanlage anlage anlagedatum beitritt eintritt "
        "registriert angemeldet beitrittsdatum eintrittsdatum anmeldedatum registrierungsdatum "
        "erfassungsdatum kundenanlagedatum",
        last_one="letztkauf letztbestellung letzteinkauf letztkaufdatum",
        first_one="erstkauf erstbestellung ersteinkauf erstkaufdatum",
    ),
    "fr": Words(
        one="achat commande facture réservation passage transaction",
        many="achats commandes factures réservations passages transactions",
        count="nombre nb nbre",
        number="",
        last="dernier dernière",
        first="premier première 1er 1ère 1re",
        day="date jour",
        total="total totaux totales cumul cumulé cumulés cumulées",
        spend="dépenses dépense",
        joined="inscription adhésion",
    ),
    "es": Words(
        one="compra pedido factura reserva orden atención",
        many="compras pedidos facturas reservas órdenes atenciones",
        count="cantidad cant",
        number="número num no nro n",
        last="último última",
        first="primer primera primero",
        day="fecha día",
        total="total totales acumulado acumulados acumuladas histórico",
        spend="gasto gastos",
        joined="alta registro inscripción afiliación",
    ),
    "pt": Words(
        one="compra pedido fatura reserva encomenda atendimento",
        many="compras pedidos faturas reservas encomendas atendimentos",
        count="quantidade qtd qtde qt",
        number="número num no n",
        last="último última ult",
        first="primeiro primeira 1a 1o",
        day="data dia",
        total="total totais acumulado acumulada acumulados acumuladas",
        spend="gasto gastos",
        joined="cadastro registro registo inscrição adesão",
    ),
    "it": Words(
        one="ordine acquisto fattura prenotazione scontrino appuntamento",
        many="ordini acquisti fatture prenotazioni scontrini appuntamenti",
        count="quantità",
        number="numero num no n nr",
        last="ultimo ultima",
        first="primo prima",
        day="data giorno",
        total="totale totali complessivo complessivi complessiva",
        spend="spesa spese",
        joined="iscrizione registrazione adesione tesseramento",
    ),
    "nl": Words(
        one="bestelling aankoop order factuur boeking kassabon aankoopdatum besteldatum orderdatum "
        "factuurdatum",
        many="bestellingen aankopen orders facturen boekingen kassabonnen transacties",
        count="aantal",
        number="",
        last="laatste",
        first="eerste",
        day="datum op",
        total="totaal totale",
        spend="besteding bestedingen uitgaven",
        joined="aanmelding registratie inschrijving aangemeld aangemaakt ingeschreven "
        "geregistreerd aanmelddatum registratiedatum inschrijfdatum",
    ),
    "pl": Words(
        one="zamówienie zamówienia zakup zakupu transakcja transakcji faktura faktury paragon "
        "rezerwacja rezerwacji",
        many="zamówień zakupów transakcji faktur paragonów rezerwacji zakupy",
        count="liczba ilość",
        number="",
        last="ostatnie ostatni ostatniego ostatnia ostatniej",
        first="pierwsze pierwszy pierwszego pierwsza pierwszej",
        day="data dzień",
        total="łącznie razem ogółem łączna łączne łącznych",
        spend="wydatki wydatków",
        joined="rejestracja rejestracji dołączenia założenia utworzenia zarejestrowany",
    ),
    "cs": Words(
        one="nákup nákupu objednávka objednávky faktura faktury účtenka účtenky",
        many="nákupů objednávek faktur účtenek nákupov objednávok",
        count="počet",
        number="",
        last="poslední posledního posledná posledný posledného poslednej",
        first="první prvního prvá prvý prvého prvej",
        day="datum dátum den deň",
        total="celkem celkový celková celkové celkom",
        spend="útrata útraty výdaje",
        joined="registrace registrácia registrácie registrován vstupu",
    ),
    "hu": Words(
        one="vásárlás vásárlása rendelés rendelése megrendelés számla foglalás",
        many="vásárlások rendelések megrendelések számlák foglalások",
        count="darabszáma darabszám",
        number="száma",
        last="utolsó legutóbbi",
        first="első",
        day="dátuma dátum napja ideje",
        total="összes összesen",
        spend="költés költése költések",
        joined="regisztráció regisztrálás regisztrált csatlakozás feliratkozás",
    ),
    "ro": Words(
        one="comandă comanda comenzii comenzi achiziție achiziția achiziției cumpărătură factură "
        "rezervare",
        many="comenzi comenzilor achiziții achizițiilor cumpărături facturi rezervări",
        count="numărul",
        number="număr nr",
        last="ultima ultimei ultimul",
        first="prima primei primul",
        day="data dată",
        total="total totale",
        spend="cheltuieli cheltuială",
        joined="înregistrare înregistrării înscriere înscrierii",
    ),
    "sv": Words(
        one="köp köpet order ordern beställning beställningen faktura bokning inköp köpdatum "
        "orderdatum beställningsdatum",
        many="köp ordrar order beställningar fakturor bokningar inköp",
        count="antal",
        number="",
        last="senaste sista senast",
        first="första först",
        day="datum dag",
        total="totalt total totala",
        spend="",
        joined="registrering ansluten registreringsdatum medlemsdatum",
    ),
    "da": Words(
        one="køb købet ordre ordren bestilling bestillingen faktura booking kjøp kjøpet købsdato "
        "ordredato kjøpsdato bestillingsdato",
        many="køb ordrer bestillinger fakturaer bookinger kjøp",
        count="antal antall",
        number="",
        last="seneste sidste siste senest sist",
        first="første først",
        day="dato dag",
        total="alt ialt total totalt samlet samlede",
        spend="forbruk",
        joined="oprettelse oprettet tilmelding tilmeldt registrering opprettet "
        "innmelding oprettelsesdato tilmeldingsdato registreringsdato opprettelsesdato",
    ),
    "fi": Words(
        one="tilaus tilauksen osto oston ostos ostoksen lasku laskun varaus varauksen",
        many="tilausten ostojen ostosten tilauksia ostoksia ostokset tilaukset",
        count="määrä lukumäärä kpl",
        number="",
        last="viimeisin viimeinen viimeisimmän viimeisen",
        first="ensimmäinen ensimmäisen",
        day="päivä päivämäärä pvm",
        total="yhteensä",
        spend="kulutus",
        joined="rekisteröityminen rekisteröity rekisteröinti liittyminen liittynyt liittymispäivä "
        "liittymispvm",
    ),
    "el": Words(
        one="παραγγελία παραγγελίας αγορά αγοράς τιμολόγιο απόδειξη",
        many="παραγγελίες παραγγελιών αγορών αγορές αποδείξεων αποδείξεις",
        count="πλήθος",
        number="αριθμός",
        last="τελευταία τελευταίας",
        first="πρώτη πρώτης",
        day="ημερομηνία ημνία ημ",
        total="σύνολο συνολικός συνολικές συνολικά",
        spend="δαπάνη δαπάνες έξοδα",
        joined="εγγραφή εγγραφής",
    ),
    "tr": Words(
        one="sipariş siparişi alışveriş alışverişi satınalma fatura",
        many="siparişler alışverişler",
        count="sayısı adedi adet",
        number="",
        last="son",
        first="ilk",
        day="tarihi tarih günü",
        total="toplam",
        spend="harcama harcaması",
        joined="kayıt kaydı üyelik",
    ),
    "ru": Words(
        one="заказ заказа покупка покупки чек чека",
        many="заказов заказы покупок чеков чеки",
        count="количество кол",
        number="число",
        last="последний последняя последнего последней",
        first="первый первая первого первой",
        day="дата день",
        total="всего итого общее",
        spend="расходы траты",
        joined="регистрация регистрации зарегистрирован",
    ),
    "uk": Words(
        one="замовлення покупка покупки чек чека",
        many="замовлень покупок чеків",
        count="кількість",
        number="число",
        last="остання останнє останнього останньої",
        first="перша перше першого першої",
        day="дата день",
        total="всього разом загальна",
        spend="витрати",
        joined="реєстрація реєстрації зареєстрований",
    ),
}
LINKS = (
    "de des d du l le la les en caisse au del della dello degli delle di da do das dos el los las "
    "der die den dem van het per in op om i af på til a al lui w z na von seit во le client "
    "cliente kunde kund klant klienta zákazníka клиента клієнта πελάτη müşteri asiakkaan vevő"
)
