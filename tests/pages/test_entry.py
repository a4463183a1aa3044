"""Signing in at a page, with one step or two; what a ticket is good for; and problems as people see them."""

import re
from datetime import UTC, datetime

from httpx import Response

from api.identity import COOKIE
from tests.api.identity import PASSWORD, account, app_code, browser, signed_in
from tests.api.test_sign_in import with_second_factor
from tests.house import House

HTML = {"Accept": "text/html", "Accept-Language": "id"}
_TICKET = re.compile(r'name="ticket" value="([^"]+)"')


def _ticket(answer: Response) -> str:
    found = _TICKET.search(answer.text)
    assert answer.status_code == 200 and found, answer.text
    return found[1]


async def test_a_password_alone_opens_the_page_one_came_for(pages_house: House) -> None:
    name = await account(pages_house, "cast:swap_2")
    async with browser(pages_house, "192.0.2.31", **HTML) as client:
        form = {"name": name, "password": "bukan sandi yang ini", "next": "/me"}
        refused = await client.post("https://house/sign-in", data=form)
        assert refused.status_code == 401 and f'value="{name}"' in refused.text and "bukan sandi" not in refused.text
        answer = await client.post("https://house/sign-in", data={**form, "password": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, "/me")
        assert (await client.get("https://house/me")).status_code == 200
        away = await client.post("https://house/sign-out")
        assert away.headers["location"] == "/sign-in" and COOKIE not in client.cookies
        lost = await client.get("https://house/me")
        assert (lost.status_code, lost.headers["location"]) == (303, "/sign-in?next=/me")


async def test_the_second_step_takes_a_ticket_and_a_code(pages_house: House) -> None:
    name, secret, _ = await with_second_factor(pages_house, "cast:swap_1")
    now = datetime.now(UTC)
    async with browser(pages_house, "192.0.2.32", **HTML) as client:
        ticket = _ticket(await client.post("https://house/sign-in", data={"name": name, "password": PASSWORD}))
        assert COOKIE not in client.cookies
        for wrong in ({"ticket": ticket, "code": "000000"}, {"ticket": ticket[:-4] + "AAAA", "code": "000000"}):
            assert (await client.post("https://house/sign-in/code", data=wrong)).status_code == 401
        # The code that set it up is used; the next step's is good.
        code = app_code(secret, datetime.fromtimestamp(now.timestamp() + 30, UTC))
        answer = await client.post(
            "https://house/sign-in/code", data={"ticket": ticket, "code": code, "next": "//evil"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert COOKIE in client.cookies


async def test_a_ticket_is_good_for_one_password_and_some_minutes(pages_house: House) -> None:
    name, secret, _ = await with_second_factor(pages_house, "cast:spouse_of_official")
    async with browser(pages_house, "192.0.2.33", **HTML) as client:
        ticket = _ticket(await client.post("https://house/sign-in", data={"name": name, "password": PASSWORD}))
        code = app_code(secret, datetime.fromtimestamp(datetime.now(UTC).timestamp() + 30, UTC))
        async with browser(pages_house, "192.0.2.34") as other:
            await signed_in(other, name, code=code)
            changed = await other.put("/me/password", json={"present": PASSWORD, "wanted": "sembilan gunung biru jauh"})
            assert changed.status_code == 204, changed.text
        stale = await client.post("https://house/sign-in/code", data={"ticket": ticket, "code": code})
        assert stale.status_code == 401 and COOKIE not in client.cookies


async def test_problems_are_pages_for_people_and_documents_for_programs(pages_house: House) -> None:
    for language, words in (("id", "Tidak ditemukan"), ("en", "Not found")):
        headers = {"Accept": "text/html", "Accept-Language": language}
        page = await pages_house.request("GET", "http://house/nowhere", "governor", headers=headers)
        assert page.status_code == 404 and page.headers["content-type"].startswith("text/html")
        assert words.lower() in page.text.lower()
    for path, accept in (("http://house/nowhere", "*/*"), ("http://house/api/v1/nowhere", "text/html")):
        answer = await pages_house.request("GET", path, "governor", headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/problem+json"
    form = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": "k" * 9}
    answer = await pages_house.request("POST", "/cases", "hr_officer", content="nip=1", headers=form)
    assert answer.status_code == 415, "no form of another site reaches the API"


async def test_no_page_acts_for_another_site(pages_house: House) -> None:
    name = await account(pages_house, "cast:missing_rating")
    async with browser(pages_house, "192.0.2.35") as client:
        await signed_in(client, name)
        foreign = {**HTML, "Sec-Fetch-Site": "cross-site"}
        answer = await client.post("https://house/me/preferences", data={"position": ""}, headers=foreign)
        assert answer.status_code == 403
