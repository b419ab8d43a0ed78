"""Two people of one name: what stands beside a column of names tells them apart, and what not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.inspection import namesakes
from smartcart.records import Inspection
from smartcart.tables.summary import ColumnSummary
from test_reading import told

ORDERS, PEOPLE, NAMESAKES = 240, 40, 4
N = np.arange(ORDERS)
WHO = N % PEOPLE
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMES = [f"Ada Birch{LETTERS[i % 20]}{LETTERS[i // 20]}" for i in range(PEOPLE - NAMESAKES)]
NAMES += NAMES[:NAMESAKES]  # the last four are called like the first four
CALLED = np.array(NAMES)[WHO]
MAILS = np.array([f"p{i}@mail{i % 3}.example" for i in range(PEOPLE)])[WHO]
PHONES = np.array([f"+49 171 {5_550_000 + 37 * i}" for i in range(PEOPLE)])[WHO]
TOTAL = 10.0 + N % 7
BY_KEY = (ORDERS, PEOPLE, TOTAL.sum())
BY_NAME = (ORDERS, PEOPLE - NAMESAKES, TOTAL.sum())


def log(**columns: object) -> pd.DataFrame:
    """Orders without a buyer, and ``columns`` beside them."""
    table = {"Order ID": N + 1000, "Date": pd.Timestamp("2024-01-01") + pd.to_timedelta(N, "D")}
    return pd.DataFrame(table | columns | {"Total": TOTAL})


def codes(seen: Inspection) -> set[str]:
    return {notice.code for notice in seen.notices}


# What tells people of one name apart -----------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("Customer", "Client", "Buyer name", "Klient", "Kunde", "Kundenname", "Käufer", "Cliente"),
        *("Acheteur", "Nabywca", "Покупатель", "Müşteri", "客户", "고객", "Full name", "Contact"),
    ],
)
def test_an_address_beside_names_tells_who_bought(name: str) -> None:
    assert told(log(**{name: CALLED, "E-mail": MAILS})) == BY_KEY
    assert told(log(**{"E-mail": MAILS, name: CALLED})) == BY_KEY


@pytest.mark.parametrize("name", ["Klient", "Customer name"])
@pytest.mark.parametrize(
    ("other", "values"),
    [
        ("Customer ID", WHO + 500),
        ("ID klienta", WHO + 500),
        ("Nr klienta", [f"K{i:04d}" for i in WHO]),
        ("Kd-Nr.", WHO + 500),
        ("Login", [f"user{i}" for i in WHO]),
        ("Phone", PHONES),
        ("Telefon", PHONES),
        ("Telefon", WHO * 37 + 491_710_000_000),
        ("電話番号", PHONES),
    ],
)
def test_an_id_a_login_or_a_phone_beside_names_does_too(name, other, values) -> None:
    assert told(log(**{name: CALLED, other: values})) == BY_KEY


def test_names_alone_are_compared_without_case_and_blanks() -> None:
    written = [f" {n.upper()}" if i % 2 else n.replace(" ", "   ") for i, n in enumerate(CALLED)]
    assert told(log(Klient=written)) == BY_NAME


def test_what_was_said_of_the_columns_holds() -> None:
    table = log(Klient=CALLED, **{"E-mail": MAILS})
    assert told(table, roles={"Klient": {"meaning": "customer"}}) == BY_NAME
    assert told(table, roles={"E-mail": {"role": "dropped"}}) == BY_NAME


@pytest.mark.parametrize(
    ("name", "held", "names"),
    [
        ("Klient", CALLED, True),
        ("客户", ["王小明", "李雷"] * 20, True),
        ("Kunde", ["Birch", "Stone"] * 20, True),
        ("Buyer username", ["birch", "stone"] * 20, False),
        ("Customer", [f"K {i}" for i in N], False),
        ("Customer", MAILS, False),
        ("Customer ID", CALLED, False),
    ],
)
def test_a_column_of_names_is_known_by_its_values(name: str, held, names: bool) -> None:
    assert namesakes.holds_names(_figures(np.resize(held, ORDERS), name)) is names


def _figures(values: np.ndarray, name: str) -> ColumnSummary:
    texts = [str(v) for v in values]
    return ColumnSummary(
        name,
        "text",
        len(texts),
        len(texts),
        len(set(texts)),
        head=len(texts),
        spaced=sum(" " in t for t in texts),
        digits=sum(any(c.isdigit() for c in t) for t in texts),
        mails=sum("@" in t for t in texts),
    )


# What does not ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "values"),
    [
        ("E-mail", [f"x{i}@relay.example" for i in N]),  # made for each order
        ("E-mail", [f"agent{i % 8}@shop.example" for i in N]),  # of those who sell
        ("User", np.array(["ann", "bob", "cleo"])[N % 3]),
        ("Phone", [f"+49 171 {1_000_000 + i % 30}" for i in N]),  # fewer than names
    ],
)
def test_what_is_not_the_buyers_own_leaves_the_names(other: str, values) -> None:
    seen = smartcart.check(log(Klient=CALLED, **{other: values}).head(160))
    assert seen.receipt.columns["customer"] == "Klient"
    assert (seen.receipt.orders, seen.receipt.customers) == (160, BY_NAME[1])
    assert "nobody" not in codes(seen)


FORMS = (
    lambda number: f"+49 171 {number}",
    lambda number: f"0171/{number}",
    lambda number: f"(0171) {number // 1000}-{number % 1000:03d}",
    lambda number: f"0049171{number}",
)


def phones(forms: int) -> list[str]:
    return [FORMS[n // PEOPLE % forms](5_550_000 + 37 * (n % PEOPLE)) for n in N]


@pytest.mark.parametrize("forms", [1, 2, 4])
@pytest.mark.parametrize("name", ["Telefon", "WhatsApp", "Мобильный телефон"])
def test_a_phone_is_one_however_it_is_written(forms: int, name: str) -> None:
    seen = smartcart.check(log(Klient=CALLED, **{name: phones(forms)}))
    figures = seen.receipt.orders, seen.receipt.customers, seen.receipt.revenue
    assert figures == BY_KEY
    said = {name: {"role": "id", "meaning": "customer"}}
    alone = smartcart.check(log(**{name: phones(forms)}), roles=said)
    assert (alone.receipt.orders, alone.receipt.customers) == (ORDERS, PEOPLE)


def test_a_digit_for_calls_within_the_country_is_none_of_the_number() -> None:
    forms = [
        p.replace("+49 171", ("+7 906", "8(906)")[n // PEOPLE % 2]) for n, p in enumerate(PHONES)
    ]
    seen = smartcart.check(log(Клиент=CALLED, Телефон=forms))
    assert seen.receipt.customers == PEOPLE


def test_another_phone_is_another_buyer() -> None:
    other = [p.replace("+49", "+43") if n % PEOPLE == 7 else p for n, p in enumerate(PHONES)]
    other = [p + "1" if n % (2 * PEOPLE) == 8 else p for n, p in enumerate(other)]
    assert smartcart.check(log(Klient=CALLED, Telefon=other)).receipt.customers == PEOPLE + 1


@pytest.mark.parametrize(("others", "by"), [(0, "Telefon"), (5, "Klient")])
def test_names_cut_short_beside_a_phone_are_of_its_owner(others: int, by: str) -> None:
    early = N // PEOPLE % 3 == 0
    begun = [name[: name.index("ch")] for name in CALLED]
    short = np.where(early & (WHO % 4 == 1), begun, CALLED)
    another = np.array([f"Cleo {name[::-1]}" for name in CALLED])
    short = np.where(early & np.isin(WHO, 9 + np.arange(others)), another, short)
    seen = smartcart.check(log(Klient=short, Telefon=phones(3)))
    assert seen.receipt.columns["customer"] == by
    assert "names and addresses" in codes(seen)


@pytest.mark.parametrize(
    ("name", "first", "by"),
    [
        ("Nr karty", 2_900_000_000, "Nr karty"),
        ("Kartennummer", 100_000, "Kartennummer"),
        ("Numer karty", 1_000, "Klient"),  # the last digits of one that pays
        ("Gift card number", 2_900_000_000, "Klient"),
    ],
)
def test_a_card_of_the_shop_tells_people_of_one_name_apart(name: str, first: int, by: str) -> None:
    seen = smartcart.check(log(Klient=CALLED, **{name: first + WHO}))
    assert seen.receipt.columns["customer"] == by
    assert seen.receipt.customers == (PEOPLE if by == name else BY_NAME[1])


def test_a_phone_on_every_line_comes_before_an_address_on_some() -> None:
    some = np.where(N % 10 < 7, MAILS, None)
    full = smartcart.check(log(Klient=CALLED, **{"E-mail": some}, Telefon=phones(2))).receipt
    assert (full.columns["customer"], full.customers) == ("Telefon", PEOPLE)
    part = np.where(N % 10 < 8, phones(2), None)
    seen = smartcart.check(log(Klient=CALLED, **{"E-mail": some}, Telefon=part)).receipt
    assert seen.columns["customer"] == "E-mail"


# Addresses on some lines -----------------------------------------------------------------------


@pytest.mark.parametrize(("blank", "by"), [(0.39, "E-mail"), (0.41, "Klient")])
def test_lines_without_an_address_are_of_who_has_the_name_on_others(blank: float, by: str) -> None:
    lacks = np.zeros(ORDERS, bool)
    own = np.flatnonzero((WHO >= NAMESAKES) & (WHO < PEOPLE - NAMESAKES))
    lacks[own[: round(blank * ORDERS)]] = True  # of nobody who has a namesake
    seen = smartcart.check(log(Klient=CALLED, **{"E-mail": pd.Series(MAILS).where(~lacks)}))
    assert seen.receipt.columns["customer"] == by
    assert (seen.receipt.orders, seen.receipt.revenue) == (ORDERS, TOTAL.sum())
    assert seen.receipt.customers == (PEOPLE if by == "E-mail" else PEOPLE - NAMESAKES)
    assert ("customer_by_another" in codes(seen)) is (by == "E-mail")


def test_buyers_without_any_address_are_told_by_their_names_and_walk_ins_are_nobody() -> None:
    mail = pd.Series(MAILS).where((WHO < 20) | (WHO >= 28))
    assert told(log(Klient=CALLED, **{"E-mail": mail})) == BY_KEY
    named = pd.Series(CALLED).where(mail.notna(), "Walk-in")
    seen = smartcart.check(log(Klient=named, **{"E-mail": mail}))
    assert seen.receipt.customers == PEOPLE - 8
    assert seen.receipt.orders == mail.notna().sum()


def test_an_address_of_the_shop_that_many_names_bear_is_nobody() -> None:
    till = N % 7 == 0
    seen = smartcart.check(log(Klient=CALLED, **{"E-mail": np.where(till, "x@x.example", MAILS)}))
    assert "nobody" in codes(seen)
    assert (seen.receipt.orders, seen.receipt.revenue) == (ORDERS, TOTAL.sum())


def test_a_configuration_that_says_so_reads_the_same() -> None:
    mail = pd.Series(MAILS).where((WHO < 20) | (WHO >= 28))
    said = {"E-mail": {"meaning": "customer"}, "Klient": {"meaning": "email"}}
    assert told(log(Klient=CALLED, **{"E-mail": mail}), roles=said) == BY_KEY


# Firms, and what hardly goes together ----------------------------------------------------------


@pytest.mark.parametrize("name", ["Kunde", "Customer name", "Company"])
@pytest.mark.parametrize("own", [True, False])
def test_several_addresses_at_a_domain_of_its_own_are_of_one_firm(name: str, own: bool) -> None:
    at = np.array([f"firm{i}.example" if own else f"post{i % 3}.example" for i in range(PEOPLE)])
    mails = [f"{'abc'[i % 3]}{w}@{at[w]}" for w, i in zip(WHO, N // PEOPLE, strict=True)]
    firms = np.array([f"Birch{LETTERS[i % 20]}{LETTERS[i // 20]} GmbH" for i in range(PEOPLE)])
    seen = smartcart.check(log(**{name: firms[WHO], "E-mail": mails}))
    assert seen.receipt.columns["customer"] == (name if own else "E-mail")
    assert seen.receipt.customers == (PEOPLE if own else 3 * PEOPLE)
    notice = next(n for n in seen.notices if n.code == "names and addresses")
    assert f"{PEOPLE} of {PEOPLE} names have several E-mail" in notice.message
    assert f"{('E-mail' if own else name)!r}: {{meaning: customer}}" in notice.message


@pytest.mark.parametrize("several", [4, 5])  # of 40 ids: a tenth, and less
def test_ids_that_bear_several_names_are_told(several: int) -> None:
    names = np.array([f"Ben Reed{LETTERS[i % 20]}{LETTERS[i // 20]}" for i in range(PEOPLE)])[WHO]
    other = np.where((several - 1 > WHO) & (PEOPLE > N), "Cleo Moss", names)
    seen = smartcart.check(log(**{"Customer ID": WHO + 500, "Customer name": other}))
    assert seen.receipt.customers == PEOPLE
    assert ("names and addresses" in codes(seen)) is (several == 5)


# Known layouts ---------------------------------------------------------------------------------


def _opencart() -> pd.DataFrame:
    day = (pd.Timestamp("2024-01-01") + pd.to_timedelta(N, "D")).strftime("%d/%m/%Y")
    return pd.DataFrame(
        {
            "Order ID": N + 1000,
            "Customer": CALLED,
            "Status": "Complete",
            "Total": TOTAL,
            "Date Added": day,
            "Date Modified": day,
        }
    )


def _odoo() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Order Reference": [f"S{n:05d}" for n in N],
            "Order Date": pd.Timestamp("2024-01-01") + pd.to_timedelta(N, "D"),
            "Customer": CALLED,
            "Salesperson": "Mitch",
            "Total": TOTAL,
            "Status": "Sales Order",
        }
    )


@pytest.mark.parametrize("table", [_opencart(), _odoo()], ids=["opencart", "odoo"])
def test_layouts_by_a_name_read_what_stands_beside_it(table: pd.DataFrame) -> None:
    assert told(table) == BY_NAME
    for name, values in (("E-Mail", MAILS), ("Telephone", PHONES), ("Customer ID", WHO + 9)):
        seen = smartcart.check(table.assign(**{name: values}))
        assert seen.receipt.layout is not None
        assert seen.receipt.columns["customer"] == name
        assert seen.receipt.customers == PEOPLE


# The lines of an order -------------------------------------------------------------------------


@pytest.mark.parametrize("once", [False, True])
def test_the_address_reaches_the_lines_of_its_order(once: bool) -> None:
    lines = log(Klient=CALLED, **{"E-mail": MAILS})
    lines = lines.loc[lines.index.repeat(2)].reset_index(drop=True)
    lines = lines.assign(Product=np.array(["A", "B"])[lines.index % 2], Qty=1)
    if once:
        lines.loc[lines.index % 2 == 1, ["Klient", "E-mail", "Date"]] = None
    assert told(lines) == BY_KEY


# Halves of a name ------------------------------------------------------------------------------

GIVEN = np.array([n.split()[0] + "abcde"[i % 5] for i, n in enumerate(NAMES)])[WHO]
FAMILY = np.array([n.split()[1] for n in NAMES])[WHO]
BY_BOTH = (ORDERS, len({*zip(GIVEN, FAMILY, strict=True)}), TOTAL.sum())


@pytest.mark.parametrize(
    ("given", "family"),
    [
        *(("Vorname", "Nachname"), ("First name", "Last name"), ("Prénom", "Nom")),
        *(("Nombre", "Apellidos"), ("Imię", "Nazwisko"), ("Billing First Name", "Billing Surname")),
    ],
)
def test_halves_of_a_name_tell_buyers_together(given: str, family: str) -> None:
    table = log(**{given: GIVEN, family: FAMILY})
    seen = smartcart.check(table)
    assert told(table) == BY_BOTH
    assert seen.receipt.columns["customer"] == f"{given} and {family}"
    assert "whole_names" in codes(seen)
    said = {given: {"meaning": "given_name"}, family: {"meaning": "customer"}}
    assert told(table, roles=said) == told(table)
    assert told(table, roles={family: {"meaning": "customer"}})[1] == len({*FAMILY})
    assert told(table.assign(**{"E-mail": MAILS})) == BY_KEY


def test_names_on_parcels_tell_buyers_where_nothing_else_does() -> None:
    ship = {"Shipping first name": GIVEN, "Shipping last name": FAMILY}
    assert told(log(**ship)) == BY_BOTH
    buyers = log(**ship, **{"First name": "Bo", "Last name": FAMILY})
    assert told(buyers)[1] == len({*FAMILY}) < BY_BOTH[1]


def test_whole_names_are_read_again_by_a_model(tmp_path: Path) -> None:
    source = tmp_path / "log.csv"
    log(Vorname=GIVEN, Nachname=FAMILY).to_csv(source, index=False)
    found = smartcart.segment(source, k=2)
    folder = found.save(tmp_path / "run")
    again = smartcart.load(folder / "model.json").assign(source)
    assert sorted(again["customer_id"]) == sorted(found.customers["customer_id"])
    assert again["customer_id"].nunique() == BY_BOTH[1]


def test_a_familys_name_alone_is_no_buyer_beside_given_names() -> None:
    table = log(Kunde=FAMILY, Vorname=GIVEN)
    assert told(table) == BY_BOTH
    assert told(table, roles={"Kunde": {"meaning": "customer"}})[0] == ORDERS
    assert told(table.assign(**{"E-mail": MAILS})) == BY_KEY
    assert told(table.assign(Kunde=CALLED)) == BY_NAME


def test_ids_whose_people_share_names_are_not_told() -> None:
    seen = smartcart.check(log(**{"Customer ID": WHO, "Customer name": np.array(NAMES)[WHO % 9]}))
    assert "names and addresses" not in codes(seen)


# Addresses and cards on some of the lines -------------------------------------------------------


def test_names_tell_the_buyers_that_many_lines_without_an_address_have() -> None:
    """A third of the lines have no address, all have a name: nobody is left out."""
    mails = np.where(WHO % 3 == 0, None, MAILS)
    seen = smartcart.check(log(**{"E-post": mails, "Kund": CALLED}))
    assert seen.receipt is not None
    assert (seen.receipt.orders, seen.receipt.left_out) == (ORDERS, ())
    few = log(**{"E-post": np.where(WHO % 20 == 0, None, MAILS), "Kund": CALLED})
    assert told(few)[0] == ORDERS


def test_a_card_that_only_guests_lack_tells_people_of_one_name_apart() -> None:
    guest = N % 3 == 0
    who = np.where(guest, "Klient detaliczny", CALLED)
    card = np.where(guest, None, [f"23{1000 + i}" for i in WHO])
    both = log(**{"Klient": who, "Nr karty klienta": card})
    assert told(both)[1] == len({*WHO[~guest]})
    half = log(**{"Klient": who, "Nr karty klienta": np.where(WHO % 2, card, None)})
    assert told(half)[1] == len({*CALLED[~guest]})


@pytest.mark.parametrize("orders", [12, 30])
def test_an_address_with_an_id_at_each_checkout_is_somebody(orders: int) -> None:
    """However often who it is came back."""
    often = orders > N
    mails = np.where(often, "ann@mail.example", MAILS)
    ids = np.where(often | (N % 3 == 0), [f"cus_{i}x" for i in N], [f"cus_{i}" for i in WHO])
    seen = smartcart.check(log(**{"Customer ID": ids, "Customer Email": mails}))
    assert seen.receipt is not None
    assert seen.receipt.columns["customer"] == "Customer Email"
    assert seen.receipt.customers == len({*mails})
    assert "nobody" not in codes(seen)


# Spellings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("José Núñez", "jose nunez", True),
        ("Łukasz Żak", "Łukasz Zak", True),
        ("José Núñez", "José Nunes", False),
        ("Й Ким", "И Ким", False),
    ],
)
def test_a_name_is_one_with_and_without_accents(first: str, second: str, one: bool) -> None:
    called = np.where(WHO == 5, np.where(N // PEOPLE % 2 == 0, first, second), CALLED)
    seen = smartcart.check(log(Cliente=called))
    assert seen.receipt.customers == BY_NAME[1] + (not one)
    assert seen.receipt.revenue == TOTAL.sum()
    scored = smartcart.segment(log(Cliente=called), k=2)
    again = scored.assign(log(Cliente=called))
    assert len(again) == seen.receipt.customers


def test_an_id_is_what_it_is_accents_or_not() -> None:
    codes = np.array([f"{'É' if i % 2 else 'E'}{i // 2:03d}" for i in range(PEOPLE)])[WHO]
    assert smartcart.check(log(**{"Customer ID": codes})).receipt.customers == PEOPLE
