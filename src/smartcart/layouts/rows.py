"""Short forms for the rows of the table of layouts."""

from __future__ import annotations

__all__ = ["contact", "told"]


def told(
    *, sold: str = "", cancelled: str = "", returned: str = "", unpaid: str = "", other: str = ""
) -> dict[str, str]:
    """Return what the values of a state say; values stand in lower case, between bars.

    >>> told(sold="paid | shipped", returned="refunded")
    {'paid': 'sold', 'shipped': 'sold', 'refunded': 'returned'}
    """
    said = (
        ("sold", sold),
        ("cancelled", cancelled),
        ("returned", returned),
        ("unpaid", unpaid),
        ("other", other),
    )
    return {value: state for state, values in said for value in _listed(values)}


def contact(names: str) -> dict[str, str]:
    """Return the role of columns, between bars, that say who somebody is: they are left out.

    >>> contact("Phone | Zip")
    {'Phone': 'dropped:contact', 'Zip': 'dropped:contact'}
    """
    return dict.fromkeys(_listed(names), "dropped:contact")


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split("|") if name.strip()]
