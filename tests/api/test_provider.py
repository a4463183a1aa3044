"""Signing in at an OpenID provider: a real one in a process of its own, and tokens that none of ours would send."""

import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from api.identity import COOKIE
from api.oidc import CALLBACK, Flow, Provider, Untrusted
from api.routes.provider import BROWSER
from runtime.servers import free_port
from store import accounts
from tests.api import openid_provider as real
from tests.api.answers import problem_of
from tests.api.identity import browser
from tests.house import House

ROOT = Path(__file__).resolve().parents[2]


class Running:
    """The provider's process."""

    def __init__(self, port: int, directory: Path, nip: str) -> None:
        self.issuer = f"http://127.0.0.1:{port}/o"
        command = [sys.executable, "-m", "tests.api.openid_provider", str(port), str(directory),
                   f"https://house{CALLBACK}", nip]  # fmt: skip
        self._log = directory / "provider.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def wait(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{self.issuer}/.well-known/openid-configuration", trust_env=False).raise_for_status()
                return
            except httpx.HTTPError:
                assert self._process.poll() is None and time.monotonic() < deadline, self._log.read_text()
                time.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, common_house: House) -> Iterator[Running]:
    nip = common_house.cast["lateral_pass"]["nip"]
    process = Running(free_port(), tmp_path_factory.mktemp("provider"), nip)
    try:
        process.wait()
        yield process
    finally:
        process.stop()


def provider(issuer: str, **fields: Any) -> Provider:
    return Provider(**{
        "issuer": issuer, "client_id": real.CLIENT_ID, "client_secret": real.CLIENT_SECRET,
        "public_url": "https://house", "scopes": "openid profile", "claim": "nip", "match": "nip", **fields,
    })  # fmt: skip


@pytest.fixture
def joined(common_house: House, running: Running) -> Iterator[House]:
    """The house with the provider joined on."""
    identity = common_house.app.state.services.identity
    identity.provider = provider(running.issuer)
    yield common_house
    identity.provider = None


@asynccontextmanager
async def at_provider() -> AsyncIterator[httpx.AsyncClient]:
    """The same browser where it talks to the provider."""
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


async def consent(outside: httpx.AsyncClient, address: str, who: str) -> str:
    """Sign in at the provider as a person does; the address it sends the browser back to."""
    login = await outside.get(address)
    assert login.status_code == 302, login.text
    page = f"http://{urlsplit(address).netloc}{login.headers['location']}"
    form = (await outside.get(page)).text
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token, form
    given = {"username": who, "password": real.PASSWORD, "csrfmiddlewaretoken": token[1]}
    answer = await outside.post(page, data=given, headers={"Referer": page})
    assert answer.status_code == 302, answer.text
    back = await outside.get(f"http://{urlsplit(address).netloc}{answer.headers['location']}")
    assert back.status_code == 302, back.text
    return str(back.headers["location"])


async def set_out(client: httpx.AsyncClient, **params: str) -> str:
    answer = await client.get("/sign-in/oidc", params=params)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def round_trip(client: httpx.AsyncClient, who: str, **params: str) -> httpx.Response:
    async with at_provider() as outside:
        return await client.get(await consent(outside, await set_out(client, **params), who))


async def test_a_person_of_the_register_signs_in_at_the_provider(joined: House) -> None:
    async with browser(joined) as client:
        asked = await set_out(client)
        query = {k: v[0] for k, v in parse_qs(urlsplit(asked).query).items()}
        assert query["code_challenge_method"] == "S256" and query["response_type"] == "code"
        assert len(query["state"]) >= 43 and len(query["nonce"]) >= 43 and len(query["code_challenge"]) == 43
        answer = await round_trip(client, real.KNOWN, return_to="/api/v1/tasks?limit=5")
        assert (answer.status_code, answer.headers["location"]) == (303, "/api/v1/tasks?limit=5"), answer.text
        assert BROWSER not in client.cookies
        me = (await client.get("/me")).json()
        assert (me["id"], me["authn"]) == (await joined.person("cast:lateral_pass"), "oidc")
    async with browser(joined) as again:
        assert (await round_trip(again, real.KNOWN)).status_code == 303
    rows = await joined.sql("SELECT count(*) AS n FROM account WHERE person_id = :p", p=me["id"])
    assert rows[0].n == 1, "one account, however often he comes"


