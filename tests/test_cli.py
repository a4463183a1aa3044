"""The command line as a person and a program meet it: real commands against one `mutasi up` of the module's own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg
import pytest

from runtime.demo import write_demo_province
from runtime.servers import free_port
from tests.conftest import server_directory
from tests.house import local_day

MUTASI = Path(sys.executable).parent / "mutasi"
ANOMALIES = Path(__file__).parent / "data" / "province-anomalies"
POLICIES = Path(__file__).parent.parent / "policies"
EMPLOYEE = "198811182017011945"


class Product:
    """One `mutasi up` in a home of its own, and the commands that work with it."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        foreign = ("MUTASI_", "DATABASE_", "TEMPORAL_")
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(foreign)},
            "MUTASI_HOME": str(home),
            "MUTASI_API_PORT": str(free_port()),
            "MUTASI_TEMPORAL_PORT": str(free_port()),
            "MUTASI_TEMPORAL_UI_PORT": str(free_port()),
            **settings,
        }
        self.api = f"http://127.0.0.1:{self.environment['MUTASI_API_PORT']}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> str:
        return (self.home / "up.out").read_text()

    def start(self) -> float:
        """Start and wait until it says that it is ready; how many seconds that took."""
        begun = time.monotonic()
        with (self.home / "up.out").open("wb") as out:
            self.process = subprocess.Popen(
                [MUTASI, "up"], env=self.environment, cwd=self.home, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        last = "mutasi mail" if self.environment.get("MUTASI_DEMO") == "false" else EMPLOYEE
        while last not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() - begun < 60, self.said
            time.sleep(0.05)
        return time.monotonic() - begun

    def stop(self, sign: signal.Signals = signal.SIGINT) -> float:
        """Stop it as Ctrl-C does; how many seconds that took."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.send_signal(sign)
        assert self.process.wait(30) == 0, self.said
        return time.monotonic() - begun

    def processes(self) -> list[str]:
        """Every process that works in this home."""
        found = []
        for process in psutil.process_iter(["pid", "cmdline", "environ"]):
            words = [*(process.info["cmdline"] or ()), *(process.info["environ"] or {}).values()]
            if process.pid != os.getpid() and any(str(self.home) in word for word in words):
                found.append(" ".join(process.info["cmdline"] or ()))
        return found

    def run(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment, "COLUMNS": "80", **settings}
        return subprocess.run(
            [MUTASI, *command], env=environment, cwd=self.home, capture_output=True, text=True, timeout=90
        )

    def all(self, *commands: tuple[str, ...]) -> list[subprocess.CompletedProcess[str]]:
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda command: self.run(*command), commands))

    def told(self, *command: str, code: int = 0) -> Any:
        """What a command tells a program."""
        done = self.run(*command, "--json")
        assert done.returncode == code, done.stderr or done.stdout
        return json.loads(done.stdout)

    def token(self, who: str) -> str:
        return self.run("token", who).stdout.strip()

    def enrol(self, who: str, name: str) -> str:
        """An access token of somebody who was given an account; commands act with it from now on."""
        code = self.told("account", "create", who, "--name", name)["code"]
        known = {"name": name, "password": "pohon bakau di muara sungai"}
        for path, body in (("sign-in/enrolment", {**known, "code": code}), ("tokens", known)):
            answer = httpx.post(f"{self.api}/api/v1/{path}", json=body, trust_env=False, timeout=30)
            assert answer.is_success, answer.text
        assert "mutasi-mode" not in answer.headers, "this is no demo"
        self.environment["MUTASI_TOKEN"] = token = str(answer.json()["access_token"])
        return token

    def ask(self, method: str, path: str, token: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        return httpx.request(
            method, f"{self.api}/api/v1{path}", headers=headers, trust_env=False, timeout=30, **options
        )

    def open(self, nip: str, post: str, token: str) -> dict[str, Any]:
        body = {"nip": nip, "position_code": post, "reason": "Kebutuhan unit tujuan"}
        answer = self.ask("POST", "/cases", token, json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found


def _soon(condition: Any, within: float = 15) -> Any:
    deadline = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)
    return answer


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with server_directory() as directory:
        running = Product(Path(directory))
        running.start()
        yield running
        assert running.stop() < 15
        assert running.processes() == []


@pytest.fixture(scope="module")
def officer(product: Product) -> str:
    return product.token("hr_officer")


@pytest.fixture(scope="module")
def case(product: Product, officer: str) -> dict[str, Any]:
    return product.open(EMPLOYEE, "DLH-S-04", officer)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo province as a directory of CSV files, as it is today."""
    directory = tmp_path_factory.mktemp("province")
    write_demo_province(directory, local_day())
    return directory


def test_up_says_where_everything_is_and_who_can_be_played(product: Product) -> None:
    for address in (f"{product.api}/api/v1", f"{product.api}/docs"):
        assert address in product.said
    ui = f"http://127.0.0.1:{product.environment['MUTASI_TEMPORAL_UI_PORT']}"
    assert ui in product.said
    assert "DEMO  Synthetic people; anybody may be anybody." in product.said
    assert "DEMO" in (product.home / "logs" / "api.log").read_text()
    for who in ("hr_officer", "hr_head", "governor", "regional_secretary", "board_member", "auditor", EMPLOYEE):
        assert who in product.said
    for url in (f"{product.api}/docs", f"{product.api}/readyz", ui):
        assert httpx.get(url, trust_env=False, follow_redirects=True).status_code == 200
    running = "\n".join(product.processes())
    for process in ("mutasi up", "postgres", "temporal server", "-m worker", "runtime.cli api", "runtime.mailsink"):
        assert process in running


def test_a_token_for_every_way_to_name_somebody(product: Product) -> None:
    forms = {
        "governor": "governor", "hr_officer": "hr_officer", "board_member": "board_member",
        "agency_head:DLH-S": "agency_head", "agency_head:SETDA": "regional_secretary",
        "hr_officer:199302142021032947": "hr_officer", "board_member:19700207 200101 1 926": "hr_head",
        EMPLOYEE: None, "19881118 201701 1 945": None, "operator": None,
    }  # fmt: skip
    names = {}
    for who, done in zip(forms, product.all(*(("token", who) for who in forms)), strict=True):
        assert done.returncode == 0, done.stderr
        me = product.ask("GET", "/me", done.stdout.strip()).json()
        held = {o["office"] for o in me["offices"]}
        assert forms[who] in held if forms[who] else not held, who
        names[who] = me["name"]
    assert names[EMPLOYEE] == names["19881118 201701 1 945"]
    assert names["agency_head:DLH-S"] == "Nurdin Puanglembang, S.H., M.H."
    assert names["hr_officer"] != names["hr_officer:199302142021032947"]


def test_whom_nobody_knows_gets_a_sentence(product: Product) -> None:
    strangers = ("minister", "agency_head:NOWHERE", "199901012020011999", f"hr_officer:{EMPLOYEE}")
    for who, done in zip(strangers, product.all(*(("token", who) for who in strangers)), strict=True):
        assert (done.returncode, done.stdout) == (1, ""), who
        assert done.stderr.startswith("mutasi: ") and "Traceback" not in done.stderr


def test_production_gives_no_tokens_and_no_demonstration(product: Product) -> None:
    for command in (("token", "governor"), ("up",)):
        done = product.run(*command, MUTASI_ENV="production")
        assert (done.returncode, done.stdout) == (1, "")
        assert "production" in done.stderr


def test_cases_are_listed_shown_and_acted_on(product: Product, case: dict[str, Any]) -> None:
    number = case["number"]
    fields = ("--fields", '{"text": "Dari baris perintah"}')
    listed, shown, few, none, said = product.all(
        ("case", "list"),
        ("case", "show", number),
        ("case", "list", "--stage", "needs_check", "--json"),
        ("case", "list", "--q", "nobody", "--json"),
        ("case", "act", number, "comment", *fields),
    )
    assert number in listed.stdout and "awaiting_" in listed.stdout
    assert "Arifuddin Daenglipa" in shown.stdout and "confirm_need" in shown.stdout
    assert number in [c["number"] for c in json.loads(few.stdout)["items"]]
    assert json.loads(none.stdout)["items"] == []
    assert said.stdout.startswith(f"{number}: needs_check / awaiting_confirmation")
    told = product.told("case", "show", case["id"], "--as", "auditor")
    assert (told["id"], told["events"][0]["type"]) == (case["id"], "case_opened")
    papers, for_a_program = product.all(("case", "documents", number), ("case", "documents", number, "--json"))
    assert "D06" in papers.stdout and "proved" in papers.stdout
    assert json.loads(for_a_program.stdout)["missing"] == ["D06", "D07", "D09", "D10"]
    after = product.told("case", "act", number, "confirm_need", "--reason", "Perlu")
    assert after["status"] == "awaiting_response" and after["version"] > told["version"]


def test_an_act_that_is_refused_ends_with_its_reason(product: Product, case: dict[str, Any]) -> None:
    commands = {
        ("case", "act", case["id"], "decide", "--fields", '{"decision": "approve"}'): "act_not_open",
        ("case", "act", case["id"], "fly"): "invalid_request",
        ("case", "act", case["id"], "comment", "--fields", "[1]"): "JSON object",
        ("case", "show", "MUT-2026-999999"): "case_unknown",
        ("case", "list", "--as", "minister"): "minister",
    }
    for (command, reason), done in zip(commands.items(), product.all(*commands), strict=True):
        assert (done.returncode, done.stdout) == (1, ""), command
        assert reason in done.stderr and "Traceback" not in done.stderr, done.stderr


def test_importing_the_same_again_changes_nothing(product: Product, province: Path) -> None:
    told = product.told("import", str(province))
    assert {f["severity"] for f in told["findings"]} <= {"warning", "info"}
    assert told["changed"]["employees"]["unchanged"] == 1500
    assert {n for changed in told["changed"].values() for what, n in changed.items() if what != "unchanged"} == {0}


def test_bad_files_are_reported_and_nothing_is_loaded(product: Product) -> None:
    dry, real = product.all(("import", str(ANOMALIES), "--dry-run", "--json"), ("import", str(ANOMALIES), "--json"))
    for done in (dry, real):
        assert done.returncode == 1
        told = json.loads(done.stdout)
        assert told["changed"] == {}
        assert {"file", "line", "column", "code", "severity", "what", "remedy"} <= set(told["findings"][0])
        assert {"error", "warning"} <= {f["severity"] for f in told["findings"]}
    assert json.loads(dry.stdout)["findings"] == json.loads(real.stdout)["findings"]


def test_mail_is_kept_and_shown(product: Product, case: dict[str, Any]) -> None:
    kept = _soon(lambda: [m for m in product.told("mail") if case["number"] in m["subject"]])
    assert EMPLOYEE not in str(kept) and kept[0]["text"]
    listed, first, beyond = product.all(("mail",), ("mail", "1"), ("mail", "999"))
    assert "arifuddin.daenglipa" in listed.stdout
    assert "message_id: " in first.stdout
    assert beyond.returncode == 1


def test_doctor_finds_everything_well_and_names_the_servers(product: Product) -> None:
    told = product.told("doctor")
    assert told["ok"] and {c["state"] for c in told["checks"]} == {"ok"}
    assert told["temporal_address"] == f"127.0.0.1:{product.environment['MUTASI_TEMPORAL_PORT']}"
    with psycopg.connect(told["database_url"]) as connection:
        assert connection.execute("SELECT count(*) FROM employee").fetchone() == (1500,)
    away = product.run("doctor", "--json", MUTASI_API_PORT=str(free_port()))
    assert away.returncode == 1
    [fault] = [c for c in json.loads(away.stdout)["checks"] if c["state"] == "fault"]
    assert fault["name"] == "api" and fault["remedy"]


def test_the_login_of_the_application_cannot_touch_what_is_written(product: Product, case: dict[str, Any]) -> None:
    url = json.loads((product.home / "instance.json").read_text())["database_url"]
    attempts = [f"{verb} {table}{tail}" for table in ("ledger", "command", "refused_attempt") for verb, tail in (
        ("UPDATE", " SET actor = 'x'"), ("DELETE FROM", ""), ("TRUNCATE", ""), ("DROP TABLE", ""),
        ("ALTER TABLE", " DISABLE TRIGGER ALL"), ("ALTER TABLE", " OWNER TO mutasi_app"),
    )]  # fmt: skip
    attempts += ["SET session_replication_role = replica", "SET ROLE postgres", "DROP SCHEMA public CASCADE"]
    with psycopg.connect(url, autocommit=True) as connection:
        before = connection.execute("SELECT count(*) FROM ledger").fetchone()
        for attempt in attempts:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attempt)  # type: ignore[arg-type]
        assert connection.execute("SELECT count(*) FROM ledger").fetchone() == before != (0,)


