"""What routes work with, made once per server; and how a route gets at it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from smartcart.web import tables
from smartcart.web.accounts import Accounts, User
from smartcart.web.annotations import Annotations
from smartcart.web.audit import Audit
from smartcart.web.campaigns import Campaigns
from smartcart.web.config import Config
from smartcart.web.csrf import csrf_token
from smartcart.web.customers import Customers
from smartcart.web.database import Database
from smartcart.web.erasure import Forgetting
from smartcart.web.exports import Exports
from smartcart.web.jobs import Jobs
from smartcart.web.metrics import Metrics
from smartcart.web.uploads import Uploads
from smartcart.web.workspace import Workspace

__all__ = ["Context", "Here", "Services", "make_services"]


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that outlives a request."""

    config: Config
    database: Database
    workspace: Workspace
    uploads: Uploads
    jobs: Jobs
    exports: Exports
    customers: Customers
    campaigns: Campaigns
    forgetting: Forgetting
    accounts: Accounts
    annotations: Annotations
    audit: Audit
    metrics: Metrics
    secret: str  # of the CSRF tokens


@dataclass(frozen=True, slots=True)
class Context:
    """One request: the services, who asks (None: a stranger, on open routes), the CSRF token."""

    services: Services
    user: User | None
    csrf: str
    address: str

    @property
    def who(self) -> str:
        """The name of who asks."""
        return self.user.name if self.user is not None else ""

    def log(self, action: str, subject: str = "", **details: object) -> None:
        """Write to the audit log what is being done."""
        self.services.audit.write(self.who, action, subject, address=self.address, **details)

    def hand_out(self, what: str, subject: str, rows: int, **details: object) -> None:
        """Write to the audit log that many customers are handed out, and how many."""
        self.log(f"{what}.read", subject, customers=rows, **details)


def context(request: Request) -> Context:
    """Return the context of a request."""
    services = cast(Services, request.app.state.services)
    token = csrf_token(services.secret, request.state.visit, request.state.cookie)
    address = request.client.host if request.client is not None else ""
    return Context(services, request.state.user, token, address)


Here = Annotated[Context, Depends(context)]


def make_services(config: Config, database: Database) -> Services:
    """Make the services of a server; the workspace is prepared, interrupted jobs are marked."""
    workspace = Workspace(config.workspace, database)
    workspace.prepare()
    annotations = Annotations(database, workspace.runs)
    annotations.settle()
    metrics = Metrics()
    uploads = Uploads(workspace, database, config)
    uploads.sweep()
    jobs = Jobs(workspace, database, uploads, config)
    return Services(
        config=config,
        database=database,
        workspace=workspace,
        uploads=uploads,
        jobs=jobs,
        exports=Exports(workspace, uploads),
        customers=Customers(workspace, jobs),
        campaigns=Campaigns(workspace, uploads),
        forgetting=Forgetting(workspace, database, jobs),
        accounts=Accounts(database, session_hours=config.session_hours),
        annotations=annotations,
        audit=Audit(database),
        metrics=metrics,
        secret=_secret(database),
    )


def _secret(database: Database) -> str:
    """Return the secret of this workspace; made when it is first asked for."""
    query = select(tables.secrets.c.value).where(tables.secrets.c.name == "csrf")
    with database.read() as connection:
        found = connection.execute(query).scalar()
    if found is None:
        try:
            with database.change() as connection:
                connection.execute(
                    tables.secrets.insert().values(name="csrf", value=secrets.token_urlsafe(48))
                )
        except IntegrityError:  # another server of the same database was quicker
            pass
        with database.read() as connection:
            found = connection.execute(query).scalar_one()
    return str(found)
