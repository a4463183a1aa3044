"""Configuration by environment. The table in `docs/operations.md` is generated from these fields."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_ROOT = Path(__file__).resolve().parent.parent
_EMPTY = BeforeValidator(lambda value: value or None)
"""A variable that is there and empty says the same as one that is not there."""


class Settings(BaseSettings):
    """Everything an operator can set. Only what is named here is read from the environment."""

    model_config = SettingsConfigDict(env_prefix="", extra="ignore", validate_default=False)

    env: Literal["development", "test", "production"] = Field(
        "development",
        validation_alias="MUTASI_ENV",
        description="`production` refuses the demo, embedded servers and `mutasi token`.",
    )
    home: Path = Field(
        Path(".mutasi"),
        validation_alias="MUTASI_HOME",
        description="Data directory: embedded servers, keys, mail sink, addresses left by `mutasi up`.",
    )
    demo: bool = Field(
        True,
        validation_alias="MUTASI_DEMO",
        description="Demo mode: `mutasi up` imports the demo province, and `mutasi token` lets anybody be anybody; "
        "`false` starts with an empty register and asks everybody to sign in. `true` is refused in production.",
    )
    api_host: str = Field(
        "127.0.0.1",
        validation_alias="MUTASI_API_HOST",
        description="Address that the API, and the worker's health, listen on.",
    )
    api_port: int = Field(8000, validation_alias="MUTASI_API_PORT", description="Port of the API.")
    temporal_port: int = Field(
        7233, validation_alias="MUTASI_TEMPORAL_PORT", description="Port of the embedded Temporal server."
    )
    temporal_ui_port: int = Field(
        0,
        validation_alias="MUTASI_TEMPORAL_UI_PORT",
        description="Port of the embedded Temporal UI; 0: the Temporal port + 1000.",
    )
    worker_port: int = Field(
        0,
        validation_alias="MUTASI_WORKER_PORT",
        description="Port of the worker's own `/livez`, `/readyz` and `/metrics`; 0: none (`mutasi up` picks one).",
    )
    database_url: str | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL 18 to use instead of the embedded one, as a login that may act as `mutasi_app`.",
    )
    database_owner_url: str | None = Field(
        None,
        validation_alias="DATABASE_OWNER_URL",
        description="The same database as the owner of the schema, for migrations and imports; default: DATABASE_URL.",
    )
    temporal_address: str | None = Field(
        None,
        validation_alias="TEMPORAL_ADDRESS",
        description="Temporal server to use instead of the embedded one; TLS as in `temporalio.envconfig`.",
    )
    temporal_namespace: str = Field(
        "default", validation_alias="TEMPORAL_NAMESPACE", description="Temporal namespace, one for each environment."
    )
    retention_days: int = Field(
        400,
        ge=90,
        validation_alias="MUTASI_RETENTION_DAYS",
        description="Days the engine keeps closed histories in a namespace that Mutasi sets up; never less than 90.",
    )
    archive_days: int = Field(
        7,
        ge=1,
        validation_alias="MUTASI_ARCHIVE_DAYS",
        description="Days after which the engine's history of a closed case must lie in the archive; later is drift.",
    )
    policy: Path | None = Field(
        None,
        validation_alias="MUTASI_POLICY",
        description="Policy file; default: `policies/demo.toml` in the demo, else `policies/mamuju-2026.toml`.",
    )
    smtp_url: str | None = Field(
        None,
        validation_alias="MUTASI_SMTP_URL",
        description="Mail server, `smtp://[user:password@]host:port` or `smtps://…`; default: the local mail sink.",
    )
    mail_from: str = Field(
        "mutasi@mutasi.example.test", validation_alias="MUTASI_MAIL_FROM", description="Sender of notices."
    )
    token_key: SecretStr | None = Field(
        None,
        validation_alias="MUTASI_TOKEN_KEY",
        description="Ed25519 key (PEM) that signs cursors and demo tokens; default: made in `MUTASI_HOME/keys`, "
        "not in production.",
    )
    token_hours: int = Field(
        12, ge=1, le=24 * 30, validation_alias="MUTASI_TOKEN_HOURS", description="Life of a demo token in hours."
    )
    identity_keys: SecretStr | None = Field(
        None,
        validation_alias="MUTASI_IDENTITY_KEYS",
        description="`id:base64,…`, newest first: AES-256 keys of second factors; default: as the token key.",
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#@]+$",
        validation_alias="MUTASI_PUBLIC_URL",
        description="Address under which browsers reach the API, such as `https://mutasi.example`: requests with a "
        "cookie must come from there, and the OpenID provider sends people back there.",
    )
    trusted_proxies: str = Field(
        "",
        validation_alias="MUTASI_TRUSTED_PROXIES",
        description="Addresses or networks, comma-separated, whose `X-Forwarded-For` is believed; none: nobody's.",
    )
    request_rate: float = Field(
        20,
        ge=0,
        validation_alias="MUTASI_REQUEST_RATE",
        description="Requests a second that one caller may make in each API process, ten seconds' worth at once, "
        "and ten times that from one address; 0: no limit.",
    )
    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://[^?#]+$",
        validation_alias="MUTASI_OIDC_ISSUER",
        description="Issuer of the OpenID provider people may sign in with; default: local accounts only.",
    )
    oidc_client_id: str | None = Field(
        None, validation_alias="MUTASI_OIDC_CLIENT_ID", description="Our client id at that provider."
    )
    oidc_client_secret: SecretStr | None = Field(
        None, validation_alias="MUTASI_OIDC_CLIENT_SECRET", description="Our client secret there."
    )
    oidc_claim: str = Field(
        "nip",
        validation_alias="MUTASI_OIDC_CLAIM",
        description="Claim of the ID token, or of the user information, that says who somebody is.",
    )
    oidc_match: Literal["nip", "account"] = Field(
        "nip",
        validation_alias="MUTASI_OIDC_MATCH",
        description="What that claim holds: a `nip` of the register, or the name of an `account`.",
    )
    oidc_scopes: str = Field(
        "openid profile", validation_alias="MUTASI_OIDC_SCOPES", description="Scopes asked for at the provider."
    )
    payload_keys: SecretStr | None = Field(
        None,
        validation_alias="MUTASI_PAYLOAD_KEYS",
        description="`id:base64,…`, newest first: AES-256 keys of the engine's payloads; default: as the token key.",
    )
    document_keys: SecretStr | None = Field(
        None,
        validation_alias="MUTASI_DOCUMENT_KEYS",
        description="`id:base64,…`, newest first: AES-256 keys of the documents' contents; default: as the token key.",
    )
    proof_keys: SecretStr | None = Field(
        None,
        validation_alias="MUTASI_PROOF_KEYS",
        description="`id:base64,…`, newest first: Ed25519 keys of the transparency log; default: as the token key.",
    )
    proof_origin: str = Field(
        "mutasi.example.test/log",
        pattern=r"^[^\s+]+$",
        validation_alias="MUTASI_PROOF_ORIGIN",
        description="Name of the transparency log, a URL without its scheme. Never change it.",
    )
    proof_drop: Annotated[Path | None, _EMPTY] = Field(
        None,
        validation_alias="MUTASI_PROOF_DROP",
        description="Directory on another machine that checkpoints are written to, and compared with at each start.",
    )
    proof_mail: Annotated[str | None, _EMPTY] = Field(
        None, validation_alias="MUTASI_PROOF_MAIL", description="Address that a checkpoint is mailed to once a day."
    )
    proof_webhook: Annotated[str | None, _EMPTY] = Field(
        None, validation_alias="MUTASI_PROOF_WEBHOOK", description="URL that checkpoints are posted to."
    )
    proof_witnesses: Annotated[str | None, _EMPTY] = Field(
        None,
        validation_alias="MUTASI_PROOF_WITNESSES",
        description="`URL KEY,…`: witnesses to cosign checkpoints, each with the key that `mutasi witness` shows.",
    )
    payload_encryption: bool = Field(
        True,
        validation_alias="MUTASI_PAYLOAD_ENCRYPTION",
        description="`false` lets the engine's pages show payloads; refused in production.",
    )
    log_format: Literal["json", "console"] = Field(
        "json", validation_alias="MUTASI_LOG_FORMAT", description="Form of the log lines."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", validation_alias="MUTASI_LOG_LEVEL", description="Least level that is logged."
    )

    @field_validator("demo")
    @classmethod
    def _no_demo_in_production(cls, demo: bool, known: ValidationInfo) -> bool:
        """Looked at only when it is set: left alone, production is simply not the demo."""
        if demo and known.data.get("env") == "production":
            raise ValueError("the demo refuses to run with MUTASI_ENV=production: anybody could be anybody")
        return demo

    @field_validator("public_url", "oidc_issuer", "oidc_client_id", "oidc_client_secret", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        """The compose file names every variable; one left empty is not set."""
        return value or None

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _encrypted_in_production(cls, url: str | None, known: ValidationInfo) -> str | None:
        if url and not url.startswith("https://") and known.data.get("env") == "production":
            raise ValueError("production needs https")
        return url

    @property
    def ui_port(self) -> int:
        return self.temporal_ui_port or self.temporal_port + 1000

    @property
    def demonstrating(self) -> bool:
        """Whether this is the demo. Production never is."""
        return self.demo and self.env != "production"

    @property
    def policy_file(self) -> Path:
        return self.policy or _ROOT / "policies" / ("demo.toml" if self.demonstrating else "mamuju-2026.toml")

    @property
    def instance_file(self) -> Path:
        """Where `mutasi up` leaves the addresses of the servers it started."""
        return self.home / "instance.json"

    def with_instance(self) -> "Settings":
        """These settings, with the addresses of a running `mutasi up` where the environment names none.

        Production takes nothing from a demonstration that was run in the same place.
        """
        if self.env == "production" or not self.instance_file.exists():
            return self
        left: dict[str, Any] = json.loads(self.instance_file.read_text())
        given = set(self.model_fields_set)
        if "database_url" in given:  # the owner of one database is not to migrate another
            given.add("database_owner_url")
        return self.model_copy(update={name: value for name, value in left.items() if name not in given})


class MissingSetting(Exception):
    """A command needs what neither the environment nor a running `mutasi up` gives. Says what to do."""

    def __init__(self, variable: str, otherwise: str = "start `mutasi up`, or set it") -> None:
        super().__init__(f"{variable} is not set: {otherwise}")
        self.variable = variable


def required(value: str | None, variable: str) -> str:
    if not value:
        raise MissingSetting(variable)
    return value
