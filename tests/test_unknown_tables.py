"""Customer tables that SmartCart has never seen: a column's role is what an analyst would say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import smartcart
import unknown_tables as unknown
from smartcart.cli.main import _guarded, app
from smartcart.errors import DataError, SmartCartError, UsageError
from smartcart.records import ColumnWish, Inspection
from smartcart.settings import read_settings, settings_text


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, str]:
    """Every table, written as such tables are."""
    folder = tmp_path_factory.mktemp("unknown")
    return {name: str(unknown.write(name, folder)) for name in unknown.MAKERS}


@pytest.fixture(scope="module")
def seen(files) -> dict[str, Inspection]:
    """Every table, looked at once."""
    return {name: smartcart.check(path) for name, path in files.items()}


def names_of(found: Inspection, *roles: str) -> set[str]:
    return {c.name for c in found.contract.columns if c.role in roles}


def codes_of(found: Inspection) -> set[str]:
    return {notice.code for notice in found.notices}


def column_of(found: Inspection, name: str):
    return next(c for c in found.contract.columns if c.name == name)


LEAKS = {unknown.LEAK.format(1), unknown.LEAK.format(2)}
FORMS = {
    "telecom": {"tenure", "MonthlyCharges", "TotalCharges"},
    "bank_marketing": {"balance"},
    "wholesale": {"Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen"},
    "mall": {"Annual Income (k$)", "Spending Score (1-100)"},
    "one_hot": {"has_internet", "has_tv", "uses_app", "uses_chat", "owns_console"},
    "german": {
        "Umsatz gesamt",
        "Anzahl Bestellungen",
        "Tage seit letztem Kauf",
        "Kunde seit",
        "Besuche pro Monat",
        "Rabattkäufe",
    },
    "spanish": {
        "Gasto total",
        "Nº de pedidos",
        "Días desde la última compra",
        "Cliente desde",
        "Visitas web",
        "Compras con descuento",
    },
    "french": {
        "Chiffre d'affaires",
        "Nombre de commandes",
        "Jours depuis le dernier achat",
        "Client depuis",
        "Visites du site par mois",
        "Achats en promotion",
    },
    "portuguese": {
        "Faturamento",
        "Quantidade de pedidos",
        "Dias desde a última compra",
        "Cliente desde",
        "Visitas por mês",
        "Compras com desconto",
    },
}
IDS = {
    "telecom": "customerID",
    "card_usage": "CUST_ID",
    "bank_marketing": None,
    "bank_churners": "CLIENTNUM",
    "wholesale": None,
    "mall": "CustomerID",
    "german": "Kundennummer",
    "spanish": "Código de cliente",
    "french": "Numéro client",
    "portuguese": "Código do cliente",
    "supermarket": None,
    "one_hot": None,
}
OUTCOMES = {
    "telecom": {"Churn"},
    "card_usage": set(),
    "bank_marketing": {"default", "poutcome", "y"},
    "bank_churners": {"Attrition_Flag", *LEAKS},
    "wholesale": set(),
    "mall": set(),
    "german": {"Gekündigt"},
    "spanish": {"Baja"},
    "french": {"Résilié"},
    "portuguese": {"Cancelou"},
    "supermarket": set(),
    "one_hot": {"churn"},
}
PERSONS = {
    "telecom": {"gender", "SeniorCitizen", "Partner", "Dependents"},
    "bank_marketing": {"age", "job", "marital", "education"},
    "bank_churners": {
        "Customer_Age",
        "Gender",
        "Dependent_count",
        "Education_Level",
        "Marital_Status",
        "Income_Category",
    },
    "wholesale": {"Region"},
    "mall": {"Gender", "Age"},
    "german": {"Geschlecht", "Geburtsjahr", "Familienstand", "Land"},
    "spanish": {"Sexo", "Fecha de nacimiento", "Estado civil", "País"},
    "french": {"Sexe", "Date de naissance", "Situation familiale", "Ville"},
    "portuguese": {"Gênero", "Data de nascimento", "Escolaridade", "Cidade"},
    "supermarket": {"City", "Gender"},
    "one_hot": {"gender_Male", "marital_status_Single", "country_Spain"},
}


@pytest.mark.parametrize("name", unknown.MAKERS)
def test_the_id_is_found_or_said_to_be_missing(seen, name) -> None:
    assert seen[name].contract.id_column == IDS[name]
    assert ("no id" in codes_of(seen[name])) == (IDS[name] is None)


@pytest.mark.parametrize("name", FORMS)
def test_behaviour_forms_and_nothing_else(seen, name) -> None:
    assert names_of(seen[name], "forms") == FORMS[name]


@pytest.mark.parametrize("name", unknown.MAKERS)
def test_outcomes_never_form(seen, name) -> None:
    assert names_of(seen[name], "outcome") == OUTCOMES[name]


@pytest.mark.parametrize("name", PERSONS)
def test_who_people_are_describes(seen, name) -> None:
    assert PERSONS[name] <= names_of(seen[name], "sensitive", "describes")


@pytest.mark.parametrize("name", unknown.MAKERS)
def test_every_role_says_where_it_comes_from(seen, name) -> None:
    plain = ("from its name: ", "from its values: ", "the same value in every row")
    settled = ("a total whose parts form", "income describes")
    for column in seen[name].contract.columns:
        assert column.reason.startswith((*plain, *settled)), column


def test_card_purchases_are_money_told_by_their_parts(seen) -> None:
    found = seen["card_usage"]
    assert column_of(found, "PURCHASES").role == "describes"
    assert column_of(found, "ONEOFF_PURCHASES").meaning == "spend:oneoff"
    assert column_of(found, "PURCHASES_TRX").meaning == "frequency"
    assert column_of(found, "TENURE").meaning == "tenure"
    assert names_of(found, "forms") >= {"BALANCE", "CASH_ADVANCE", "PAYMENTS", "CREDIT_LIMIT"}
    assert "unknown measures" in codes_of(found)
    filled = {e.sentence.split()[0]: e.count for e in found.ledger.entries if e.unit == "cells"}
    assert set(filled) == {"CREDIT_LIMIT", "MINIMUM_PAYMENTS"}


def test_bank_churners_know_spend_tenure_and_orders(seen) -> None:
    found = seen["bank_churners"]
    meanings = {c.name: c.meaning for c in found.contract.columns if c.role == "forms"}
    assert meanings["Total_Trans_Amt"] == "spend_total"
    assert meanings["Total_Trans_Ct"] == "frequency"
    assert meanings["Months_on_book"] == "tenure"
    assert {f.label: f.unit for f in found.forming}["Months on book"] == "months"
    assert not LEAKS & names_of(found, "forms")


def test_what_the_bank_did_describes_and_one_column_is_warned_of(seen) -> None:
    found = seen["bank_marketing"]
    made_by_the_bank = {"duration", "campaign", "pdays", "previous", "day", "month", "contact"}
    assert made_by_the_bank <= names_of(found, "describes")
    assert column_of(found, "balance").low is None  # an overdraft is a balance
    assert {"one feature", "unknown measures"} <= codes_of(found)


def test_codes_in_digits_describe(seen) -> None:
    assert column_of(seen["wholesale"], "Channel").meaning == "code"
    assert column_of(seen["bank_marketing"], "day").meaning == "code"


def test_blanks_in_a_total_are_missing_not_text(seen) -> None:
    column = column_of(seen["telecom"], "TotalCharges")
    assert (column.type, column.missing, column.meaning) == ("number", 5, "spend_total")


def test_invoices_are_not_customers(seen) -> None:
    found = seen["supermarket"]
    assert column_of(found, "Invoice ID").meaning == "order_id"
    assert names_of(found, "forms") >= {"Total", "Quantity", "Unit price"}
    assert column_of(found, "Tax 5%").role == "describes"
    assert column_of(found, "gross margin percentage").reason == "the same value in every row"
    assert column_of(found, "gross income").meaning == "margin"  # not the customer's income


def test_yes_no_columns_form_only_with_a_warning(seen) -> None:
    assert "yes/no columns form" in codes_of(seen["one_hot"])
    assert column_of(seen["telecom"], "PhoneService").role == "describes"
    assert all("yes/no columns form" not in codes_of(f) for n, f in seen.items() if n != "one_hot")


@pytest.mark.parametrize(
    ("name", "spend"),
    [
        ("german", "Umsatz gesamt"),
        ("spanish", "Gasto total"),
        ("french", "Chiffre d'affaires"),
        ("portuguese", "Faturamento"),
    ],
)
def test_european_numbers_dates_and_letters(seen, name, spend) -> None:
    found = seen[name]
    column = column_of(found, spend)
    assert (column.type, column.meaning, column.label) == ("number", "spend_total", spend)
    assert str(found.contract.as_of) == "2024-06-20"
    assert column.missing == 0


def test_labels_keep_the_words_of_the_source(seen) -> None:
    assert column_of(seen["german"], "Rabattkäufe").label == "Rabattkäufe"
    labels = {f.label for f in seen["portuguese"].forming}
    assert "Visitas por mês" in labels


# Values where names say nothing --------------------------------------------------------------


def frame(n: int = 300, **columns) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    made = {"zork": rng.gamma(2, 50, n).round(2), "blip": rng.poisson(9, n)}
    return pd.DataFrame({k: f(rng, n) if callable(f) else f for k, f in columns.items()} | made)


@pytest.mark.parametrize(
    ("values", "role", "meaning"),
    [
        (lambda r, n: np.arange(1, n + 1), "id", "id"),
        (lambda r, n: r.permutation(np.arange(5000, 5000 + n)), "id", "id"),
        (lambda r, n: r.choice(10**9, n, replace=False) + 10**9, "id", "id"),
        (lambda r, n: [f"AB-{i:05d}" for i in range(n)], "id", "id"),
        (lambda r, n: r.normal(0, 100, n), "forms", "measure"),
        (lambda r, n: r.choice(np.arange(1, 100_000), n, replace=False), "forms", "measure"),
        (lambda r, n: r.integers(1, 4, n), "describes", "code"),
        (lambda r, n: r.integers(0, 4, n), "forms", "measure"),
        (lambda r, n: r.integers(1950, 2010, n), "describes", "code"),
        (lambda r, n: r.choice(["Y", "N"], n), "describes", "flag"),
        (lambda r, n: r.choice(["yes", "no", "no line"], n), "describes", "category"),
        (lambda r, n: [f"u{i}@shop.example" for i in range(n)], "id", "id"),
        (lambda r, n: [f"u{i % 99}@shop.example" for i in range(n)], "dropped", "contact"),
        (lambda r, n: [f"word {i} and more" for i in range(n)], "dropped", "text"),
        (lambda r, n: [f"{20200101 + i % 28}" for i in range(n)], "dropped", "date"),
    ],
)
def test_values_decide(tmp_path, values, role, meaning) -> None:
    path = tmp_path / "t.csv"
    frame(wug=values).to_csv(path, index=False)
    column = column_of(smartcart.check(str(path)), "wug")
    assert (column.role, column.meaning) == (role, meaning)
    assert column.reason.startswith("from its values: ")


def test_a_named_id_goes_before_unique_values(tmp_path) -> None:
    path = tmp_path / "t.csv"
    frame(wug=lambda r, n: np.arange(n), customer=lambda r, n: np.arange(n) + 7).to_csv(path)
    found = smartcart.check(str(path))
    assert found.contract.id_column == "customer"
    assert column_of(found, "wug").role == "dropped"


def test_eight_digits_are_dates_only_if_all_are_days(tmp_path) -> None:
    path = tmp_path / "t.csv"
    table = frame(wug=lambda r, n: [19970101 + i % 28 for i in range(n)])
    table["kundennummer"] = [f"2001{1 + i % 9:02d}{1 + i % 28:02d}" for i in range(len(table))]
    table.assign(wug=table["wug"].where(table.index != 3, 19971399)).to_csv(path, index=False)
    found = smartcart.check(str(path), roles={"kundennummer": "dropped"})
    assert column_of(found, "wug").type == "number"
    assert column_of(found, "kundennummer").type == "number"  # an id by its name


# What the user says -----------------------------------------------------------------------------


def test_a_role_and_a_meaning_can_be_given(tmp_path) -> None:
    path = tmp_path / "t.csv"
    frame(wug=lambda r, n: np.arange(n)).to_csv(path, index=False)
    wanted = {"zork": {"role": "forms", "meaning": "spend_total"}, "blip": ColumnWish(None, "age")}
    found = smartcart.check(str(path), roles=wanted)
    assert [f.name for f in found.forming] == ["spend"]
    assert column_of(found, "blip").role == "sensitive"
    assert column_of(found, "zork").reason == "as the configuration says"


@pytest.mark.parametrize(
    ("wanted", "error", "words"),
    [
        ({"zork": "id", "blip": "id"}, UsageError, "'zork' and 'blip' are all given the role 'id'"),
        ({"zork": {"meaning": "spend_totl"}}, UsageError, "Did you mean 'spend_total'"),
        ({"zork": {"meaning": "spend"}}, UsageError, "'spend:wine'"),
        ({"zork": {"meaning": "first_date"}}, DataError, "holds numbers.*expected dates"),
        ({"wug": "forms"}, DataError, "holds text and is given the role 'forms'"),
        ({"zork": {}}, UsageError, "expected a role"),
        ({"zork": {"role": "forms", "mening": "age"}}, UsageError, "expected a role"),
        ({"zork": "form"}, UsageError, "Did you mean 'forms'"),
        ({"zork": {"meaning": "tenure"}, "blip": {"meaning": "tenure"}}, UsageError, "'tenure'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(tmp_path, wanted, error, words) -> None:
    path = tmp_path / "t.csv"
    frame(wug=lambda r, n: r.choice(["a", "b", "c"], n)).to_csv(path, index=False)
    with pytest.raises(error, match=words) as caught:
        smartcart.check(str(path), roles=wanted)
    assert isinstance(caught.value, SmartCartError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "wanted", [{"CustomerID": "id"}, {"Gender": {"meaning": "category"}}, {"Age": "describes"}]
)
def test_what_is_said_of_a_customer_table_makes_it_no_order_log(files, wanted) -> None:
    assert smartcart.check(files["mall"], roles=wanted).contract.kind == "customers"


def test_age_forms_where_the_user_says_so(files) -> None:
    found = smartcart.check(files["mall"], roles={"Age": "forms"})
    assert "Age" in {f.name for f in found.forming}
    assert column_of(found, "Age").high == 110.0


@pytest.mark.parametrize("setting", ["k", "k_max", "seed"])
def test_true_is_no_number(setting) -> None:
    with pytest.raises(UsageError, match=f"{setting.replace('_', '-')} is True; expected a whole"):
        read_settings(None, **{setting: True})


def test_columns_and_roles_are_one_setting(tmp_path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("columns:\n  a: forms\nroles:\n  b: forms\n")
    with pytest.raises(UsageError, match="both 'columns' and 'roles'"):
        read_settings(path)
    path.write_text("columns:\n  yes: forms\n")
    with pytest.raises(UsageError, match="write the name in quotes"):
        read_settings(path)


# A configuration, written and read back ----------------------------------------------------------


@pytest.mark.parametrize("name", unknown.MAKERS)
def test_a_written_configuration_gives_the_same_inspection(seen, files, name, tmp_path) -> None:
    config = tmp_path / "smartcart.yaml"
    found = seen[name]
    config.write_text(settings_text(found), encoding="utf-8")
    given = read_settings(config)
    assert smartcart.check(files[name], kind=given.kind, roles=given.columns) == found
    assert len(yaml.safe_load(config.read_text(encoding="utf-8"))["columns"]) == len(
        found.contract.columns
    )


def test_names_that_yaml_would_misread(tmp_path) -> None:
    path = tmp_path / "t.csv"
    odd = ["yes", "2019", "a: b", "# c", "ä'\"", "null", "x" * 1200, "- d", "\x85e"]
    table = frame().assign(**{name: np.arange(300) % 7 * 1.5 for name in odd})
    table.to_parquet(tmp_path / "t.parquet")
    found = smartcart.check(str(tmp_path / "t.parquet"))
    config = path.with_suffix(".yaml")
    config.write_text(settings_text(found), encoding="utf-8", newline="")
    given = read_settings(config).columns
    assert list(given) == [c.name for c in found.contract.columns]


def command(capsys, *arguments: str) -> tuple[int, str, str]:
    code = _guarded(lambda standalone_mode: app(list(arguments), standalone_mode=True), False)
    printed = capsys.readouterr()
    return int(code), printed.out, printed.err


def test_check_writes_a_configuration_once(tmp_path, capsys) -> None:
    path, config = str(unknown.write("german", tmp_path)), tmp_path / "smartcart.yaml"
    code, out, _ = command(capsys, "check", path, "--write-config", str(config))
    assert code == 0
    assert "smartcart.yaml" in out
    text = config.read_text(encoding="utf-8")
    assert "# as_of: 2024-06-20" in text
    assert "kind: customers" in text
    assert '"Umsatz gesamt": {role: forms, meaning: spend_total}  # from its name: ' in text
    code, _, err = command(capsys, "check", path, "--write-config", str(config))
    assert code == 2
    assert "exists already" in err
    code, _, _ = command(capsys, "check", path, "--write-config", str(config), "--overwrite")
    assert code == 0
    arguments = ("check", path, "--config", str(config), "--json", "--as-of", "2024-07-01")
    code, out, _ = command(capsys, *arguments)
    assert json.loads(out)["contract"]["as_of"] == "2024-07-01"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["german.csv", "smartcart.yaml"]


def test_check_writes_no_configuration_where_it_must_not(tmp_path, capsys) -> None:
    path = str(unknown.write("mall", tmp_path))
    before = Path(path).read_bytes()
    for target in (path, str(tmp_path), str(tmp_path / "no" / "c.yaml")):
        code, _, err = command(capsys, "check", path, "--write-config", target, "--overwrite")
        assert code == 2, target
        assert "expected a" in err
    assert Path(path).read_bytes() == before


# The whole job -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wholesale", "mall", "german"])
def test_segments_follow_the_planted_groups(files, name) -> None:
    from sklearn.metrics import adjusted_rand_score

    _, group = unknown.MAKERS[name]()
    groups = int(group.max()) + 1
    found = smartcart.segment(files[name], k=groups, k_max=groups)
    customers = found.customers
    order = np.argsort(customers["customer_id"].to_numpy())
    labels = customers["segment_id"].to_numpy()[order]
    assert found.k == groups
    assert (
        adjusted_rand_score(group, labels) > {"mall": 0.9, "german": 0.35, "wholesale": 0.8}[name]
    )
