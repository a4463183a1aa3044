"""One house with one server for all tests of pages, and browsers that are somebody in it."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page
from temporalio.testing import WorkflowEnvironment

from api.identity import COOKIE
from runtime.servers import Postgres
from tests.house import House, read_cast
from tests.house import house as open_house

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


class Visit:
    """A browser at the house, with what went wrong in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def go(self, path: str) -> None:
        await self.page.goto(self.address + path)


class Town:
    """The house, its address, and the browser in front of it."""

    def __init__(self, house: House, address: str, browser: Browser) -> None:
        self.house = house
        self.address = address
        self.browser = browser
        self._contexts: list[BrowserContext] = []

    async def visit(self, who: str | None, size: dict[str, int] = DESK, **options: Any) -> Visit:
        """A browser of somebody; of a stranger, if nobody is named."""
        context = await self.browser.new_context(
            viewport=size, **{"locale": "id-ID", "reduced_motion": "reduce", **options}
        )
        self._contexts.append(context)
        context.set_default_timeout(10_000)
        if who is not None:
            person = await self.house.person(who)
            cookie = self.house.app.state.services.identity.demo_cookie(person, datetime.now(UTC))
            await context.add_cookies([{"name": COOKIE, "value": cookie, "url": self.address, "secure": True}])
        return Visit(await context.new_page(), self.address)

    async def leave(self) -> None:
        for context in self._contexts:
            await context.close()
        self._contexts.clear()


@pytest.fixture(scope="session")
def pages_database(postgres: Postgres, province: str) -> Iterator[str]:
    name = f"t_{uuid.uuid4().hex[:12]}"
    postgres.create(name, template=province)
    yield postgres.url(name, "mutasi_app")
    postgres.drop(name)


@pytest.fixture(scope="session")
async def pages_house(
    temporal_env: WorkflowEnvironment, pages_database: str, home: Path, demo_directory: Path
) -> AsyncIterator[House]:
    async with open_house(temporal_env, pages_database, home, read_cast(demo_directory)) as opened:
        yield opened


@pytest.fixture(scope="session")
async def whole_town(pages_house: House, browser: Browser) -> AsyncIterator[Town]:
    server = uvicorn.Server(uvicorn.Config(pages_house.app, port=0, lifespan="off", log_level="error"))
    [listening] = [server.config.bind_socket()]
    # Not `serve`: that takes the signals of the process to itself.
    serving = asyncio.create_task(server._serve(sockets=[listening]))
    yield Town(pages_house, f"http://localhost:{listening.getsockname()[1]}", browser)
    server.should_exit = True
    await serving


@pytest.fixture
async def town(whole_town: Town) -> AsyncIterator[Town]:
    yield whole_town
    await whole_town.leave()
