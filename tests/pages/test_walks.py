"""People at work in a real browser: an official on a phone, an employee, a keyboard, a page without scripts."""

import re

from playwright.async_api import expect

from tests.pages.conftest import PHONE, Town


async def test_a_member_of_the_board_and_the_governor_decide_on_a_phone(town: Town) -> None:
    case = await town.house.open("lateral_pass")
    await case.walk(to="awaiting_proposal")
    visit = await town.visit("regional_secretary", PHONE)
    page = visit.page
    await visit.go("/")
    row = page.get_by_role("link", name=re.compile("Arifuddin"))
    await row.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Arifuddin")
    asked = page.get_by_role("region", name="Yang diminta dari Anda")
    await expect(asked.get_by_role("radio", checked=True)).to_have_count(0)

    # Without an answer, and with a no that says nothing, nothing is saved; what was typed stays.
    await asked.get_by_role("button", name="Simpan dan teruskan").click()
    await expect(page.get_by_role("alert")).to_contain_text("Pilih salah satu")
    await expect(page.get_by_role("alert")).to_be_focused()
    assert (await page.title()).startswith("Galat:")
    await page.get_by_role("radio", name=re.compile("Teruskan tanpa dukungan")).check()
    await page.get_by_role("button", name="Simpan dan teruskan").click()
    await expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute("href", "#reason")
    await expect(page.get_by_role("radio", name=re.compile("Teruskan tanpa dukungan"))).to_be_checked()
    assert (await case.look())["status"] == "awaiting_proposal"

    await page.get_by_role("radio", name=re.compile("Teruskan dengan dukungan")).check()
    await page.get_by_role("button", name="Simpan dan teruskan").click()
    await expect(page.get_by_role("status")).to_contain_text("Tersimpan")
    assert (await case.look())["status"] == "awaiting_decision"

    # He thinks again, in time.
    await expect(page.locator("[data-until]")).to_contain_text(re.compile(r"Sisa \d+:\d\d"))
    await page.get_by_role("button", name="Urungkan").click()
    await expect(page.get_by_role("region", name="Yang diminta dari Anda")).to_be_visible()
    assert (await case.look())["status"] == "awaiting_proposal"
    await page.get_by_role("radio", name=re.compile("Teruskan dengan dukungan")).check()
    await page.get_by_role("button", name="Simpan dan teruskan").click()
    await expect(page.get_by_role("status")).to_be_visible()

    # From the address in a notice: choose, save. Nothing but the last changes anything.
    governor = await town.visit("governor", PHONE)
    await governor.go(f"/cases/{case.id}")
    await governor.page.get_by_role("radio", name=re.compile("^Setujui")).check()
    assert (await case.look())["status"] == "awaiting_decision"
    await governor.page.get_by_role("button", name="Simpan keputusan").click()
    await expect(governor.page.get_by_role("status")).to_contain_text("Putuskan")
    assert (await case.look())["status"] == "awaiting_decree"
    assert not visit.complaints and not governor.complaints


async def test_whoever_comes_second_learns_who_did_what(town: Town) -> None:
    case = await town.house.open("finance_to_bapenda")
    await case.walk(to="awaiting_consideration")
    visit = await town.visit("board_member")
    page = visit.page
    await visit.go(f"/cases/{case.id}")
    await case.act("hold", "hr_officer", ground="other", reference="Nota 7/2026")
    await case.act("resume", "hr_officer")
    await page.get_by_role("radio", name=re.compile("^Tanpa rekomendasi")).check()
    await page.get_by_label("Alasan atau catatan").fill("Belum cukup mengenal pegawai")
    await page.get_by_role("button", name="Simpan pertimbangan").click()
    told = page.get_by_role("alert")
    await expect(told).to_contain_text("Kasus ditangguhkan")
    await expect(told).to_contain_text("Petugas BKD")
    await expect(page.get_by_label("Alasan atau catatan")).to_have_value("Belum cukup mengenal pegawai")
    assert (await case.look())["status"] == "awaiting_consideration"
    await page.get_by_role("button", name="Simpan pertimbangan").click()
    await expect(page.get_by_role("status")).to_be_visible()
    [vote] = [e for e in await case.events() if e["type"] == "board_voted"]
    assert vote["reason"] == "Belum cukup mengenal pegawai"


async def test_an_employee_asks_to_move_and_answers(town: Town) -> None:
    visit = await town.visit("cast:it_self_nomination", PHONE)
    page, nip = visit.page, town.house.cast["it_self_nomination"]["nip"]
    await visit.go("/me/opportunities")
    await page.get_by_role("link", name=re.compile("^Calonkan diri")).first.click()
    await page.get_by_role("button", name="Kirim permohonan").click()
    await expect(page.get_by_role("alert")).to_contain_text("Tulis alasan")
    await page.get_by_label("Alasan Anda").fill("Ingin memakai keahlian jaringan saya")
    await page.get_by_role("button", name="Kirim permohonan").click()
    await expect(page).to_have_url(re.compile(r"/cases/c_\w+$"))
    [row] = await town.house.sql("SELECT case_id FROM docket WHERE employee_nip = :nip", nip=nip)

    await visit.go("/me/preferences")
    await page.get_by_label("Pilihan 1").select_option(index=2)
    await page.get_by_role("button", name="Simpan").click()
    await expect(page.get_by_role("region", name="Jabatan yang saya inginkan").get_by_role("listitem")).to_have_count(1)

    from tests.house import CaseFile

    state = await town.house.get(f"/cases/{row.case_id}")
    case = CaseFile(town.house, state, "cast:it_self_nomination")
    await case.walk(to="awaiting_response")
    await visit.go("/me")
    await page.get_by_role("link", name="Jawab usulan").click()
    await expect(page.get_by_text("diam tidak dianggap sebagai persetujuan")).to_be_visible()
    await expect(page.get_by_role("group", name="Alasan keberatan")).to_be_hidden()
    await page.get_by_role("radio", name=re.compile("^Berkeberatan")).check()
    await page.get_by_role("button", name="Jawab usulan").click()
    await expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute("href", "#grounds")
    await page.get_by_role("checkbox", name="Keluarga").check()
    await page.get_by_label("Penjelasan").fill("Orang tua saya sakit")
    await page.get_by_role("button", name="Jawab usulan").click()
    await expect(page.get_by_role("status")).to_contain_text("Tersimpan")
    await expect(page.get_by_text("“Orang tua saya sakit”")).to_be_visible()
    assert (await case.look())["status"] == "awaiting_answer"

    # HR answers what he said, in the form made for it.
    hr = await town.visit("hr_officer")
    await hr.go(f"/cases/{case.id}/acts/answer_objection")
    await hr.page.get_by_label("Jawaban untuk pegawai").fill("Jadwal kerja dapat diatur")
    await hr.page.get_by_role("button", name="Jawab keberatan atau permintaan").click()
    await expect(hr.page.get_by_text("Keluarga: Jadwal kerja dapat diatur")).to_be_visible()
    assert not visit.complaints and not hr.complaints


