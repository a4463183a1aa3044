"""The demo says that it is one, on every answer, and its tokens are worth nothing anywhere else."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from api.app import create_app
from runtime.settings import Settings
from runtime.tokens import NoDemo, token_for
from tests.api.answers import problem_of
from tests.house import House


async def test_every_answer_of_the_demo_says_so(common_house: House) -> None:
    for path, by in (("/me", "governor"), ("/me", None), ("/nowhere", None), ("http://house/livez", None)):
        answer = await common_house.request("GET", path, by)
        assert answer.headers["mutasi-mode"] == "DEMO", path
    assert (await common_house.get("/me"))["demo"] is True


@pytest.fixture
def earnest(common_house: House) -> Iterator[House]:
    """The house as it is when it is no demo."""
    identity = common_house.app.state.services.identity
    identity.demo = False
    yield common_house
    identity.demo = True


async def test_a_demo_token_opens_nothing_outside_the_demo(earnest: House) -> None:
    for who in ("governor", "operator"):
        problem_of(await earnest.request("GET", "/me", who), 401, "unauthenticated")


@pytest.mark.parametrize("environment", [{"MUTASI_ENV": "production"}, {"MUTASI_DEMO": False}], ids=str)
async def test_no_demo_token_is_made_outside_the_demo(environment: dict[str, Any]) -> None:
    with pytest.raises(NoDemo, match="POST /tokens"):
        await token_for(Settings(**environment), "governor")


def test_the_demo_refuses_to_start_in_production() -> None:
    with pytest.raises(ValidationError, match="the demo refuses to run with MUTASI_ENV=production"):
        Settings(MUTASI_ENV="production", MUTASI_DEMO=True)  # type: ignore[call-arg]
    assert not Settings(MUTASI_ENV="production").demonstrating  # type: ignore[call-arg]
    assert not Settings(MUTASI_ENV="production", MUTASI_DEMO=False).demonstrating  # type: ignore[call-arg]


def test_production_says_nothing_of_a_demo() -> None:
    [context] = [m for m in create_app(Settings(MUTASI_ENV="production")).user_middleware if "demo" in m.kwargs]  # type: ignore[call-arg]
    assert context.kwargs["demo"] is False


@pytest.mark.parametrize("name", ["MUTASI_PUBLIC_URL", "MUTASI_OIDC_ISSUER"])
def test_production_is_reached_over_tls(name: str) -> None:
    with pytest.raises(ValidationError, match="production needs https"):
        Settings(**{"MUTASI_ENV": "production", name: "http://mutasi.example"})
    Settings(**{"MUTASI_ENV": "production", name: "https://mutasi.example"})
    assert Settings(**{name: ""}).public_url is None, "the compose file leaves it empty"
