"""Where a list goes: the columns and the form that each platform documents for its uploads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smartcart.errors import UsageError

__all__ = ["DESTINATIONS", "Destination", "destination_of"]


@dataclass(frozen=True, slots=True)
class Destination:
    """The customer list of one platform.

    ``email`` and ``phone`` are the headers of its columns (``None``: it takes none), ``hashing``
    whose rule holds for SHA-256 (``None``: it takes plain contacts), ``segment`` the header of a
    column for the segment. ``least`` is how many rows it takes at least.
    """

    key: str
    name: str
    email: str
    phone: str | None
    hashing: Literal["google", "meta"] | None
    segment: str | None = None
    needs_email: bool = False
    least: int = 100
    about: str = ""


DESTINATIONS: tuple[Destination, ...] = (
    Destination(
        "google",
        "Google Ads (Customer Match)",
        "Email",
        "Phone",
        "google",
        about="hashed; phones with + and country code before hashing",
    ),
    Destination(
        "meta",
        "Meta (Facebook, Instagram)",
        "email",
        "phone",
        "meta",
        about="hashed; phones as digits with the country code, without +, before hashing",
    ),
    Destination(
        "tiktok",
        "TikTok",
        "Email_SHA256",
        "Phone_SHA256",
        "google",
        least=1000,
        about="hashed; phones with + and country code before hashing",
    ),
    Destination(
        "linkedin",
        "LinkedIn (contact list)",
        "email",
        None,
        "google",
        needs_email=True,
        least=300,
        about="hashed e-mail addresses; it takes no phones",
    ),
    Destination(
        "klaviyo",
        "Klaviyo",
        "Email",
        "Phone Number",
        None,
        "SmartCart Segment",
        least=1,
        about="plain e-mail addresses and phones, with the segment as a property",
    ),
    Destination(
        "mailchimp",
        "Mailchimp",
        "Email Address",
        "Phone Number",
        None,
        "SmartCart Segment",
        needs_email=True,
        least=1,
        about="plain e-mail addresses, with the segment in a column of its own",
    ),
)


def destination_of(key: str) -> Destination:
    """Return a platform by its key. Raises ``UsageError`` where there is none of that name."""
    known = {one.key: one for one in DESTINATIONS}
    if key.casefold() not in known:
        raise UsageError.of(
            f"the platform is {key[:40]!r}", f"one of {', '.join(known)}", "choose one of them"
        )
    return known[key.casefold()]