async def test_signing_out_leads_to_the_provider_which_signs_out_too(joined: House, running: Running) -> None:
    async with browser(joined) as client, at_provider() as outside:
        await client.get(await consent(outside, await set_out(client), real.KNOWN))
        address = (await client.post("/sign-out")).json()["provider_sign_out"]
        assert address.startswith(f"{running.issuer}/logout/")
        page = (await outside.get(address)).text
        # It knows nothing but our name, so it asks the person: we keep no ID token to hint with.
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        left = await outside.post(address, data={**hidden, "allow": "yes"}, headers={"Referer": address})
        assert (left.status_code, left.headers["location"]) == (302, "https://house/")
        problem_of(await client.get("/me"), 401, "unauthenticated")
        again = await outside.get(await set_out(client))
        assert "/accounts/login/" in again.headers["location"], "the provider asks who one is again"


@pytest.mark.parametrize(("who", "status", "code", "why"), [
    (real.UNKNOWN, 403, "person_unmapped", "oidc unmapped"),
    (real.CLAIMLESS, 401, "provider_refused", "oidc claim_missing"),
])  # fmt: skip
async def test_whom_the_register_does_not_know_is_refused_and_recorded(
    joined: House, who: str, status: int, code: str, why: str
) -> None:
    async with browser(joined) as client:
        problem_of(await round_trip(client, who), status, code)
        assert COOKIE not in client.cookies
    [last] = await joined.sql("SELECT what, detail FROM identity_event ORDER BY id DESC LIMIT 1")
    assert (last.what, last.detail) == ("refused", why)


async def test_an_account_that_is_off_is_off_for_the_provider_too(joined: House) -> None:
    async with browser(joined) as client:
        assert (await round_trip(client, real.KNOWN)).status_code == 303
        person = await joined.person("cast:lateral_pass")
        for at in (joined.now, None):
            async with joined.engine.begin() as connection:
                account = await accounts.of_person(connection, person)
                assert account
                await accounts.set_disabled(connection, account.id, at)
            if at:
                problem_of(await round_trip(client, real.KNOWN), 401, "provider_refused")
        assert (await round_trip(client, real.KNOWN)).status_code == 303


async def test_an_answer_is_good_once_and_for_the_browser_that_set_out(joined: House) -> None:
    async with browser(joined) as client, browser(joined) as victim, at_provider() as outside:
        back = await consent(outside, await set_out(client), real.KNOWN)
        problem_of(await victim.get(back), 401, "provider_refused")
        await set_out(victim)
        problem_of(await victim.get(back), 401, "provider_refused")
        assert (await client.get(back)).status_code == 303
        problem_of(await client.get(back), 401, "provider_refused")
        unknown = await client.get("/sign-in/oidc/callback", params={"state": "A" * 64, "code": "x"})
        problem_of(unknown, 401, "provider_refused")


async def test_an_answer_that_comes_too_late_is_refused(joined: House) -> None:
    from datetime import timedelta

    async with browser(joined) as client, at_provider() as outside:
        back = await consent(outside, await set_out(client), real.KNOWN)
        joined.ahead = timedelta(minutes=11)
        try:
            problem_of(await client.get(back), 401, "provider_refused")
        finally:
            joined.ahead = timedelta(0)


async def test_a_code_that_was_stolen_is_worthless_without_our_verifier(joined: House) -> None:
    """The provider itself checks PKCE: the thief's flow has another verifier."""
    async with browser(joined) as client, browser(joined) as thief, at_provider() as outside:
        back = await consent(outside, await set_out(client), real.KNOWN)
        code = parse_qs(urlsplit(back).query)["code"][0]
        state = parse_qs(urlsplit(await set_out(thief)).query)["state"][0]
        answer = await thief.get("/sign-in/oidc/callback", params={"state": state, "code": code})
        problem_of(answer, 401, "provider_refused")
    [last] = await joined.sql("SELECT detail FROM identity_event ORDER BY id DESC LIMIT 1")
    assert last.detail == "oidc code_refused"


@pytest.mark.parametrize("more", [{"error": "access_denied"}, {}, {"code": "x", "iss": "https://evil.example"}])
async def test_who_is_denied_there_is_not_let_in_here(joined: House, more: dict[str, str]) -> None:
    async with browser(joined) as client:
        state = parse_qs(urlsplit(await set_out(client)).query)["state"][0]
        answer = await client.get("/sign-in/oidc/callback", params={"state": state, **more})
        problem_of(answer, 401, "provider_refused")


