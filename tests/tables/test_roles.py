"""Roles from names and values, with reasons."""

from __future__ import annotations

import re

import pytest

from frames import as_frame
from smartcart.errors import DataError, UsageError
from smartcart.records import ColumnWish
from smartcart.tables import column_overrides, roles, summary
from smartcart.tables.labels import label_of
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens
from smartcart.tables.vocabulary import MEANINGS


def column(name: str, kind: str = "number", **changes) -> ColumnSummary:
    base = {"rows": 1000, "present": 1000, "distinct": 400, "low": 0.0, "high": 99.0, "whole": True}
    return ColumnSummary(name=name, type=kind, **(base | changes))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def role_of(*args, **changes):
    return roles.infer_roles([column(*args, **changes)])[0]


@pytest.mark.parametrize(
    ("name", "kind", "role", "meaning"),
    [
        ("ID", "number", "id", "id"),
        ("CustomerID", "text", "id", "id"),
        ("Year_Birth", "number", "sensitive", "birth"),
        ("Education", "text", "sensitive", "demographic"),
        ("Marital_Status", "text", "sensitive", "demographic"),
        ("Country", "text", "sensitive", "demographic"),
        ("Income", "number", "forms", "income"),
        ("Kidhome", "number", "describes", "household"),
        ("Teenhome", "number", "describes", "household"),
        ("Dt_Customer", "date", "forms", "first_date"),
        ("Recency", "number", "forms", "recency"),
        ("MntWines", "number", "forms", "spend:wines"),
        ("MntMeatProducts", "number", "forms", "spend:meat"),
        ("AmtLiq", "number", "forms", "spend:liq"),
        ("NumDealsPurchases", "number", "forms", "deals"),
        ("NumDeals", "number", "forms", "deals"),
        ("NumWebPurchases", "number", "forms", "channel:web"),
        ("NumWebBuy", "number", "forms", "channel:web"),
        ("NumWalkinPur", "number", "forms", "channel:store"),
        ("NumCatalogPurchases", "number", "forms", "channel:catalog"),
        ("NumWebVisitsMonth", "number", "forms", "visits"),
        ("NumVisits", "number", "forms", "visits"),
        ("AcceptedCmp3", "number", "outcome", "outcome"),
        ("Response", "number", "outcome", "outcome"),
        ("Count_success", "number", "outcome", "outcome"),
        ("churned", "boolean", "outcome", "outcome"),
        ("Complain", "number", "describes", "complaint"),
        ("total_spent", "number", "forms", "spend_total"),
        ("order_count", "number", "forms", "frequency"),
        ("e-mail", "text", "dropped", "contact"),
        ("Unnamed: 0", "number", "dropped", "index"),
    ],
)
def test_names_are_recognised(name: str, kind: str, role: str, meaning: str) -> None:
    distinct = 1000 if role == "id" else 400
    found = role_of(name, kind, distinct=distinct)
    assert (found.role, found.meaning) == (role, meaning)
    assert found.reason