async def test_an_hr_officer_looks_before_a_case_is_opened(town: Town) -> None:
    """Found by name, previewed with nothing saved, opened once though the button is pressed twice."""
    member = town.house.cast["chain_3"]
    visit = await town.visit("hr_officer")
    page = visit.page
    await visit.go("/open")
    await page.get_by_label("Nama atau NIP pegawai").fill("Masyita Karim")
    await page.get_by_role("button", name="Cari").last.click()
    await page.get_by_role("link", name=re.compile("Masyita Karim")).click()
    await page.get_by_role("button", name="Lihat pratinjau").click()
    await expect(page.get_by_role("alert").get_by_role("listitem")).to_have_count(3)
    await page.get_by_label("Ke jabatan apa?").select_option(index=5)
    await page.get_by_role("radio", name="Kebutuhan organisasi").check()
    await page.get_by_label("Alasan usulan").fill("Formasi kosong sejak Juli")
    await page.get_by_role("button", name="Lihat pratinjau").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("belum ada yang tersimpan")
    opened = "SELECT number FROM docket WHERE employee_nip = :nip"
    assert not await town.house.sql(opened, nip=member["nip"])
    await page.get_by_role("button", name="Buka kasus ini").dblclick()
    await expect(page).to_have_url(re.compile(r"/cases/c_\w+$"))
    assert len(await town.house.sql(opened, nip=member["nip"])) == 1
    assert not visit.complaints


async def test_search_finds_by_nip_in_any_spacing_and_keeps_it_out_of_addresses(town: Town) -> None:
    case = await town.house.open("chain_1")
    nip = town.house.cast["chain_1"]["nip"]
    visit = await town.visit("hr_officer")
    await visit.go("/")
    spaced = f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"
    seen: list[str] = []
    visit.page.on("request", lambda request: seen.append(request.url))
    await visit.page.keyboard.press("/")
    await visit.page.keyboard.type(spaced)
    await visit.page.keyboard.press("Enter")
    await expect(visit.page).to_have_url(f"{town.address}/cases/{case.id}")
    assert not [url for url in seen if nip in url or nip[8:14] in url]
    await visit.go("/search")
    await visit.page.get_by_label("Nama, NIP, atau nomor kasus").last.fill(case.state["number"].lower())
    await visit.page.get_by_role("button", name="Cari").last.click()
    await expect(visit.page).to_have_url(f"{town.address}/cases/{case.id}")


async def test_the_keyboard_moves_in_the_list_and_opens(town: Town) -> None:
    await town.house.open("swap_1")
    await town.house.open("swap_2")
    visit = await town.visit("hr_officer")
    page = visit.page
    await visit.go("/cases")
    rows = page.locator(".list a.t")
    await page.keyboard.press("j")
    await expect(rows.nth(0)).to_be_focused()
    await page.keyboard.press("j")
    await expect(rows.nth(1)).to_be_focused()
    await page.keyboard.press("k")
    await expect(rows.nth(0)).to_be_focused()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await rows.nth(0).focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/cases/c_"))


async def test_everything_works_without_scripts(town: Town) -> None:
    """Signing in, changing the language and staying on the page, an act with its mistake, going out."""
    case = await town.house.open("chain_2")
    visit = await town.visit(None, java_script_enabled=False)
    page = visit.page
    await visit.go(f"/cases/{case.id}")
    await expect(page).to_have_url(f"{town.address}/sign-in?next=/cases/{case.id}")
    await page.get_by_role("button", name=re.compile("Petugas BKD")).first.click()
    await expect(page).to_have_url(f"{town.address}/cases/{case.id}")
    await page.get_by_role("button", name="English").click()
    await expect(page).to_have_url(f"{town.address}/cases/{case.id}")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await visit.go(f"/cases/{case.id}/acts/cancel")
    await page.get_by_role("button", name="Cancel the case").click()
    await expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute("href", "#reason")
    await page.get_by_label("Reason (required)").fill("Opened by mistake")
    await page.get_by_role("button", name="Cancel the case").click()
    await expect(page.get_by_role("status")).to_contain_text("Saved")
    assert (await case.look())["outcome"] == "cancelled"
    await page.get_by_role("button", name="Sign out").click()
    await visit.go("/")
    await expect(page).to_have_url(f"{town.address}/sign-in")
