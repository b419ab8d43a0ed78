"""Phone numbers by the rules of each country: contacts, suppression lists and hashes alike."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from smartcart.audiences.identifiers import calling_code, digits_of, normal_phone
from smartcart.errors import UsageError
from smartcart.workflows.audience import write_audience

COUNTRIES = (
    "AE AR AT AU BE BG BR CH CI CL CN CZ DE DK EG ES FI FR GB GR HU ID IL IN IT JP KR MA MX NL"
    " NO NZ PL PT RO RU SE TR UA US ZA"
)
KINDS = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.VOIP,
)


def examples() -> list[tuple[str, str, str]]:
    """Return numbers as dialled in their country and from abroad: (region, text, E.164)."""
    found = []
    for region in COUNTRIES.split():
        for kind in KINDS:
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None:
                for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL):
                    text = phonenumbers.format_number(number, form)
                    found.append(
                        (region, text, phonenumbers.format_number(number, PhoneNumberFormat.E164))
                    )
    return found


def test_two_hundred_numbers_of_forty_countries_are_what_the_library_says() -> None:
    cases = examples()
    assert len(cases) >= 200
    assert len({region for region, _, _ in cases}) >= 40
    for region, text, e164 in cases:
        code = calling_code(region)
        assert normal_phone(text, code) == e164, (region, text)
        told = phonenumbers.parse(text, region)
        assert normal_phone(text, code) == phonenumbers.format_number(told, PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    ("text", "country", "want"),
    [
        ("06 5550 1000", "39", "+390655501000"),
        ("+39 06 5550 1000", None, "+390655501000"),
        ("8 (912) 345-67-89", "7", "+79123456789"),
        ("06 20 123 4567", "36", "+36201234567"),
        ("01 23 45 67 89", "225", "+2250123456789"),
        ("0151 / 1234-5678", "49", "+4915112345678"),
        ("004915112345678", "49", "+4915112345678"),
        ("004915112345678", None, "+4915112345678"),
        ("+44 (0)20 7946 0000", None, "+442079460000"),
        ("Tel.: 030 5550100", "49", "+49305550100"),
        ("ann1234567@example.com", "49", None),
        ("customer 030 5550100 x", "49", None),
        ("9738ddf7a3de2f90f1ad", "49", None),
        ("5550 1000", "39", "+3955501000"),
        ("123", "1", None),
        ("4915112345678", "49", "+4915112345678"),
        ("16505551212", "1", "+16505551212"),
        ("12", "49", None),
    ],
)
def test_what_a_country_dials_is_read_by_its_rules(
    text: str, country: str | None, want: str | None
) -> None:
    assert normal_phone(text, country) == want


def test_seven_digits_tell_a_line_and_six_do_not() -> None:
    assert digits_of("555-0100") == "5550100"
    assert digits_of("55-0100") is None


def test_a_country_is_a_known_code_or_two_letters() -> None:
    assert [calling_code(c) for c in ("+49", 49, "0049", "DE", "it", None)] == [
        "49",
        "49",
        "49",
        "49",
        "39",
        None,
    ]
    for strange in ("999", "ZZ", "abc", "", "0"):
        with pytest.raises(UsageError, match="the country is"):
            calling_code(strange)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    pd.DataFrame(
        {
            "customer_id": [str(i) for i in range(1, 8)],
            "segment_id": 1,
            "segment": "All",
            "distance": 1.0,
            "confidence": 0.5,
        }
    ).to_parquet(folder / "segments.parquet")
    pd.DataFrame(
        {
            "customer_id": [str(i) for i in range(1, 8)],
            "email": [f"c{i}@example.com" for i in range(1, 8)],
            "phone": [
                "+39 06 5550 1000",
                "06 5550 2000",
                "0655503000",
                "5550 4000",
                "+39 06 5550 5000",
                "+39 06 5550 6000",
                "+39 06 5550 7000",
            ],
            "mobile": [""] * 5 + ["347 555 6000", ""],
        }
    ).to_csv(folder / "contacts.csv", index=False)
    return folder


def audience(run: Path, suppress: str, country: str | None = "39") -> tuple[set[str], dict, set]:
    list_ = run / "suppress.txt"
    list_.write_text(suppress, encoding="utf-8")
    receipt = write_audience(
        run,
        run / "out.csv",
        segments=["All"],
        contacts=run / "contacts.csv",
        country=country,
        suppress=list_,
        minimum=1,
        overwrite=True,
    )
    there = set(pd.read_csv(run / "out.csv", dtype=str)["customer_id"])
    return there, receipt.left_out, {one.code for one in receipt.notices}


def test_whoever_is_suppressed_as_the_country_dials_is_not_contacted(run: Path) -> None:
    there, left_out, _ = audience(run, "06 5550 1000\n+39 06 5550 2000\n0039 06 5550 3000\n")
    assert there == {"4", "5", "6", "7"}
    assert left_out == {"suppressed": 3}


def test_hashes_match_whatever_way_the_number_was_written(run: Path) -> None:
    hashes = [
        hashlib.sha256(text.encode()).hexdigest() for text in ("+390655502000", "390655503000")
    ]
    there, left_out, _ = audience(run, "\n".join(hashes))
    assert there == {"1", "4", "5", "6", "7"}
    assert left_out == {"suppressed": 2}


def test_an_entry_that_cannot_be_read_counts_as_a_match_in_doubt_and_is_told(run: Path) -> None:
    there, left_out, told = audience(run, "5550 5000\n")  # of Rome, without its code
    assert there == {"1", "2", "3", "4", "6", "7"}
    assert left_out == {"suppressed in doubt": 1}
    assert "suppressed_in_doubt" in told


def test_a_contact_that_cannot_be_read_is_compared_in_doubt_too(run: Path) -> None:
    there, left_out, _ = audience(run, "+39 06 5550 4000\n")
    assert there == {"1", "2", "3", "5", "6", "7"}  # "5550 4000": reached by e-mail otherwise
    assert left_out == {"suppressed in doubt": 1}
    there, left_out, _ = audience(run, "06 5550 2000\n", country=None)
    assert "2" not in there
    assert left_out == {"suppressed in doubt": 1}


def test_every_phone_of_a_customer_counts_not_only_the_first(run: Path) -> None:
    there, left_out, _ = audience(run, "+39 347 555 6000\n")
    assert "6" not in there
    assert left_out == {"suppressed": 1}


def test_ids_that_are_numbers_are_no_phones(run: Path) -> None:
    there, left_out, _ = audience(run, "7\n55505000\n")  # the second one has no sign of a phone
    assert there == {"1", "2", "3", "4", "5", "6"}
    assert left_out == {"suppressed": 1}