@pytest.mark.parametrize(
    ("meaning", "role", "kind", "names"),
    [
        (
            "id",
            "id",
            "number",
            "Kundennummer|Kunden-Nr.|KundenID|Kunde|código cliente|id_cliente|"
            "Cliente|Nº de cliente|Numéro client|N° client|code_client|Identifiant|"
            "Código do cliente",
        ),
        (
            "birth",
            "sensitive",
            "number",
            "Geburtsjahr|Fecha de nacimiento|année de naissance|Ano de nascimento",
        ),
        ("age", "sensitive", "number", "Alter|Edad|Âge|Idade"),
        (
            "demographic",
            "sensitive",
            "text",
            "Geschlecht|Familienstand|Bildungsabschluss|Land|"
            "Stadt|Género|Estado civil|Educación|País|Ciudad|Sexe|"
            "Situation familiale|Niveau d'études|Pays|Ville|Escolaridade|Cidade|Gênero",
        ),
        (
            "household",
            "describes",
            "number",
            "Anzahl Kinder|Haushaltsgröße|Hijos|Nombre d'enfants|Filhos",
        ),
        (
            "income",
            "forms",
            "number",
            "Einkommen|Jahreseinkommen|Gehalt|Ingresos|Salario|Revenu|"
            "Revenus annuels|Salaire|Renda|Salário",
        ),
        (
            "spend_total",
            "forms",
            "number",
            "Umsatz|Gesamtumsatz|Ausgaben|Gasto total|Gastos|"
            "Facturación|Dépenses|Montant total|Chiffre d'affaires|CA|Faturamento|Valor gasto",
        ),
        ("spend:wein", "forms", "number", "Umsatz Wein|Weinumsatz|Ausgaben für Wein"),
        ("spend:vino", "forms", "number", "Gasto en vino|gasto_vino"),
        (
            "frequency",
            "forms",
            "number",
            "Bestellungen|Anzahl Käufe|AnzahlKaeufe|Compras|"
            "Número de pedidos|Commandes|Nb commandes|Achats|Pedidos|Qtd. de compras",
        ),
        (
            "channel:web",
            "forms",
            "number",
            "Online-Käufe|Onlinebestellungen|Compras web|Achats en ligne|Commandes internet",
        ),
        (
            "channel:store",
            "forms",
            "number",
            "Filialkäufe|Compras en tienda|Achats en magasin|Compras em loja",
        ),
        (
            "recency",
            "forms",
            "number",
            "Tage seit letztem Kauf|Días desde la última compra|"
            "Jours depuis le dernier achat|Dias desde a última compra|Recencia",
        ),
        (
            "first_date",
            "forms",
            "date",
            "Kunde seit|Registrierungsdatum|Cliente desde|"
            "Fecha de alta|Client depuis|Date d'inscription|Data de cadastro",
        ),
        (
            "last_date",
            "forms",
            "date",
            "Letzte Bestellung|Letzter Kauf|Última compra|Dernière commande|Fecha última compra",
        ),
        ("last_seen", "forms", "date", "Última visita"),
        ("tenure", "forms", "number", "Kundendauer|Antigüedad|Ancienneté|Tempo de casa"),
        ("visits", "forms", "number", "Besuche|Webbesuche pro Monat|Visitas|Visites|Acessos"),
        (
            "deals",
            "forms",
            "number",
            "Rabattkäufe|Gutscheine|Rabatt|Descuentos|"
            "Compras con descuento|Remises|Achats en promotion|Descontos",
        ),
        ("complaint", "describes", "number", "Beschwerden|Quejas|Réclamations|Reclamações"),
        (
            "outcome",
            "outcome",
            "text",
            "Gekündigt|Abgewandert|Abandono|Respuesta|Résilié|Réponse|Cancelou|Resposta",
        ),
        (
            "contact",
            "dropped",
            "text",
            "PLZ|Código postal|CEP|E-Mail-Adresse|"
            "Telefonnummer|Nachname|Straße|Apellidos|"
            "Correo electrónico|Teléfono|Dirección|Prénom|Nom|Courriel|Endereço|Sobrenome",
        ),
    ],
)
def test_names_of_four_more_languages(meaning, role, kind, names) -> None:
    for name in names.split("|"):
        several = {"id": 1000, "outcome": 2}.get(role, 400)
        found = role_of(name, kind, distinct=several)
        assert (found.role, found.meaning) == (role, meaning), name
        assert _letters(found.label) == _letters(name), name


@pytest.mark.parametrize(
    "name",
    [
        "Ø Warenkorb",
        "Durchschnittlicher Bestellwert",
        "Panier moyen",
        "Ticket medio",
        "Montant dernier achat",
        "Avg Order Value",
        "Satisfaction Score",
        "Cashback Amount",
    ],
)
def test_averages_and_single_orders_are_no_totals(name) -> None:
    assert role_of(name).meaning in {"measure", "one_order"}


@pytest.mark.parametrize(
    ("name", "whole", "meaning"),
    [
        ("purchases", True, "frequency"),
        ("purchases", False, "spend_total"),
        ("oneoff purchases", False, "spend:oneoff"),
        ("discount", True, "deals"),
        ("discount", False, "measure"),
    ],
)
def test_counts_are_whole_and_money_is_not(name, whole, meaning) -> None:
    assert role_of(name, whole=whole).meaning == meaning


def test_what_two_columns_say_is_told_once() -> None:
    def roles_of(*names: str) -> list[str]:
        return [f"{c.role}:{c.meaning}" for c in roles.infer_roles([column(n) for n in names])]

    assert roles_of("Umsatz", "MntWine", "MntMeat")[0] == "describes:spend_total"
    assert roles_of("Umsatz", "MntWine") == ["forms:spend_total", "forms:measure"]
    assert roles_of("Umsatz", "Gasto total") == ["forms:spend_total", "forms:measure"]
    assert roles_of("orders", "web orders") == ["forms:frequency", "forms:measure"]
    assert roles_of("recency", "days since last visit") == ["forms:recency", "forms:measure"]
    assert roles_of("campaign") == ["forms:measure"]
    assert roles_of("campaign", "pdays", "spend")[:2] == ["describes:contact_history"] * 2


def test_minus_one_stands_for_never() -> None:
    assert role_of("recency", low=-1.0).meaning == "recency"
    assert role_of("recency", low=-40.0, high=90.0).meaning == "recency"  # stray cells
    assert role_of("recency", low=-40.0, high=-1.0).meaning == "measure"  # all of them
    assert role_of("recency", low=-1.5, high=2.0, whole=False).meaning == "measure"


def test_text_where_a_number_may_be_is_no_error() -> None:
    assert roles.promised_number("Income") is not None
    for name in ("Offer", "Payment", "Total", "Ofertas", "Umsatz", "Income_Category", "duration"):
        assert roles.promised_number(name) is None, name


