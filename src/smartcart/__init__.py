"""SmartCart: named, stable, explained customer segments in one command.

>>> import smartcart
>>> s = smartcart.segment("customers.csv")  # doctest: +SKIP
>>> s.segments  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smartcart.api import Segmentation, SmartCartWarning, check, load, segment

__all__ = ["Segmentation", "SmartCartWarning", "check", "load", "segment"]


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that ``smartcart --help`` answers at once."""
    if name == "__version__":
        from importlib.metadata import version

        return version("smartcart")
    if name in __all__:
        from smartcart import api

        return getattr(api, name)
    raise AttributeError(f"module 'smartcart' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__, "__version__"]
