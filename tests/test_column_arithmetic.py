"""What columns of a table of customers say of each other, under words that nobody knows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.inspection import relations
from smartcart.records import Inspection

ROWS = 150
RNG = np.random.default_rng(3)
N = np.arange(ROWS)
COUNT = np.where(N % 6 == 0, 0, 1 + RNG.poisson(3, ROWS))
YEARS = [(RNG.gamma(1.5, 60, ROWS) * (RNG.random(ROWS) < 0.7)).round(2) for _ in range(3)]
WHOLE = np.round(sum(YEARS), 2)
SPENT = np.round(COUNT * RNG.gamma(4, 9, ROWS), 2)
BACK = np.where(N % 5 == 1, np.round(SPENT * 0.3, 2), 0.0)


def table(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"Mail": [f"p{i}@example.com" for i in N]} | columns)


def roles(seen: Inspection) -> dict[str, tuple[str, str]]:
    return {c.name: (c.role, c.meaning) for c in seen.contract.columns}


def check(**columns: object) -> dict[str, tuple[str, str]]:
    return roles(smartcart.check(table(**columns), kind="customers"))


FORMS, TOLD = ("forms", "measure"), ("describes", "measure")


# Sums -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [7, 8])  # of 150 rows: up to 5%
def test_a_sum_of_unknown_parts_forms_in_place_of_them(wrong: int) -> None:
    whole = WHOLE + np.where(wrong > N, 5.0, 0.0)
    found = check(Fe=YEARS[0], Fi=YEARS[1], Fo=YEARS[2], Fum=whole)
    assert found["Fum"] == FORMS
    assert {found[n] for n in ("Fe", "Fi", "Fo")} == {TOLD if wrong == 7 else FORMS}


def test_parts_of_known_totals_describe() -> None:
    one, two = RNG.poisson(2, ROWS), RNG.poisson(1, ROWS)
    money = {"Total spent": WHOLE, "Ka": YEARS[0], "Kb": YEARS[1], "Kc": YEARS[2]}
    found = check(**money, **{"Number of orders": one + two, "Za": one, "Zb": two})
    assert found["Total spent"] == ("forms", "spend_total")
    assert found["Number of orders"] == ("forms", "frequency")
    assert {found[n] for n in ("Ka", "Kb", "Kc", "Za", "Zb")} == {TOLD}


def test_a_sum_of_all_parts_of_the_spend_and_an_unknown_one_is_the_total() -> None:
    found = check(**{"Wine spend": YEARS[0], "Fish spend": YEARS[1], "Qu": YEARS[2], "Su": WHOLE})
    assert found["Su"] == ("forms", "spend_total")
    assert {found[n][0] for n in ("Wine spend", "Fish spend", "Qu")} == {"describes"}


@pytest.mark.parametrize("known", ["gross", "net"])
def test_gross_net_and_returned_form_once(known: str) -> None:
    net = np.round(SPENT - BACK, 2)
    names = {"gross": ("Total spent", "Nix"), "net": ("Gro", "Total spent")}[known]
    found = check(**{names[0]: SPENT, "Ret": BACK, names[1]: net, "Number of orders": COUNT})
    assert found["Total spent"] == ("forms", "spend_total")
    assert found["Nix" if known == "gross" else "Gro"] == TOLD


def test_what_the_user_said_stays() -> None:
    frame = table(Fe=YEARS[0], Fi=YEARS[1], Fo=YEARS[2], Fum=WHOLE)
    seen = smartcart.check(frame, kind="customers", roles={"Fe": "forms"})
    assert roles(seen)["Fe"][0] == "forms"
    assert roles(seen)["Fi"] == TOLD


def test_small_counts_that_often_agree_are_no_sums() -> None:
    few = {f"c{i}": RNG.integers(0, 3, ROWS) for i in range(6)}
    assert {role for role, _ in check(**few).values() if role == "describes"} == set()


@pytest.mark.parametrize(("rows", "found"), [(36, True), (24, False)])
def test_a_sum_needs_some_dozens_of_rows(rows: int, found: bool) -> None:
    columns = {"a": YEARS[0][:rows] + 1, "b": YEARS[1][:rows] + 1}
    columns["c"] = columns["a"] + columns["b"]
    assert bool(relations.sums(columns)) is found


def test_a_sum_in_every_place_among_its_parts_is_found() -> None:
    for place in range(4):
        names = [f"y{i}" for i in range(3)]
        columns = dict(zip(names, YEARS, strict=True))
        order = [*names[:place], "all", *names[place:]]
        mixed = {n: (columns | {"all": WHOLE, "rest": COUNT * 1.0})[n] for n in [*order, "rest"]}
        assert relations.sums(mixed) == (relations.Sum("all", ("y0", "y1", "y2")),)


# What was spent, and how often ------------------------------------------------------------------


def average(spent: np.ndarray = SPENT) -> np.ndarray:
    return np.round(np.divide(spent, COUNT, out=np.full(ROWS, np.nan), where=COUNT > 0), 2)


def test_a_total_its_count_and_their_average_are_known_by_their_figures() -> None:
    seen = smartcart.check(table(Hu=COUNT, Pli=SPENT, Mol=average(), Zu=YEARS[0]))
    found = roles(seen)
    assert found["Pli"] == ("forms", "spend_total")
    assert found["Hu"] == ("forms", "frequency")
    assert found["Mol"] == TOLD
    assert (seen.receipt.orders, seen.receipt.buyers) == (COUNT.sum(), (COUNT > 0).sum())
    assert seen.receipt.revenue == pytest.approx(SPENT.sum())
    assert seen.receipt.certainty == "guessed"


def test_an_average_that_is_none_tells_nothing() -> None:
    found = check(Hu=COUNT, Pli=SPENT, Mol=np.where(N % 9 == 1, 2, 1) * average())
    assert {found[n] for n in ("Hu", "Pli", "Mol")} == {FORMS}


@pytest.mark.parametrize("name", ["Items", "Monate", "Minutes", "Points"])
def test_an_average_of_pieces_or_time_tells_of_no_purchases(name: str) -> None:
    assert check(**{name: COUNT, "Pli": SPENT, "Mol": average()})[name][1] != "frequency"


def test_money_of_which_something_went_back_was_spent() -> None:
    seen = smartcart.check(table(Hu=COUNT, Pli=SPENT, Ske=BACK, Tro=np.round(SPENT - BACK, 2)))
    found = roles(seen)
    assert (found["Pli"], found["Hu"]) == (("forms", "spend_total"), ("forms", "frequency"))
    assert {found[n] for n in ("Ske", "Tro")} == {TOLD}
    assert seen.receipt.certainty == "guessed"


def test_money_of_two_like_parts_or_without_its_count_is_not_known() -> None:
    like = check(Hu=COUNT, A=YEARS[0], B=YEARS[1], C=np.round(YEARS[0] + YEARS[1], 2))
    assert {like[n] for n in ("Hu", "C")} == {FORMS}
    other = RNG.permutation(COUNT)
    alone = check(Hu=other, Pli=SPENT, Ske=BACK, Tro=np.round(SPENT - BACK, 2))
    assert {alone[n] for n in ("Hu", "Pli")} == {FORMS}


# Quotients and multiples ------------------------------------------------------------------------

SENT, OPENED = 20 + RNG.integers(0, 80, ROWS), RNG.integers(1, 20, ROWS)
KNOWN = {"Number of orders": COUNT, "Total spent": SPENT}


@pytest.mark.parametrize("percent", [1, 100])
def test_a_rate_beside_what_it_is_made_of_describes(percent: int) -> None:
    rate = np.round(percent * OPENED / SENT, 3 if percent == 1 else 1)
    found = check(**KNOWN, Ab=SENT, Cd=OPENED, Ef=rate)
    assert (found["Ab"], found["Cd"], found["Ef"]) == (FORMS, FORMS, TOLD)
    assert check(**KNOWN, Ab=SENT, Cd=OPENED, Ef=RNG.permutation(rate))["Ef"] == FORMS
    assert check(**KNOWN, Ab=SENT, Ef=rate)["Ef"] == FORMS


@pytest.mark.parametrize("times", [2.0, 0.1, 7.0])
def test_a_multiple_of_what_was_spent_describes(times: float) -> None:
    again = np.floor(SPENT * times)
    assert check(**KNOWN, Pu=again)["Pu"] == TOLD
    some = np.where(N % 10 == 3, again * 2, again)  # not of each tenth
    assert check(**KNOWN, Pu=some)["Pu"] == FORMS


# Days -------------------------------------------------------------------------------------------


def days(first: bool) -> np.ndarray:
    luck = np.random.default_rng(11)  # of its own: whichever tests ran before
    later = luck.integers(0, 200, ROWS) + (0 if first else 60 * COUNT)
    day = np.datetime64("2023-01-01") + later.astype("timedelta64[D]")
    return np.where(COUNT > 0, day, np.datetime64("NaT"))


@pytest.mark.parametrize("first", [True, False])
def test_a_day_that_only_buyers_have_is_that_of_their_last_purchase(first: bool) -> None:
    seen = smartcart.check(table(**KNOWN, Ol=days(first)))
    assert roles(seen)["Ol"] == (("dropped", "date") if first else ("forms", "last_date"))
    assert ("no dates" in {n.code for n in seen.notices}) is first


def test_of_two_such_days_the_later_one_is_the_last() -> None:
    early, late = days(True), days(False) + np.timedelta64(200, "D")
    found = check(**KNOWN, Ol=late, Er=early)
    assert (found["Ol"][1], found["Er"][1]) == ("last_date", "date")


def test_a_day_that_all_have_tells_of_no_purchase() -> None:
    every = np.where(COUNT > 0, days(False), np.datetime64("2023-01-01"))
    assert check(**KNOWN, Ol=every)["Ol"] == ("dropped", "date")
