"""Sessions: cookies that no other site can use, tokens that are traded once, and an end that works at once."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from starlette.datastructures import Headers

from api.identity import COOKIE, client_of
from api.origin import network, same_origin
from store import sessions
from store.credentials import digest
from tests.api.answers import problem_of
from tests.api.identity import account, bearer, browser, happened, sign_in, signed_in, tokens
from tests.house import House


async def test_the_cookie_is_for_this_host_over_tls_and_for_no_script(common_house: House) -> None:
    name = await account(common_house, "cast:lateral_pass")
    async with browser(common_house) as client:
        answer = await sign_in(client, name)
        [set_cookie] = answer.headers.get_list("set-cookie")
        morsel = SimpleCookie(set_cookie)[COOKIE]
        assert (morsel["path"], morsel["domain"], morsel["samesite"]) == ("/", "", "lax")
        assert morsel["secure"] and morsel["httponly"] and not morsel["max-age"] and not morsel["expires"]
        [row] = await common_house.sql("SELECT secret_hash FROM session WHERE id = :id", id=answer.json()["session"])
        assert row.secret_hash == digest(morsel.value) and len(morsel.value) > 43
        assert morsel.value not in answer.text
        dropped = (await client.post("/sign-out")).headers.get_list("set-cookie")
        assert COOKIE in dropped[0] and "Max-Age=0" in dropped[0] and "Secure" in dropped[0]


async def test_a_session_that_somebody_planted_is_not_taken_over(house: House) -> None:
    """Fixation: whatever cookie comes along, a sign-in makes a new secret and ends what the old one opened."""
    name, attacker = await account(house, "cast:lateral_pass"), await account(house, "cast:it_self_nomination")
    async with browser(house) as client, browser(house) as mallory:
        for planted in ("mtc_" + "A" * 43, "", "\x7f"):
            client.cookies.clear()
            client.cookies.set(COOKIE, planted, domain="house.local", path="/")
            begun = await signed_in(client, name)
            assert digest(planted) != (await _row(house, begun["session"])).secret_hash
        hers = await signed_in(mallory, attacker)
        client.cookies.clear()
        client.cookies.set(COOKIE, mallory.cookies[COOKIE], domain="house.local", path="/")
        mine = await signed_in(client, name)
        assert mine["session"] != hers["session"]
        problem_of(await mallory.get("/me"), 401, "token_expired")
        assert (await _row(house, hers["session"])).ended_why == "signed_in_again"


async def _row(house: House, session: str) -> Any:
    [row] = await house.sql("SELECT secret_hash, ended_why FROM session WHERE id = :id", id=session)
    return row


async def test_a_page_is_left_alone_for_half_an_hour_and_worked_on_for_twelve(house: House) -> None:
    name = await account(house, "cast:lateral_pass")
    async with browser(house) as client:
        await signed_in(client, name)
        house.ahead = sessions.IDLE - timedelta(minutes=1)
        assert (await client.get("/me")).status_code == 200
        house.ahead *= 2
        assert (await client.get("/me")).status_code == 200, "use moves the idle limit"
        house.ahead += sessions.IDLE + timedelta(seconds=1)
        problem_of(await client.get("/me"), 401, "token_expired")
        begun, start = await signed_in(client, name), house.ahead
        while house.ahead - start < sessions.LONGEST - timedelta(minutes=25):
            house.ahead += timedelta(minutes=25)
            assert (await client.get("/me")).status_code == 200, begun
        house.ahead = start + sessions.LONGEST + timedelta(seconds=1)
        problem_of(await client.get("/me"), 401, "token_expired")


async def test_ones_sessions_are_listed_and_ended_by_oneself_alone(common_house: House) -> None:
    name, other = await account(common_house, "governor"), await account(common_house, "auditor")
    named = browser(common_house, **{"User-Agent": "Peramban/1 " + "x" * 200})
    async with named as client, browser(common_house) as desk, browser(common_house) as stranger:
        mine, desks = await signed_in(client, name), await signed_in(desk, name)
        await signed_in(stranger, other)
        listed = (await client.get("/me/sessions")).json()["items"]
        assert [(s["id"], s["present"]) for s in listed] == [(desks["session"], False), (mine["session"], True)]
        assert listed[1]["client"] == "Peramban/1 " + "x" * 109
        foreign = await stranger.delete(f"/me/sessions/{mine['session']}")
        problem_of(foreign, 404, "not_found")
        assert (await client.delete(f"/me/sessions/{desks['session']}")).status_code == 204
        problem_of(await client.delete(f"/me/sessions/{desks['session']}"), 404, "not_found")
        problem_of(await desk.get("/me"), 401, "token_expired")
        assert (await client.get("/me")).status_code == 200
    assert (await happened(common_house, name))[-1] == "session_ended"


async def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(common_house: House) -> None:
    name = await account(common_house, "inspector")
    async with browser(common_house) as client, browser(common_house) as copy:
        await signed_in(client, name)
        copy.cookies.set(COOKIE, client.cookies[COOKIE], domain="house.local", path="/")
        assert (await copy.get("/me")).status_code == 200
        answer = await client.post("/sign-out")
        assert (answer.status_code, answer.json()) == (200, {"provider_sign_out": None})
        assert COOKIE not in client.cookies
        problem_of(await copy.get("/me"), 401, "token_expired")
        problem_of(await client.get("/me"), 401, "unauthenticated")


# --- requests of other sites ------------------------------------------------------------------------------------------

OWN, PUBLIC = {"host": "house"}, "https://mutasi.example"
ORIGINS: list[tuple[dict[str, str], str | None, bool | None]] = [
    ({"sec-fetch-site": "same-origin"}, None, True),
    ({"sec-fetch-site": "none"}, None, True),
    ({"sec-fetch-site": "same-site"}, None, False),
    ({"sec-fetch-site": "cross-site"}, None, False),
    ({"sec-fetch-site": "cross-site", "origin": "https://house"}, None, False),
    ({"sec-fetch-site": "nonsense"}, None, False),
    ({"origin": "https://house"}, None, True),
    ({"origin": "https://evil.example"}, None, False),
    ({"origin": "https://house.evil.example"}, None, False),
    ({"origin": "https://house:8443"}, None, False),
    ({"origin": "null"}, None, False),
    ({"origin": ""}, None, False),
    ({"origin": "https://house"}, PUBLIC, False),
    ({"origin": "https://mutasi.example"}, PUBLIC, True),
    ({"origin": "http://mutasi.example"}, PUBLIC, False),
    ({}, None, None),
    ({"referer": "https://house/"}, None, None),
]


@pytest.mark.parametrize(("headers", "public", "ours"), ORIGINS, ids=str)
def test_where_a_request_comes_from(headers: dict[str, str], public: str | None, ours: bool | None) -> None:
    assert same_origin(Headers({**OWN, **headers}), public) is ours


async def test_a_cookie_is_worth_nothing_to_another_site(common_house: House) -> None:
    """Everything but what our own page sends is refused where it would change something, and has changed nothing."""
    name = await account(common_house, "hr_head")
    async with browser(common_house) as client:
        begun = await signed_in(client, name)
        for headers, public, ours in ORIGINS:
            if public:
                continue
            del client.headers["sec-fetch-site"]
            client.headers.update(headers)
            for method, path in (("POST", "/sign-out"), ("DELETE", f"/me/sessions/{begun['session']}"),
                                 ("PUT", "/me/password"), ("POST", "/cases")):  # fmt: skip
                if ours:
                    continue
                problem_of(await client.request(method, path, json={}), 403, "cross_site")
            assert (await client.get("/me")).status_code == 200, "reading changes nothing"
            for header in headers:
                del client.headers[header]
            client.headers["Sec-Fetch-Site"] = "same-origin"
        assert (await client.post("/sign-out")).status_code == 200


async def test_another_site_cannot_sign_somebody_in(common_house: House) -> None:
    """Else the victim would work in the attacker's account without noticing."""
    name = await account(common_house, "agency_head:DPUPR")
    async with browser(common_house, **{"Sec-Fetch-Site": "cross-site"}) as client:
        problem_of(await sign_in(client, name), 403, "cross_site")
    async with browser(common_house) as program:
        del program.headers["sec-fetch-site"]
        await signed_in(program, name)


