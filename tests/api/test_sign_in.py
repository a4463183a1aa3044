"""Local accounts: signing in, enrolling, being refused alike, being slowed down, and what is kept of it."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from api.identity import COOKIE
from api.passwords import Passwords
from domain.slowing import ACCOUNT_IN_WINDOW, FREE
from store import accounts
from tests.api.answers import problem_of
from tests.api.identity import (
    OTHER,
    PASSWORD,
    account,
    app_code,
    browser,
    enrolment_code,
    everything_kept,
    happened,
    sign_in,
    signed_in,
    tokens,
)
from tests.house import House

WRONG = "bukan sandi yang benar ini"


class Counting(Passwords):
    """Notes the work that is done for each answer."""

    def __init__(self) -> None:
        super().__init__()
        self.work: list[tuple[str, str]] = []

    async def hash(self, password: str) -> str:
        self.work.append(("hash", password))
        return await super().hash(password)

    def _same(self, kept: str, password: str) -> bool:
        self.work.append(("check", kept.rpartition("$")[0].rpartition("$")[0]))
        return super()._same(kept, password)


async def test_signing_in_with_a_local_account(common_house: House) -> None:
    name = await account(common_house, "cast:lateral_pass")
    async with browser(common_house) as client:
        begun = await signed_in(client, f"  {name.upper()} ")
        me = (await client.get("/me")).json()
        assert (me["session"], me["authn"], me["demo"]) == (begun["session"], "password", True)
        assert me["id"] == await common_house.person("cast:lateral_pass")
    assert await happened(common_house, name) == ["enrolled", "signed_in"]


async def test_rights_come_from_offices_and_not_from_the_account(common_house: House) -> None:
    name = await account(common_house, "hr_officer")
    async with browser(common_house) as client:
        await signed_in(client, name)
        assert [o["office"] for o in (await client.get("/me")).json()["offices"]] == ["hr_officer"]
        assert (await client.get("/reports/overrides")).status_code == 200
    plain = await account(common_house, "cast:it_self_nomination")
    async with browser(common_house) as client:
        await signed_in(client, plain)
        problem_of(await client.get("/reports/overrides"), 403, "not_authorised")


async def test_whatever_is_wrong_the_answer_and_the_work_are_the_same(house: House) -> None:
    right = await account(house, "cast:lateral_pass")
    disabled = await account(house, "cast:it_self_nomination")
    enrolling = await account(house, "hr_head", password=None)
    async with house.engine.begin() as connection:
        found = await accounts.by_name(connection, disabled)
        assert found
        await accounts.set_disabled(connection, found.id, datetime.now(UTC))
    house.app.state.services.identity.sign_in.passwords = counting = Counting()
    said, work = [], []
    attempts = (
        (right, WRONG),
        ("nobody.at.all", WRONG),
        (disabled, PASSWORD),
        (enrolling, PASSWORD),
        ("\x00'; --", "x"),
    )
    async with browser(house) as client:
        for name, password in attempts:
            counting.work.clear()
            answer = await sign_in(client, name, password)
            problem = problem_of(answer, 401, "sign_in_refused")
            said.append({k: v for k, v in problem.items() if k != "request_id"})
            work.append(list(counting.work))
            assert COOKIE not in client.cookies
    assert all(s == said[0] for s in said)
    assert [len(w) for w in work] == [1] * len(attempts), "one check each, also when there is nothing to check"
    assert {w[0] for w in work} == {("check", "$argon2id$v=19$m=19456,t=2,p=1")}


async def test_an_unknown_account_is_slowed_down_like_a_known_one(house: House) -> None:
    known = await account(house, "cast:lateral_pass")
    async with browser(house) as client:
        for name in (known, "nobody.at.all"):
            codes = [(await sign_in(client, name, WRONG)).status_code for _ in range(FREE + 1)]
            # Enrolling was the known one's first attempt, and a sign-in of sorts has not followed it.
            assert set(codes) == {401, 429} and codes[-1] == 429 and codes == sorted(codes), name


async def test_too_many_attempts_wait_and_the_right_password_waits_too(house: House) -> None:
    name = await account(house, "cast:lateral_pass")
    async with browser(house) as client:
        await signed_in(client, name)
        for _ in range(FREE):
            problem_of(await sign_in(client, name, WRONG), 401, "sign_in_refused")
        answer = await sign_in(client, name)
        problem_of(answer, 429, "too_many_attempts")
        assert 0 < int(answer.headers["retry-after"]) <= 30
        house.ahead = timedelta(seconds=31)
        await signed_in(client, name)
        problem_of(await sign_in(client, name, WRONG), 401, "sign_in_refused")


async def test_a_stranger_who_guesses_cannot_shut_out_the_owner(house: House) -> None:
    name = await account(house, "cast:lateral_pass")
    async with browser(house, "192.0.2.10") as desk:
        await signed_in(desk, name)
    refused = 0
    for place in range(ACCOUNT_IN_WINDOW + 10):
        async with browser(house, f"198.51.100.{place}") as stranger:
            refused += (await sign_in(stranger, name, WRONG)).status_code == 429
    assert refused >= 10, "guessing from many places is slowed down"
    async with browser(house, "203.0.113.5") as elsewhere:
        problem_of(await sign_in(elsewhere, name), 429, "too_many_attempts")
    async with browser(house, "192.0.2.10") as desk:
        await signed_in(desk, name)
    house.ahead = timedelta(minutes=16)
    async with browser(house, "203.0.113.5") as elsewhere:
        await signed_in(elsewhere, name)


async def test_many_attempts_at_once_are_counted_like_one_after_the_other(house: House) -> None:
    import asyncio

    name = await account(house, "cast:lateral_pass")
    async with browser(house, "192.0.2.77") as client:
        answers = await asyncio.gather(*(sign_in(client, name, WRONG) for _ in range(3 * FREE)))
    assert sorted(a.status_code for a in answers) == [401] * FREE + [429] * (2 * FREE)


async def test_a_one_time_code_sets_a_password_once(common_house: House) -> None:
    name = await account(common_house, "regional_secretary", password=None)
    code = await enrolment_code(common_house, name)
    async with browser(common_house) as client:

        async def enrol(given: str, password: str = PASSWORD, who: str = name) -> Any:
            return await client.post("/sign-in/enrolment", json={"name": who, "code": given, "password": password})

        problem_of(await sign_in(client, name), 401, "sign_in_refused")
        problem_of(await enrol("AAAA-BBBB"), 401, "enrolment_refused")
        problem_of(await enrol(code, who="nobody.at.all"), 401, "enrolment_refused")
        problem_of(await enrol(code, "pendek"), 422, "password_too_short")
        problem_of(await enrol(code, "katasandi katasandi"), 422, "password_common")
        [own] = await common_house.sql(
            "SELECT p.name FROM person p JOIN account a ON a.person_id = p.id WHERE a.name = :n", n=name
        )
        problem_of(await enrol(code, own.name * 2), 422, "password_personal")
        # What was refused has not used the code up; typed in small letters it is the same.
        assert (await enrol(code.lower().replace("-", " "))).status_code == 204
        problem_of(await enrol(code, OTHER), 401, "enrolment_refused")
        await signed_in(client, name)


async def test_a_one_time_code_ends_by_itself(house: House) -> None:
    name = await account(house, "cast:lateral_pass", password=None)
    code = await enrolment_code(house, name)
    house.ahead = accounts.ENROLMENT_LIFE + timedelta(seconds=1)
    async with browser(house) as client:
        body = {"name": name, "code": code, "password": PASSWORD}
        problem_of(await client.post("/sign-in/enrolment", json=body), 401, "enrolment_refused")


async def test_a_reset_takes_the_password_and_the_sessions_away(common_house: House) -> None:
    name = await account(common_house, "agency_head:DPUPR")
    async with browser(common_house) as client, browser(common_house) as new:
        await signed_in(client, name)
        code = await enrolment_code(common_house, name)
        problem_of(await sign_in(new, name), 401, "sign_in_refused")
        body = {"name": name, "code": code, "password": OTHER}
        assert (await new.post("/sign-in/enrolment", json=body)).status_code == 204
        problem_of(await client.get("/me"), 401, "token_expired")
        await signed_in(new, name, OTHER)


async def test_a_hash_of_old_parameters_is_made_anew_at_the_next_sign_in(common_house: House) -> None:
    name = await account(common_house, "agency_head:DLH")
    old = await Passwords(memory=8 * 1024, passes=1).hash(PASSWORD)
    async with common_house.engine.begin() as connection:
        found = await accounts.by_name(connection, name)
        assert found and await accounts.set_password(connection, found.id, old, str(found.password_hash))
    async with browser(common_house) as client:
        problem_of(await sign_in(client, name, WRONG), 401, "sign_in_refused")
        for _ in range(2):
            await signed_in(client, name)
    [row] = await common_house.sql("SELECT password_hash FROM account WHERE name = :n", n=name)
    assert row.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await happened(common_house, name)).count("rehashed") == 1


async def test_another_password_needs_the_present_one_and_ends_the_other_sessions(common_house: House) -> None:
    name = await account(common_house, "agency_head:DINKES")
    async with browser(common_house) as client, browser(common_house) as other:
        await signed_in(client, name)
        await signed_in(other, name)

        async def change(present: str, wanted: str) -> Any:
            return await client.put("/me/password", json={"present": present, "wanted": wanted})

        problem_of(await change(WRONG, OTHER), 401, "sign_in_refused")
        problem_of(await change(PASSWORD, "pendek"), 422, "password_too_short")
        assert (await change(PASSWORD, OTHER)).status_code == 204
        assert (await client.get("/me")).status_code == 200
        problem_of(await other.get("/me"), 401, "token_expired")
        problem_of(await sign_in(other, name), 401, "sign_in_refused")
        await signed_in(other, name, OTHER)


# --- the second factor ------------------------------------------------------------------------------------------------


async def with_second_factor(house: House, who: str) -> tuple[str, str, list[str]]:
    """An account with a second factor: its name, the secret, the recovery codes."""
    name = await account(house, who)
    async with browser(house) as client:
        await signed_in(client, name)
        problem_of(await client.post("/me/second-factor", json={"password": WRONG}), 401, "sign_in_refused")
        answer = await client.post("/me/second-factor", json={"password": PASSWORD})
        assert answer.status_code == 201, answer.text
        secret = answer.json()["secret"]
        assert answer.json()["uri"].startswith("otpauth://totp/Mutasi:") and secret in answer.json()["uri"]
        wrong = await client.post("/me/second-factor/confirmation", json={"code": "12345x"})
        problem_of(wrong, 422, "second_factor_unproved")
        body = {"code": app_code(secret, house.now)}
        confirmed = await client.post("/me/second-factor/confirmation", json=body)
        assert confirmed.status_code == 200, confirmed.text
    return name, secret, confirmed.json()["recovery_codes"]


async def test_a_code_is_asked_for_taken_once_and_only_while_it_is_fresh(house: House) -> None:
    name, secret, _ = await with_second_factor(house, "cast:lateral_pass")
    async with browser(house) as client:
        problem_of(await sign_in(client, name), 401, "second_factor_required")
        problem_of(await sign_in(client, name, WRONG), 401, "sign_in_refused")
        used = app_code(secret, house.now)
        problem_of(await sign_in(client, name, code=used), 401, "sign_in_refused")
        house.ahead = timedelta(minutes=20)
        code = app_code(secret, house.now)
        assert (await signed_in(client, name, code=code))["authn"] == "password+totp"
        problem_of(await sign_in(client, name, code=code), 401, "sign_in_refused")
        stale = app_code(secret, house.now - timedelta(minutes=2))
        problem_of(await sign_in(client, name, code=stale), 401, "sign_in_refused")


async def test_the_same_code_twice_at_once_opens_one_session(house: House) -> None:
    import asyncio

    name, secret, _ = await with_second_factor(house, "cast:lateral_pass")
    house.ahead = timedelta(minutes=5)
    code = app_code(secret, house.now)
    async with browser(house) as one, browser(house) as two:
        answers = await asyncio.gather(*(sign_in(c, name, code=code) for c in (one, two)))
    assert sorted(a.status_code for a in answers) == [200, 401]


async def test_recovery_codes_are_good_once(house: House) -> None:
    name, _, codes = await with_second_factor(house, "cast:lateral_pass")
    assert len(set(codes)) == accounts.RECOVERY_CODES
    async with browser(house) as client:
        assert (await signed_in(client, name, code=codes[0].lower()))["authn"] == "password+recovery"
        problem_of(await sign_in(client, name, code=codes[0]), 401, "sign_in_refused")
        await signed_in(client, name, code=codes[1])
    assert (await happened(house, name)).count("recovery_code_used") == 2


async def test_codes_cannot_be_guessed_at_leisure(house: House) -> None:
    name, _, _ = await with_second_factor(house, "cast:lateral_pass")
    async with browser(house, "192.0.2.99") as client:
        codes = [(await sign_in(client, name, code=f"{n:06}")).status_code for n in range(FREE + 2)]
    assert codes == [401] * FREE + [429] * 2


async def test_the_second_factor_outlives_a_reset_and_is_removed_with_itself_only(house: House) -> None:
    name, secret, codes = await with_second_factor(house, "cast:lateral_pass")
    code = await enrolment_code(house, name)
    async with browser(house) as client:
        body = {"name": name, "code": code, "password": OTHER}
        assert (await client.post("/sign-in/enrolment", json=body)).status_code == 204
        problem_of(await sign_in(client, name, OTHER), 401, "second_factor_required")
        await signed_in(client, name, OTHER, code=codes[0])
        again = await client.post("/me/second-factor", json={"password": OTHER})
        problem_of(again, 409, "second_factor_in_force")
        removal = {"password": OTHER, "code": "000000"}
        problem_of(await client.post("/me/second-factor/removal", json=removal), 401, "sign_in_refused")
        house.ahead = timedelta(minutes=5)
        removal["code"] = app_code(secret, house.now)
        assert (await client.post("/me/second-factor/removal", json=removal)).status_code == 204
        await signed_in(client, name, OTHER)


async def test_no_secret_is_kept_or_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Everything that can be typed or handed out, searched for in every table of identity and in every log line."""
    from io import StringIO

    lines = StringIO()
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.PrintLoggerFactory(lines)
    )
    caplog.set_level(logging.DEBUG)
    try:
        name, secret, recovery = await with_second_factor(house, "cast:lateral_pass")
        enrolment = await enrolment_code(house, plain := await account(house, "hr_head", password=None))
        async with browser(house) as client:
            await sign_in(client, name, WRONG)
            await sign_in(client, WRONG, name)
            await client.post("/sign-in", json={"name": name, "password": PASSWORD, "surprise": OTHER})
            begun = await signed_in(client, name, code=recovery[0])
            cookie = client.cookies[COOKIE]
            body = {"name": plain, "code": enrolment, "password": PASSWORD}
            await client.post("/sign-in/enrolment", json=body)
            pair = await tokens(client, plain)
            await client.post("/tokens/refresh", json={"refresh_token": pair["refresh_token"]})
    finally:
        structlog.reset_defaults()
    kept, logged = await everything_kept(house), caplog.text + lines.getvalue()
    assert begun["session"] in kept and '"event": "request"' in logged, "there was something to search"
    secrets = (
        PASSWORD,
        WRONG,
        OTHER,
        secret,
        *recovery,
        enrolment,
        cookie,
        pair["access_token"],
        pair["refresh_token"],
    )
    for place, text in (("tables", kept), ("logs", logged)):
        assert [s for s in secrets if s in text or s.replace("-", "") in text] == [], place
        assert "192.0.2.1" not in text, f"{place}: an address"
    assert name not in logged