def test_faults_of_the_database_are_a_sentence_with_a_remedy(product: Product) -> None:
    url = json.loads((product.home / "instance.json").read_text())["database_url"]
    nowhere = f"postgresql://mutasi@127.0.0.1:{free_port()}/mutasi"
    empty = urlsplit(url)._replace(path="/template1").geturl()
    lacking, away = product.run("migrate", DATABASE_URL=empty), product.run("migrate", DATABASE_URL=nowhere)
    assert lacking.returncode == away.returncode == 2
    assert "needs the owner of the database" in lacking.stderr and "mutasi doctor" in away.stderr
    assert "Traceback" not in lacking.stderr + away.stderr


def test_a_mistake_on_the_command_line_is_a_sentence(product: Product, case: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "not-a-history.json").write_text("{}")
    (tmp_path / "empty").mkdir()
    for command, settings, reason in (
        (("replay", str(tmp_path / "nowhere")), {}, "Invalid value for 'histories'"),
        (("replay", str(tmp_path / "empty")), {}, "holds no recorded history"),
        (("replay", str(tmp_path)), {}, "is not a recorded history"),
        (("import", str(ANOMALIES), "--language", "fr"), {}, "'fr' is not one of"),
        (("doctor",), {"MUTASI_API_PORT": "abc"}, "MUTASI_API_PORT"),
        (("case", "act", case["id"], "nonsense"), {}, "/act: "),
    ):
        done = product.run(*command, **settings)
        assert done.returncode != 0 and reason in done.stderr and "Traceback" not in done.stderr, done.stderr
    alone = product.run("doctor", MUTASI_HOME=str(tmp_path / "none"))
    assert alone.returncode == 1 and "DATABASE_URL is not set" in alone.stdout
    assert not (tmp_path / "none").exists()


