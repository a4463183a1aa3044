"""The whole application: the API, and the pages over it."""

from fastapi import FastAPI

from api import app as api
from api.deps import Services
from pages import faults, frame
from pages.routes import acts, cases, entry, inbox, mine, opening
from runtime.settings import Settings


def create_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """The API and the pages. With `services` given (tests), nothing else is opened or closed."""
    app = api.create_app(settings, services)
    for module in (entry, inbox, cases, acts, mine, opening):
        app.include_router(module.router, include_in_schema=False)
    app.mount("/static", frame.Static())
    faults.install(app)
    return app