async def test_a_token_goes_before_a_cookie_and_needs_no_origin(common_house: House) -> None:
    name = await account(common_house, "agency_head:DLH")
    async with browser(common_house) as client:
        begun = await signed_in(client, name)
        pair = await tokens(client, name)
        del client.headers["sec-fetch-site"]
        me = (await client.get("/me", headers=bearer(pair["access_token"]))).json()
        assert me["session"] == pair["session"] != begun["session"]
        assert (await client.post("/sign-out", headers=bearer(pair["access_token"]))).status_code == 200
        wrong = await client.get("/me", headers=bearer("mta_" + "A" * 43))
        problem_of(wrong, 401, "unauthenticated")


async def test_a_secret_of_one_kind_is_none_of_another(common_house: House) -> None:
    name = await account(common_house, "agency_head:DINKES")
    async with browser(common_house) as client:
        await signed_in(client, name)
        pair, cookie = await tokens(client, name), client.cookies[COOKIE]
        client.cookies.clear()
        for secret in (cookie, pair["refresh_token"]):
            problem_of(await client.get("/me", headers=bearer(secret)), 401, "unauthenticated")
        for secret in (pair["access_token"], pair["refresh_token"]):
            client.cookies.set(COOKIE, secret, domain="house.local", path="/")
            problem_of(await client.get("/me"), 401, "unauthenticated")
            client.cookies.clear()
        body = {"refresh_token": pair["access_token"]}
        problem_of(await client.post("/tokens/refresh", json=body), 401, "refresh_refused")


