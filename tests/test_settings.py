"""Settings: what is read from the environment, and what production refuses to take over."""

import json
from pathlib import Path

import pytest

from runtime import keys
from runtime.settings import MissingSetting, Settings


def test_only_documented_names_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MUTASI_HOME", "MUTASI_ENV", "MUTASI_DEMO", "MUTASI_LOG_LEVEL", "MUTASI_POLICY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "HOME": "elsewhere", "ENV": "production", "DEMO": "0", "LOG_LEVEL": "debug", "POLICY": "other.toml",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.home, settings.env, settings.demo) == (Path(".mutasi"), "development", True)
    assert (settings.log_level, settings.policy) == ("INFO", None)


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A home that a demonstration was run in."""
    demonstrated = Settings(MUTASI_HOME=tmp_path)  # type: ignore[call-arg]
    keys.token_key(demonstrated)
    keys.payload_keys(demonstrated)
    demonstrated.instance_file.write_text(json.dumps({"database_url": "postgresql://demo", "api_port": 1}))
    return tmp_path


def test_production_takes_nothing_from_a_demonstration(used: Path) -> None:
    settings = Settings(MUTASI_HOME=used, MUTASI_ENV="production")  # type: ignore[call-arg]
    assert settings.with_instance().database_url is None
    for make in (keys.token_key, keys.payload_keys):
        with pytest.raises(MissingSetting, match="production makes no keys"):
            make(settings)


def test_the_owner_of_one_database_does_not_migrate_another(used: Path) -> None:
    (used / "instance.json").write_text(
        json.dumps({"database_url": "postgresql://demo", "database_owner_url": "postgresql://owner@demo"})
    )
    given = Settings(MUTASI_HOME=used, DATABASE_URL="postgresql://other").with_instance()  # type: ignore[call-arg]
    assert (given.database_url, given.database_owner_url) == ("postgresql://other", None)
    found = Settings(MUTASI_HOME=used).with_instance()  # type: ignore[call-arg]
    assert found.database_owner_url == "postgresql://owner@demo"
