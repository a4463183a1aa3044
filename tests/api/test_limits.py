"""How often one may knock: each caller and each address has a bucket; who asks too much hears when to return."""

from collections.abc import Iterator

import pytest

from api.limits import BURST_SECONDS, Buckets
from tests.api.answers import problem_of
from tests.api.identity import account, browser, service, signed_in, tokens
from tests.house import House


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    buckets = Buckets(2, clock)
    assert [buckets.take("a") for _ in range(2 * BURST_SECONDS)] == [0.0] * 20
    assert buckets.take("a") == pytest.approx(0.5)
    assert buckets.take("b") == 0, "each has his own"
    clock.now += 0.5
    assert buckets.take("a") == 0 and buckets.take("a") > 0
    clock.now += 3600
    assert [buckets.take("a") for _ in range(21)].count(0.0) == 20, "it never holds more than its size"


def test_waiting_as_long_as_told_is_enough() -> None:
    clock = Clock()
    buckets = Buckets(0.3, clock)
    for _ in range(50):
        if wait := buckets.take("a"):
            clock.now += wait + 1e-6
            assert buckets.take("a") == 0


def test_a_rate_of_none_limits_nobody_and_buckets_do_not_pile_up() -> None:
    free = Buckets(0)
    assert all(free.take("a") == 0 for _ in range(1000))
    many = Buckets(1)
    for n in range(20_000):
        many.take(str(n))
    assert len(many._buckets) <= 10_000


@pytest.fixture
def hurried(common_house: House) -> Iterator[House]:
    """The house with small buckets."""
    identity = common_house.app.state.services.identity
    before = identity._callers, identity._addresses
    identity._callers, identity._addresses = Buckets(0.5), Buckets(1.5)
    yield common_house
    identity._callers, identity._addresses = before


async def test_one_caller_who_asks_too_much_waits_and_the_others_do_not(hurried: House) -> None:
    name, other = await account(hurried, "cast:lateral_pass"), await account(hurried, "governor")
    async with browser(hurried, "192.0.2.1") as client, browser(hurried, "192.0.2.2") as friend:
        await signed_in(client, name)
        await signed_in(friend, other)
        answers = [await client.get("/me") for _ in range(7)]
        assert [a.status_code for a in answers[:5]] == [200] * 5
        problem = problem_of(answers[-1], 429, "too_many_requests")
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 2 and "Retry-After" in problem["detail"]
        assert (await friend.get("/me")).status_code == 200
        pair = await tokens(client, name)
        also = await client.get("/me", headers={"Authorization": f"Bearer {pair['access_token']}"})
        problem_of(also, 429, "too_many_requests")


async def test_an_address_that_asks_too_much_waits_whoever_it_says_to_be(hurried: House) -> None:
    async with browser(hurried, "192.0.2.3") as client:
        codes = [(await client.get("/me")).status_code for _ in range(18)]
        assert set(codes) == {401, 429}
        problem_of(await client.post("/sign-in", json={"name": "x", "password": "y"}), 429, "too_many_requests")
        problem_of(await client.get("/sign-in/oidc/callback"), 429, "too_many_requests")


async def test_a_service_is_limited_too(hurried: House) -> None:
    token = await service(hurried, "calendar:read")
    async with browser(hurried, "192.0.2.4") as client:
        codes = [
            (await client.get("/calendar", headers={"Authorization": f"Bearer {token}"})).status_code for _ in range(7)
        ]
    assert codes[:5] == [200] * 5 and codes[-1] == 429
