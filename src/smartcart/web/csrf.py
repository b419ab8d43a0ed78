"""The token that the forms of one browser carry, so that no other site can send them."""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["csrf_token", "same_token"]


def csrf_token(secret: str, visit: str, session: str) -> str:
    """Return the token that the forms of one browser carry."""
    return hmac.new(secret.encode(), f"{visit}|{session}".encode(), hashlib.sha256).hexdigest()


def same_token(known: str, given: str) -> bool:
    """Compare two tokens in constant time."""
    return hmac.compare_digest(known.encode(), given.encode("utf-8", "replace"))