# --- tokens -----------------------------------------------------------------------------------------------------------


async def refreshed(client: Any, token: str) -> Any:
    return await client.post("/tokens/refresh", json={"refresh_token": token})


async def test_an_access_token_lives_a_quarter_of_an_hour_and_is_renewed_until_the_session_ends(house: House) -> None:
    name = await account(house, "cast:lateral_pass")
    async with browser(house) as client:
        pair = await tokens(client, name)
        assert pair["expires_in"] == 900
        house.ahead = timedelta(seconds=899)
        assert (await client.get("/me", headers=bearer(pair["access_token"]))).status_code == 200
        house.ahead = timedelta(seconds=901)
        problem_of(await client.get("/me", headers=bearer(pair["access_token"])), 401, "token_expired")
        new = (await refreshed(client, pair["refresh_token"])).json()
        assert new["session"] == pair["session"] and new["session_expires_at"] == pair["session_expires_at"]
        assert (await client.get("/me", headers=bearer(new["access_token"]))).status_code == 200
        problem_of(await client.get("/me", headers=bearer(pair["access_token"])), 401, "unauthenticated")
        house.ahead = sessions.LONGEST + timedelta(seconds=1)
        problem_of(await refreshed(client, new["refresh_token"]), 401, "refresh_refused")


async def test_a_refresh_token_that_comes_twice_ends_the_session_for_both(common_house: House) -> None:
    name = await account(common_house, "cast:it_self_nomination")
    async with browser(common_house) as owner, browser(common_house) as thief:
        first = await tokens(owner, name)
        spared = await tokens(owner, name)
        second = (await refreshed(owner, first["refresh_token"])).json()
        third = (await refreshed(owner, second["refresh_token"])).json()
        problem_of(await refreshed(thief, first["refresh_token"]), 401, "refresh_refused")
        problem_of(await owner.get("/me", headers=bearer(third["access_token"])), 401, "token_expired")
        problem_of(await refreshed(owner, third["refresh_token"]), 401, "refresh_refused")
        assert (await owner.get("/me", headers=bearer(spared["access_token"]))).status_code == 200
    assert "refresh_reused" in await happened(common_house, name)
    assert (await _row(common_house, first["session"])).ended_why == "refresh_reused"


async def test_two_who_trade_the_same_refresh_token_at_once_both_lose(common_house: House) -> None:
    import asyncio

    name = await account(common_house, "regional_secretary")
    async with browser(common_house) as client:
        pair = await tokens(client, name)
        answers = await asyncio.gather(*(refreshed(client, pair["refresh_token"]) for _ in range(2)))
        assert sorted(a.status_code for a in answers) == [200, 401]
        [won] = [a.json() for a in answers if a.status_code == 200]
        problem_of(await client.get("/me", headers=bearer(won["access_token"])), 401, "token_expired")


async def test_tokens_of_an_account_that_is_off_and_of_an_ended_session_are_refused_at_once(house: House) -> None:
    from store import accounts

    name = await account(house, "cast:lateral_pass")
    async with browser(house) as client:
        ended, off = await tokens(client, name), await tokens(client, name)
        await signed_in(client, name)
        assert (await client.delete(f"/me/sessions/{ended['session']}")).status_code == 204
        problem_of(await client.get("/me", headers=bearer(ended["access_token"])), 401, "token_expired")
        problem_of(await refreshed(client, ended["refresh_token"]), 401, "refresh_refused")
        async with house.engine.begin() as connection:
            found = await accounts.by_name(connection, name)
            assert found
            await accounts.set_disabled(connection, found.id, house.now)
        problem_of(await client.get("/me", headers=bearer(off["access_token"])), 401, "token_expired")
        problem_of(await refreshed(client, off["refresh_token"]), 401, "refresh_refused")
        problem_of(await client.get("/me"), 401, "token_expired")


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("host", "one"), [
    ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
    ("::ffff:192.0.2.7", "192.0.2.7"), ("house", "unknown"), (None, "unknown"),
])  # fmt: skip
def test_who_is_one_at_an_address(host: str | None, one: str) -> None:
    assert network(host) == one


def test_what_a_browser_calls_itself_is_kept_printable() -> None:
    assert client_of(Headers(raw=[(b"user-agent", b"a\xe9\n\x1b[31m")])) == "a???[31m"
    assert client_of(Headers({})) == ""
