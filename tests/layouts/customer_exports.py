"""Made-up lists of customers, each in the header of its platform."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from layouts.market_cases import HEADERS, Cells
from layouts.shop import Shop, customers_of, filled, money, shop

__all__ = ["CUSTOMER_CASES", "customer_table"]


def _day(values: pd.Series, form: str) -> list[str]:
    return ["" if pd.isna(at) else at.strftime(form) for at in values]


def _some(values: pd.Series, orders: pd.Series) -> list[object]:
    """Return amounts that are blank for who never bought."""
    return [value if n else "" for value, n in zip(values, orders, strict=True)]


def _joined(t: pd.DataFrame) -> pd.Series:
    return pd.Timestamp("2023-03-05 09:00:00") + pd.to_timedelta(t["buyer"] * 3, "D")


def _square(t: pd.DataFrame) -> Cells:
    return {
        "Reference ID": "",
        "First Name": t["first_name"],
        "Last Name": t["last_name"],
        "Email Address": t["email"],
        "Phone Number": t["phone"],
        "City": t["city"],
        "Postal Code": t["zip"],
        "Square Customer ID": [f"SQ{n:06d}KLM" for n in t["buyer"]],
        "Creation Source": "Directory",
        "First Visit": _day(t["first_at"], "%Y-%m-%d"),
        "Last Visit": _day(t["last_at"], "%Y-%m-%d"),
        "Transaction Count": t["orders"],
        "Lifetime Spend": money(t["total"], "$"),
        "Email Subscription Status": "subscribed",
    }


def _stripe(t: pd.DataFrame) -> Cells:
    return {
        "id": [f"cus_{n:06d}Qx" for n in t["buyer"]],
        "Email": t["email"],
        "Name": t["name"],
        "Created (UTC)": _day(_joined(t), "%Y-%m-%d %H:%M"),
        "Delinquent": "false",
        "Plan": [("", "gold")[n % 2] for n in t["buyer"]],
        "Total Spend": t["total"],
        "Payment Count": t["orders"],
        "Refunded Volume": 0.0,
        "Dispute Losses": 0.0,
    }


def _loyverse(t: pd.DataFrame) -> Cells:
    return {
        "Customer ID": [f"a{n:05d}-11ec" for n in t["buyer"]],
        "Customer name": t["name"],
        "Email": t["email"],
        "Phone": t["phone"],
        "City": t["city"],
        "Country": t["country"],
        "Postal code": t["zip"],
        "Points balance": (t["total"] * 0.05).round(2),
        "First visit": _day(t["first_at"], "%Y-%m-%d %H:%M:%S"),
        "Last visit": _day(t["last_at"], "%Y-%m-%d %H:%M:%S"),
        "Total visits": t["orders"],
        "Total spent": t["total"],
    }


def _klaviyo(t: pd.DataFrame) -> Cells:
    rng = np.random.default_rng(5)
    predicted = rng.uniform(5, 90, len(t)).round(2)
    return {
        "Email": t["email"],
        "Klaviyo ID": [f"01H{n:05d}ABCDEFGHJK" for n in t["buyer"]],
        "First Name": t["first_name"],
        "Last Name": t["last_name"],
        "City": t["city"],
        "Phone Number": t["phone"],
        "Country": t["country"],
        "Zip Code": t["zip"],
        "Source": [("Subscribed via form", "Shopify")[n % 2] for n in t["buyer"]],
        "First Active": _day(_joined(t), "%Y-%m-%d %H:%M:%S"),
        "Last Active": "2025-06-13 10:00:00",
        "Last Open": "Never",
        "Profile Created On": _day(_joined(t), "%Y-%m-%d %H:%M:%S"),
        "Date Added": "2024-01-02 09:00:00",
        "Historic Customer Lifetime Value": _some(t["total"], t["orders"]),
        "Predicted Customer Lifetime Value": predicted,
        "Total Customer Lifetime Value": (t["total"] + predicted).round(2),
        "Historic Number Of Orders": _some(t["orders"], t["orders"]),
        "Predicted Number Of Orders": rng.uniform(0, 2, len(t)).round(2),
        "Churn Risk Prediction": rng.uniform(0, 1, len(t)).round(2),
        "Average Order Value": _some((t["total"] / t["orders"].clip(1)).round(2), t["orders"]),
        "Expected Date Of Next Order": "2025-09-01",
    }


def _hubspot(t: pd.DataFrame) -> Cells:
    return {
        "Record ID": t["buyer"] + 501,
        "First Name": t["first_name"],
        "Email": t["email"],
        "Last Name": t["last_name"],
        "Phone Number": t["phone"],
        "Contact owner": "Lin",
        "Lead Status": [("New", "Open")[n % 2] for n in t["buyer"]],
        "Create Date": _day(_joined(t), "%Y-%m-%d %H:%M"),
        "Last Activity Date": "2025-06-13 10:00",
        "Country/Region": t["country"],
        "Lifecycle Stage": ["Customer" if n else "Lead" for n in t["orders"]],
        "Total Revenue": _some(t["total"], t["orders"]),
        "Number of Associated Deals": t["orders"],
        "Recent Deal Close Date": _day(t["last_at"], "%Y-%m-%d %H:%M"),
    }


def _mailchimp(t: pd.DataFrame) -> Cells:
    return {
        "Email Address": t["email"],
        "First Name": t["first_name"],
        "Last Name": t["last_name"],
        "Phone Number": t["phone"],
        "MEMBER_RATING": t["buyer"] % 5 + 1,
        "OPTIN_TIME": _day(_joined(t), "%Y-%m-%d %H:%M:%S"),
        "OPTIN_IP": "203.0.113.7",
        "CONFIRM_TIME": _day(_joined(t), "%Y-%m-%d %H:%M:%S"),
        "CONFIRM_IP": "203.0.113.7",
        "CC": t["country"],
        "LAST_CHANGED": "2025-06-13 10:00:00",
        "LEID": t["buyer"] + 60_001,
        "EUID": [f"{n * 7919:010x}" for n in t["buyer"]],
    }


def _patreon(t: pd.DataFrame) -> Cells:
    return {
        "Name": t["name"],
        "Email": t["email"],
        "Lifetime Amount": t["total"],
        "Patron Status": ["Active patron" if n else "" for n in t["orders"]],
        "Follows You": "Yes",
        "Free Member": ["No" if n else "Yes" for n in t["orders"]],
        "Pledge Amount": 5.0,
        "Tier": [("Silver", "Gold")[n % 2] for n in t["buyer"]],
        "Street": "1 Any St",
        "City": t["city"],
        "Zip": t["zip"],
        "Phone": t["phone"],
        "Patronage Since Date": _day(_joined(t), "%Y-%m-%d %H:%M:%S"),
        "Last Charge Date": _day(t["last_at"], "%Y-%m-%d %H:%M:%S"),
        "User ID": t["buyer"] + 9_100_001,
        "Currency": "USD",
    }


CUSTOMER_CASES: dict[str, Callable[[pd.DataFrame], Cells]] = {
    "square_customers": _square,
    "stripe_customers": _stripe,
    "loyverse_customers": _loyverse,
    "klaviyo_profiles": _klaviyo,
    "hubspot_contacts": _hubspot,
    "mailchimp_members": _mailchimp,
    "patreon_members": _patreon,
}


def customer_table(name: str, made: Shop | None = None) -> pd.DataFrame:
    """Return the list of customers in the header of a platform; a view may show more columns."""
    known = customers_of(made or shop())
    cells = CUSTOMER_CASES[name](known)
    header = [*HEADERS[name], *(n for n in cells if n not in HEADERS[name])]
    return filled(header, cells, len(known))
