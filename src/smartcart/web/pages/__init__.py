"""The pages: thin routes from services to view models to templates."""

from __future__ import annotations

from smartcart.web.pages import (
    account,
    assets,
    audience,
    customers,
    home,
    late,
    new,
    over_time,
    people,
    plan,
    progress,
    results,
    run,
    segment,
    uploads,
)
from smartcart.web.pages.account import login_again
from smartcart.web.pages.render import error_page

__all__ = ["error_page", "login_again", "routers"]

routers = [
    one.router
    for one in (
        assets,
        audience,
        home,
        new,
        progress,
        run,
        segment,
        customers,
        people,
        late,
        plan,
        over_time,
        account,
        uploads,
        results,
    )
]