@pytest.mark.parametrize("elsewhere", [
    "https://evil.example", "//evil.example", "/\\evil.example", "\\/evil.example", "javascript:alert(1)",
    "/\t/evil.example",
])  # fmt: skip
async def test_nobody_is_sent_on_to_another_site(joined: House, elsewhere: str) -> None:
    async with browser(joined) as client:
        answer = await round_trip(client, real.KNOWN, return_to=elsewhere)
        assert (answer.status_code, answer.headers["location"]) == (303, "/api/v1/me")


async def test_a_link_on_another_page_may_lead_to_the_provider(joined: House) -> None:
    async with browser(joined, **{"Sec-Fetch-Site": "cross-site"}) as client:
        assert (await round_trip(client, real.KNOWN)).status_code == 303


async def test_a_provider_that_is_away_or_is_somebody_else_is_said_so(joined: House, running: Running) -> None:
    identity = joined.app.state.services.identity
    for issuer in (f"http://127.0.0.1:{free_port()}/o", f"{running.issuer}/"):
        identity.provider = provider(issuer)
        async with browser(joined) as client:
            answer = await client.get("/sign-in/oidc")
            problem_of(answer, 503, "provider_unavailable")
            assert answer.headers["retry-after"]


async def test_the_claim_may_name_an_account(joined: House, running: Running) -> None:
    identity = joined.app.state.services.identity
    identity.provider = provider(running.issuer, match="account")
    person, now = await joined.person("auditor"), joined.now
    async with joined.engine.begin() as connection:
        await accounts.create(connection, kind="person", name="199901012020011999", person_id=person, now=now)
    async with browser(joined) as client:
        assert (await round_trip(client, real.UNKNOWN)).status_code == 303
        assert (await client.get("/me")).json()["id"] == person
        problem_of(await round_trip(client, real.KNOWN), 403, "person_unmapped")


# --- tokens that a sound provider does not send -----------------------------------------------------------------------

FLOW = Flow("state", "nonce", "verifier")
KEY, OTHER_KEY = RSAKey.generate_key(2048), RSAKey.generate_key(2048)


def id_token(key: Any = KEY, alg: str = "RS256", **changed: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": "https://idp.example", "aud": real.CLIENT_ID, "sub": "1", "nonce": FLOW.nonce, "iat": now,
        "exp": now + 300, "nip": "198811182017011945", **changed,
    }  # fmt: skip
    claims = {k: v for k, v in claims.items() if v is not None}
    return {"id_token": jwt.encode({"alg": alg}, claims, key, algorithms=[alg])}


def learned() -> Provider:
    """A provider whose keys are known already, and do not change."""
    found = provider("https://idp.example")
    public = KeySet([RSAKey.import_key(KEY.as_dict(private=False))])

    async def learn(fresh: bool = False) -> tuple[dict[str, Any], KeySet]:
        return {"issuer": "https://idp.example"}, public

    found._learn = learn  # type: ignore[method-assign]
    return found


async def test_a_sound_token_is_taken() -> None:
    assert (await learned()._claims(id_token(), FLOW))["nip"] == "198811182017011945"


_UNSIGNED = "eyJhbGciOiJub25lIn0." + id_token()["id_token"].split(".")[1] + "."


FORGED: dict[str, dict[str, Any]] = {
    "another key": id_token(key=OTHER_KEY),
    "our secret as key": id_token(key=OctKey.import_key(real.CLIENT_SECRET), alg="HS256"),
    "the public key as secret": id_token(key=OctKey.import_key(KEY.as_dict(private=False)["n"]), alg="HS256"),
    "unsigned": {"id_token": _UNSIGNED},
    "empty": {"id_token": ""},
    "none": {},
    "signature cut": {"id_token": id_token()["id_token"][:-3] + "AAA"},
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
async def test_a_token_that_the_provider_did_not_sign_is_refused(token: dict[str, Any]) -> None:
    with pytest.raises(Untrusted, match="signature"):
        await learned()._claims(token, FLOW)


@pytest.mark.parametrize("changed", [
    {"iss": "https://evil.example"}, {"iss": None}, {"aud": "another client"}, {"aud": None}, {"aud": ["another"]},
    {"nonce": "of another flow"}, {"nonce": None}, {"exp": int(time.time()) - 300}, {"exp": None}, {"sub": None},
    {"iat": int(time.time()) + 600}, {"nbf": int(time.time()) + 600}, {"iat": None},
    {"aud": [real.CLIENT_ID, "another"], "azp": "another"},
])  # fmt: skip
async def test_a_token_for_somebody_else_or_another_time_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(Untrusted, match="claims"):
        await learned()._claims(id_token(**changed), FLOW)
