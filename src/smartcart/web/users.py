"""Who makes a request, and what a role allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from smartcart.errors import UsageError

__all__ = ["LOCAL", "ROLES", "Role", "User", "known_role", "lesser", "rank"]

Role = Literal["viewer", "analyst", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class User:
    """Whoever makes a request."""

    name: str
    role: Role
    id: int = 0
    via: Literal["local", "session", "token"] = "local"

    def may(self, role: Role) -> bool:
        """Return whether the user has at least this role."""
        return rank(self.role) >= rank(role)


LOCAL = User("you", "admin")  # the one user of a server without a login


def rank(role: Role) -> int:
    """Return the place of a role, 0 the least.

    >>> rank("viewer") < rank("analyst") < rank("admin")
    True
    """
    return ROLES.index(role)


def lesser(one: Role, other: Role | None) -> Role:
    """Return the role that allows less; ``None`` takes nothing away.

    >>> lesser("admin", "viewer"), lesser("viewer", "admin"), lesser("analyst", None)
    ('viewer', 'viewer', 'analyst')
    """
    return one if other is None else min(one, other, key=rank)


def known_role(role: str) -> Role:
    """Return a role by its name. Raises ``UsageError`` where it is none."""
    found = next((one for one in ROLES if one == role), None)
    if found is None:
        raise UsageError.of(
            f"the role is {role[:40]!r}", f"one of {', '.join(ROLES)}", "choose one of them"
        )
    return found