def test_an_order_about_a_day_moves_deadlines_after_a_preview(product: Product, case: dict[str, Any]) -> None:
    day = product.told("case", "show", case["number"])["due"]["on"]
    made = product.run("calendar", "override", day, "--reason", "Hari jadi", "--reference", "SK 1")
    assert "is a holiday now" in made.stdout, made.stderr
    shown = product.told("calendar", "show", "--year", day[:4])
    assert {"day": day, "working": False, "name": "Hari jadi"} in shown["days"]
    assert case["number"] in product.run("calendar", "preview", "--as", "hr_officer").stdout
    refused = product.run("calendar", "apply", "--as", "hr_officer")
    assert (refused.returncode, "not_authorised" in refused.stderr) == (1, True)
    applied = product.told("calendar", "apply")
    assert (applied["applied"], applied["remaining"]) == (applied["moving"], 0)
    assert product.told("case", "show", case["number"])["due"]["on"] > day
    assert "0 deadlines would move" in product.run("calendar", "preview").stdout
    published = product.run("calendar", "publish", "2035", "--reference", "SKB 1/2034")
    assert "2035 is published" in published.stdout, published.stderr


def test_upkeep_finds_nothing_to_do(product: Product, case: dict[str, Any]) -> None:
    rebuilt, replayed, refounded, first, second = product.all(
        ("rebuild", "--json"), ("replay", "--json"), ("refound", "--json"), ("migrate",), ("migrate",)
    )
    assert rebuilt.returncode == 0 and json.loads(rebuilt.stdout)["differing"] == []
    assert replayed.returncode == 0, replayed.stdout
    assert json.loads(replayed.stdout)["replayed"] >= 1
    assert json.loads(refounded.stdout)["refounded"] == []
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout == second.stdout