NASTY = [
    '"\\u0000"',
    '"\\ud800"',
    '"' + "x" * 1025 + '"',
    '""',
    "7",
    "null",
    "[]",
    '{"a": 1}',
    '"\\u202e\\uffff"',
    '"\U0001f600"',
]


@pytest.mark.parametrize("value", NASTY, ids=lambda v: v[:12])
async def test_whatever_is_typed_nothing_breaks(common_house: House, value: str) -> None:
    fields = {
        "/sign-in": ("name", "password", "code"), "/tokens": ("name", "password"),
        "/tokens/refresh": ("refresh_token",),
        "/sign-in/enrolment": ("name", "code", "password"),
    }  # fmt: skip
    async with browser(common_house, f"2001:db8:{NASTY.index(value)}::1") as client:
        for path, names in fields.items():
            for plain in ("", "name"):
                given = {name: '"nobody"' if name == plain else value for name in names}
                body = "{" + ", ".join(f'"{k}": {v}' for k, v in given.items()) + "}"
                answer = await client.post(path, content=body.encode(), headers={"Content-Type": "application/json"})
                assert answer.status_code in (401, 422, 429), (path, answer.text)
        for cookie in ("\x01", "mtc_" + "x" * 5000, "é".encode().decode("latin-1")):
            raw = [(b"cookie", f"{COOKIE}={cookie}".encode("latin-1"))]
            answer = await client.get("/me", headers=raw)
            assert answer.status_code == 401, answer.text
        answer = await client.get("/sign-in/oidc/callback", params={"state": "\x00\ud7ff", "code": value})
        problem_of(answer, 404, "provider_unset")
