"""The app: routes behind the guard, each with the role it needs."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from smartcart.web import errors
from smartcart.web.access import authorize, needed
from smartcart.web.config import Config
from smartcart.web.database import open_database
from smartcart.web.security import Guard, HeadAsGet
from smartcart.web.services import Services, make_services

__all__ = ["create_app", "routes_of"]


def create_app(config: Config) -> FastAPI:
    """Return the app of a workspace. Its jobs run while it is served.

    Raises
    ------
    UsageError, DataError
        Where the app's database cannot be used.
    """
    from smartcart.web.pages import error_page, login_again

    database = open_database(config.database, config.workspace)
    services = make_services(config, database)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.jobs.start()
        try:
            yield
        finally:
            services.jobs.close()
            database.close()

    app = FastAPI(
        title="SmartCart",
        description="Customer segments: runs, evidence, profiles, customers, plans, audiences.",
        version="1",
        lifespan=lifespan,
        openapi_url=None,  # the API serves it, to those who may use the API
        docs_url=None,
        redoc_url=None,
        routes=_routes(),
    )
    app.state.services = services
    app.state.error_page = error_page
    app.state.login_again = login_again
    errors.install(app)
    _refuse_open_routes(app)
    app.state.patterns = {route.endpoint: route.path for route in routes_of(app)}
    app.add_middleware(HeadAsGet)
    app.add_middleware(_guard(services))
    return app


def _guard(services: Services) -> Callable[[ASGIApp], Guard]:
    def wrap(app: ASGIApp) -> Guard:
        return Guard(app, services)

    return wrap


@functools.cache
def _routes() -> list[BaseRoute]:
    """Return the routes of every app, each behind the guard; FastAPI takes long to make them."""
    from smartcart.web.api import router
    from smartcart.web.pages import routers

    made = FastAPI(dependencies=[Depends(authorize)], openapi_url=None)
    for one in (router, *routers):
        made.include_router(one)
    return made.router.routes


def routes_of(app: FastAPI) -> list[Any]:
    """Return all routes, those of included routers too: with path, methods and endpoint."""
    return list(iter_route_contexts(app.routes))


def _refuse_open_routes(app: FastAPI) -> None:
    """Raise where a route does not say who may use it."""
    for route in routes_of(app):
        if needed(route) is None:
            raise TypeError(f"the route {route.path!r} lacks @access")
