"""What the command line warns of reaches Python and the notebook, too; and books of many sheets."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError


def shop(rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "customer_id": range(1000, 1000 + rows),
            "order_date_first": 45_000 + rng.integers(1, 300, rows),
            "orders": rng.poisson(5, rows) + 1,
            "total_spent": rng.lognormal(4, 1, rows).round(2),
        }
    )


@contextlib.contextmanager
def listening() -> Iterator[list[warnings.WarningMessage]]:
    """Collect SmartCart's own warnings; libraries' own are not its matter."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", smartcart.SmartCartWarning)
        yield told


def test_notices_are_warnings_of_a_class_of_their_own_each_once() -> None:
    with listening() as told:
        s = smartcart.segment(shop(), k=2)
    messages = [str(w.message) for w in told]
    assert messages == [n.message for n in s.notices]
    assert len(set(messages)) == len(messages)
    assert any("Only 60 customers" in message for message in messages)
    assert any("Excel's numbers of days" in message for message in messages)
    assert all(w.filename == __file__ for w in told)
    assert issubclass(smartcart.SmartCartWarning, UserWarning)


def test_a_check_warns_as_well() -> None:
    with listening() as told:
        seen = smartcart.check(shop())
    assert [w for w in told if "Only 60 customers" in str(w.message)]
    assert {n.code for n in seen.notices} >= {"few customers", "guessed_dates"}


def test_a_table_without_anything_to_tell_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", smartcart.SmartCartWarning)
        smartcart.check(shop(200).drop(columns="order_date_first"))


def test_the_ledger_and_the_notices_are_at_hand_and_in_the_notebook() -> None:
    s = smartcart.segment(shop(), k=2)
    assert s.ledger.rows_read == 60
    html = s._repr_html_()
    for notice in s.notices:
        assert notice.message.replace("'", "&#x27;") in html
    for entry in s.ledger.entries:
        assert (entry.rule in html) or (f"{entry.count:,} {entry.unit}" in html) or not entry.count


def test_the_command_line_tells_notices_without_python_warnings(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    shop().to_csv(path, index=False)
    done = subprocess.run(
        [sys.executable, "-m", "smartcart", "check", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "SmartCartWarning" not in done.stdout + done.stderr
    assert "Only 60 customers" in done.stdout + done.stderr


# Workbooks -------------------------------------------------------------------------------------


def book(path: Path, **sheets: pd.DataFrame) -> Path:
    with pd.ExcelWriter(path) as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return path


NOTES = pd.DataFrame({"Made-up figures": ["Module 1", "Module 2", "Module 3"]})


@pytest.mark.parametrize("notes", [NOTES, pd.DataFrame(columns=["Made up", "by hand"])])
def test_notes_before_the_table_are_passed_over_and_told(tmp_path: Path, notes) -> None:
    path = book(tmp_path / "b.xlsx", **{"Read me": notes, "Shop": shop(200)})
    seen = smartcart.check(path)
    assert seen.reading.sheet == "Shop"
    assert seen.ledger.segmented == 200
    (notice,) = [n for n in seen.notices if n.code == "other_sheets"]
    assert "sheet 'Shop' was read; 1 more hold cells ('Read me')" in notice.message


def test_the_first_of_two_tables_is_read(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", One=shop(150), Two=shop(200))
    assert smartcart.check(path).ledger.segmented == 150
    assert smartcart.check(f"{path}::Two").ledger.segmented == 200


def test_a_sheet_that_fails_says_which_others_there_are(tmp_path: Path) -> None:
    words = pd.DataFrame({"name": list("abcdef"), "remark": list("uvwxyz")})
    path = book(tmp_path / "b.xlsx", Notes=words, Shop=shop(200))
    with pytest.raises(DataError, match=r"sheet 'Notes' was read; 1 more hold cells \('Shop'\)"):
        smartcart.check(path)
