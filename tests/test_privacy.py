"""Phones, e-mail addresses, names and streets of a source are in no report, profile or model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart

PEOPLE = 240
N = np.arange(PEOPLE)
PHONES = [f"+49 151 9081{i:04d}" for i in N]
BARE = [15190810000 + int(i) for i in N]
MAILS = [f"quorn{i}@zyxmail.example" for i in N]
NAMES = [f"Zyx Quornby-{i % 200}" for i in N]
STREETS = [f"{i} Quornbrook Lane" for i in N]
COLUMNS: dict[str, list[object]] = {
    "Phone": PHONES,
    "phone_number": BARE,
    "Telefon": PHONES,
    "Mobile": BARE,
    "Default Address Phone": PHONES,
    "Billing Phone": BARE,
    "Contact": PHONES,
    "x17": PHONES,
    "E-Mail": MAILS,
    "Login": MAILS,
    "Correo": MAILS,
    "Who": MAILS,
    "Full Name": NAMES,
    "Nachname": NAMES,
    "Contact Person": NAMES,
    "Ship To Name": NAMES,
    "Address": STREETS,
    "Billing Street": STREETS,
    "Default Address Address1": STREETS,
    "Notes": [f"call {a}, {b}" for a, b in zip(PHONES, NAMES, strict=True)],
}
MARKS = ("zyx quorn", "zyxmail", "quornb", "151 9081", "1519081")


def behaviour() -> pd.DataFrame:
    """Two groups of customers that differ in what they spend and how often they come."""
    rng = np.random.default_rng(0)
    far = N % 2
    return pd.DataFrame(
        {
            "customer_id": N + 1,
            "total_spent": rng.normal(100 + 900 * far, 20).round(2),
            "orders": rng.poisson(2 + 18 * far) + 1,
            "visits": rng.poisson(30 - 20 * far) + 1,
        }
    )


def written(folder: Path) -> str:
    """Return all texts of a run folder but the lists of customers."""
    kept = [p for p in folder.rglob("*") if p.suffix in {".json", ".csv", ".html", ".txt", ".sql"}]
    told = [p for p in kept if p.name in {"run.json", "model.json", "profile.csv", "report.html"}]
    assert len(told) == 4
    return "\n".join(p.read_text(encoding="utf-8") for p in told).lower()


def assert_private(folder: Path, source: Path) -> None:
    text = written(folder).replace(str(source).lower(), "")
    for mark in MARKS:
        at = text.find(mark)
        assert at < 0, text[max(0, at - 120) : at + 60]


def saved(source: Path, folder: Path) -> Path:
    smartcart.segment(str(source), k_max=4).save(folder)
    return folder


@pytest.mark.filterwarnings("ignore::smartcart.SmartCartWarning")
def test_a_table_of_customers_keeps_its_people_to_itself(tmp_path: Path) -> None:
    source = tmp_path / "people.csv"
    pd.concat([behaviour(), pd.DataFrame(COLUMNS)], axis=1).to_csv(source, index=False)
    assert_private(saved(source, tmp_path / "run"), source)


@pytest.mark.filterwarnings("ignore::smartcart.SmartCartWarning")
def test_a_log_of_orders_keeps_its_people_to_itself(tmp_path: Path) -> None:
    people = pd.DataFrame(COLUMNS)
    rng = np.random.default_rng(1)
    who = np.repeat(N, 2 + 6 * (N % 2))
    lines = people.loc[who].reset_index(drop=True)
    lines.insert(0, "order_id", np.arange(len(lines)) + 5000)
    lines.insert(1, "customer_id", who + 1)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, len(lines)), "D")
    lines.insert(2, "order_date", days)
    lines.insert(3, "total", rng.normal(50, 9, len(lines)).round(2))
    source = tmp_path / "log.csv"
    lines.to_csv(source, index=False)
    assert_private(saved(source, tmp_path / "run"), source)