def test_a_policy_is_put_into_force_by_two_people(product: Product, tmp_path: Path) -> None:
    before = product.told("policy", "check", str(POLICIES / "demo.toml"))
    file = tmp_path / "demo-2.toml"
    (tmp_path / "mamuju-2026.toml").write_text((POLICIES / "mamuju-2026.toml").read_text())
    text = (POLICIES / "demo.toml").read_text().replace("seconds = 5", "seconds = 7")
    file.write_text(text.replace('code = "mamuju-demo"', 'code = "mamuju-demo"\nversion = "2026.3"'))
    by = ("--reason", "Waktu urung lebih lama", "--as")
    proposed = product.told("policy", "activate", str(file), *by, "hr_officer")
    assert (proposed["status"], proposed["version"]) == ("candidate", "2026.3")
    alone = product.run("policy", "activate", str(file), *by, "hr_officer", "--confirm")
    assert (alone.returncode, "second_person_required" in alone.stderr) == (1, True), alone.stderr
    active = product.told("policy", "activate", str(file), *by, "hr_head", "--confirm")
    assert (active["status"], active["in_force"]) == ("active", True)
    checks = {c["name"]: c for c in product.told("doctor")["checks"]}
    assert "2026.3" in checks["policy"]["detail"] and "2026.2" in checks["policy"]["detail"]
    assert active["hash"] != before["policy"]["hash"]
    whole = product.told("policy", "simulate", str(file))
    assert whole["establishment"]["judged"] > 1000 and whole["establishment"]["flipped"] == 0
    assert "names" not in whole
    unseen = product.run("policy", "simulate", str(file), "--names", "--as", "governor")
    assert (unseen.returncode, "auditor" in unseen.stderr) == (1, True)
    seen = product.told("policy", "simulate", str(file), "--names", "--as", "auditor")
    assert seen["names"] == []


