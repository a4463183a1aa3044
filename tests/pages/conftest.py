"""One house with one server for all tests of pages, and browsers that are somebody in it."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page
from temporalio.testing import WorkflowEnvironment

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
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, kind: str, text: str) -> None:
        # That a form came back is no fault of the page.
        if kind == "error" and "the server responded with a status of 4" not in text:
            self.complaints.append(text)

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
            # As the chooser does it: the library sets no `__Host-` cookie where there is no TLS, the browser does.
            form = {"person": await self.house.person(who), "next": "/me/preferences"}
            await context.request.post(
                f"{self.address}/demo", form=form, headers={"Sec-Fetch-Site": "same-origin"}, max_redirects=0
            )
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