def test_flags_form_only_where_nothing_else_does() -> None:
    flags = [column(n, distinct=2, high=1.0) for n in ("has tv", "uses app", "owns car")]
    assert {c.role for c in roles.infer_roles(flags)} == {"forms"}
    assert roles.role_notices(roles.infer_roles(flags))[0].count == 3
    beside = roles.infer_roles([*flags, column("wobble")])
    assert [c.role for c in beside] == ["describes"] * 3 + ["forms"]
    assert not roles.role_notices(beside)
    assert {c.role for c in roles.infer_roles(flags[:2])} == {"describes"}


@pytest.mark.parametrize(
    ("changes", "role", "reason"),
    [
        ({"present": 0, "distinct": 0}, "dropped", "every value is missing"),
        ({"distinct": 1}, "dropped", "the same value in every row"),
        ({"present": 90}, "dropped", "91% of the values are missing"),
        ({"distinct": 2}, "describes", "a yes/no column"),
        ({}, "forms", "unknown meaning"),
    ],
)
def test_values_decide_where_names_say_nothing(changes, role, reason) -> None:
    found = role_of("wobble", **changes)
    assert found.role == role
    assert reason in found.reason


def test_a_code_in_digits_describes() -> None:
    assert role_of("store type", distinct=5).role == "describes"


def test_constants_are_dropped_whatever_their_name() -> None:
    assert role_of("Z_Revenue", distinct=1).role == "dropped"
    assert role_of("MntWines", distinct=1).role == "dropped"


def test_only_one_column_is_the_id() -> None:
    found = roles.infer_roles([column("order id", distinct=600), column("ID", distinct=1000)])
    assert [c.role for c in found].count("id") <= 1
    assert found[1].role == "id"


def test_income_describes_where_spend_is_known() -> None:
    alone = roles.infer_roles([column("Income")])
    beside = roles.infer_roles([column("Income"), column("MntWines")])
    assert (alone[0].role, beside[0].role) == ("forms", "describes")


def test_the_user_overrides() -> None:
    columns = roles.infer_roles([column("ID", distinct=1000), column("Age"), column("Income")])
    changed = column_overrides.override_roles(columns, {"Age": "forms", "Income": "id"})
    assert [c.role for c in changed] == ["dropped", "forms", "id"]
    assert columns[1].role == "sensitive"


def test_an_unknown_column_or_role_is_refused() -> None:
    columns = roles.infer_roles([column("Income")])
    with pytest.raises(DataError, match=r"'Icome'.*Did you mean 'Income'\?"):
        column_overrides.override_roles(columns, {"Icome": "forms"})
    with pytest.raises(UsageError, match="the role 'form'"):
        column_overrides.override_roles(columns, {"Income": "form"})


def test_wishes_change_what_they_name_and_what_must_give_way() -> None:
    found = roles.infer_roles([column("recency"), column("wobble"), column("Income")])
    wanted = {"wobble": ColumnWish("forms", "recency"), "Income": ColumnWish("id")}
    changed = column_overrides.override_roles(found, wanted)
    assert [c.meaning for c in changed] == ["measure", "recency", "id"]
    assert changed[2].role == "id"
    same = {c.name: ColumnWish(c.role, c.meaning) for c in found}
    assert column_overrides.override_roles(found, same) == found


def test_other_meanings_can_be_let_in() -> None:
    found = roles.infer_roles([column("wobble")])
    wanted = {"wobble": ColumnWish(None, "quantity")}
    with pytest.raises(UsageError, match="the meaning 'quantity'"):
        column_overrides.override_roles(found, wanted)
    more = {**MEANINGS, "quantity": "forms"}
    assert column_overrides.override_roles(found, wanted, more)[0].role == "forms"


def test_summaries_equal_the_table(engine, table) -> None:
    t = table(
        "SELECT * FROM (VALUES (1, 1.5, 'a', DATE '2024-01-01', true), "
        "(2, NULL, 'b', NULL, false), "
        "(2, 3.0, 'b', DATE '2024-01-03', NULL)) r(i, x, s, d, b)"
    )
    row = {}
    for part in summary.summary_expressions(t):
        row |= as_frame(engine, part).iloc[0].to_dict()
    found = {c.name: c for c in summary.summaries(t, row)}
    assert set(found) == {"i", "x", "s", "d", "b"}
    assert (found["i"].whole, found["x"].whole) == (True, False)
    assert (found["x"].low, found["x"].high, found["x"].present) == (1.5, 3.0, 2)
    assert [found[n].type for n in "ixsdb"] == ["number", "number", "text", "date", "boolean"]
    assert found["s"].distinct == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NumWebVisitsMonth", "num web visits month"),
        ("AcceptedCmp3", "accepted cmp 3"),
        ("total_spent (EUR)", "total spent eur"),
        ("CustomerID", "customer id"),
    ],
)
def test_names_fall_into_words(name: str, words: str) -> None:
    assert tokens(name) == words


def test_labels_are_words() -> None:
    assert label_of("MntWines", "spend:wines") == "Wines spend"
    assert label_of("日本", "measure") == "日本"