def test_a_killed_worker_is_started_again_and_acts_go_on(product: Product, officer: str) -> None:
    case = product.open("198804272011041950", "DISKOMINFO-B2-02", officer)

    def worker() -> psutil.Process | None:
        assert product.process is not None
        children = psutil.Process(product.process.pid).children()
        return next((c for c in children if c.is_running() and c.cmdline()[-2:] == ["-m", "worker"]), None)

    old = worker()
    assert old is not None
    old.kill()
    headers = {"Idempotency-Key": "after", "If-Match": f'"{case["version"]}"'}
    body = {"act": "confirm_need", "backfill": {"plan": "Diisi dari seleksi berikutnya"}}

    def answered() -> bool:
        answer = product.ask("POST", f"/cases/{case['id']}/acts", officer, json=body, headers=headers)
        assert answer.status_code in (200, 503), answer.text
        return answer.status_code == 200

    _soon(answered, within=60)
    new = worker()
    assert new is not None and new.pid != old.pid
    assert "starting it again" in product.said


def test_a_second_up_in_the_same_home_or_on_the_same_ports_is_refused(product: Product, tmp_path: Path) -> None:
    elsewhere = {"MUTASI_HOME": str(tmp_path), "MUTASI_API_PORT": str(free_port())}
    for settings, reason in (
        ({}, "another `mutasi up`"),
        ({"MUTASI_HOME": str(tmp_path)}, "set MUTASI_API_PORT"),
        (elsewhere, "set MUTASI_TEMPORAL_PORT"),
        ({**elsewhere, "MUTASI_TEMPORAL_PORT": str(free_port())}, "set MUTASI_TEMPORAL_UI_PORT"),
    ):
        done = product.run("up", **settings)
        assert (done.returncode, done.stdout) == (1, "")
        assert reason in done.stderr and "Traceback" not in done.stderr
    assert httpx.get(f"{product.api}/readyz", trust_env=False).status_code == 200
    assert (product.home / "instance.json").exists()


def test_no_log_names_anybody(product: Product, case: dict[str, Any]) -> None:
    logs = {file.name: file.read_text() for file in (product.home / "logs").glob("*.log")}
    assert {"api.log", "worker.log", "temporal.log", "mail-sink.log"} <= set(logs)
    assert case["id"] in logs["worker.log"]
    for name, text in logs.items():
        assert not re.search(r"(?<!\d)\d{18}(?!\d)", text), name
        assert "Arifuddin" not in text and "example.test" not in text, name


def test_an_empty_register_is_filled_and_kept_over_a_restart(server_home: Path, province: Path) -> None:
    product = Product(server_home, MUTASI_DEMO="false")
    product.start()
    assert "hr_officer" not in product.said and "DEMO" not in product.said, "there is nobody to play"
    assert product.run("token", "governor").returncode == 1
    assert product.told("import", str(province))["changed"]["employees"]["added"] == 1500
    officer = product.enrol("hr_officer", "petugas")
    opened = product.open(EMPLOYEE, "DLH-S-04", officer)
    assert product.stop() < 15
    assert product.processes() == []
    assert not (server_home / "instance.json").exists()
    away = product.run("case", "list")
    assert (away.returncode, away.stdout) == (1, "") and "mutasi up" in away.stderr
    assert product.start() < 20
    kept = product.ask("GET", f"/cases/{opened['id']}", officer).json()
    assert (kept["number"], kept["version"]) == (opened["number"], opened["version"])
    assert product.told("case", "act", kept["number"], "confirm_need")["status"] == "awaiting_response"
    assert product.stop(signal.SIGTERM) < 15
    assert product.processes() == []


def test_the_log_is_attested_audited_and_goes_over_to_a_new_key(
    product: Product, case: dict[str, Any], tmp_path: Path
) -> None:
    """What an operator and an auditor do, with the worker of `mutasi up` keeping the log beside them."""
    assert product.run("log", "attest").returncode == 0
    found = product.told("log", "status")
    assert found["checkpoint"]["size"] == found["size"] > 3 and found["not_continued"] == []
    [first] = [k["key"] for k in found["keys"]]
    auditor = product.run("token", "auditor").stdout.strip()
    headers = {"Authorization": f"Bearer {auditor}"}
    kept = tmp_path / "kept.checkpoint"
    kept.write_text(httpx.get(f"{product.api}/api/v1/log/checkpoint", headers=headers, trust_env=False).text)
    assert product.run("log", "rotate").returncode == 0
    assert product.run("log", "attest").returncode == 0
    report = product.told("audit", "log", str(kept), "--key", first)
    assert (report["held"], report["faults"]) == (1, [])
    assert report["leaves"] > found["size"] and report["cases"] >= 1
    bundle = tmp_path / "case.zip"
    taken = product.run("audit", "bundle", case["id"], "--out", str(bundle), "--checkpoint", str(kept))
    assert taken.returncode == 0, taken.stderr
    told = product.told("audit", "verify", str(bundle), "--checkpoint", str(kept), "--key", first)
    assert {v["state"] for v in told["verdicts"].values()} == {"holds"}, told["verdicts"]
    public = httpx.get(f"{product.api}/.well-known/mutasi-log.json", trust_env=False).json()
    assert (public["keys"][0]["key"], len(public["keys"])) == (first, 2)
    forged = tmp_path / "forged.checkpoint"
    forged.write_text(kept.read_text().replace("\n" + str(found["size"]), "\n" + str(found["size"] + 900), 1))
    report = product.told("audit", "log", str(forged), code=1)
    assert {f["kind"] for f in report["faults"]} == {"log_truncated", "unknown_key"}
    for command, said in (
        (("log", "acknowledge", "--by", "Andi", "--reason", "x"), "nothing to acknowledge"),
        (("log", "acknowledge", "--by", " ", "--reason", "x"), "must say something"),
        (("audit", "log", "--key", "nonsense"), "verifier key"),
        (("witness", "--name", "w", "--log", first, "--home", str(tmp_path)), "--begin"),
        (("witness", "--name", "w", "--log", "nonsense", "--home", str(tmp_path)), "verifier key"),
    ):
        done = product.run(*command)
        assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr, done.stderr
