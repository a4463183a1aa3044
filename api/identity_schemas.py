"""What is asked and answered where one signs in and looks after one's account. Secrets stay out of every `repr`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import PydanticKnownError

from api.schemas import Instant


def _text(secret: SecretStr) -> SecretStr:
    """Half a surrogate pair is no text: nothing could be hashed."""
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise PydanticKnownError("string_unicode") from None
    return secret


Secret = Annotated[SecretStr, Field(min_length=1, max_length=1024), AfterValidator(_text)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignInIn(_In):
    name: str = Field(min_length=1, max_length=100, description="Name of the account.")
    password: Secret
    code: Secret | None = Field(None, description="Of the authenticator app, or a recovery code.")


class EnrolmentIn(_In):
    name: str = Field(min_length=1, max_length=100)
    code: Secret = Field(description="The one-time code that the operator gave.")
    password: Secret = Field(description="The password one wants: at least 15 characters, in whatever script.")


class RefreshIn(_In):
    refresh_token: Secret


class PasswordIn(_In):
    present: Secret
    wanted: Secret


class ProofIn(_In):
    password: Secret = Field(description="The present password, once more.")


class CodeIn(_In):
    code: Secret = Field(description="Six digits of the authenticator app.")


class RemovalIn(_In):
    password: Secret
    code: Secret


class SignedInOut(BaseModel):
    """A session has begun; its cookie came with the answer."""

    session: str
    authn: str = Field(examples=["password", "password+totp"])
    expires_at: Instant


class SignedOutOut(BaseModel):
    """The session is over here; `provider_sign_out` is where a browser goes to be signed out there too."""

    provider_sign_out: str | None = None


class TokensOut(BaseModel):
    """An access token for `Authorization: Bearer`, and the refresh token that gets the next pair, once."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds the access token is good for.")
    refresh_token: str
    session: str
    session_expires_at: Instant


class SessionOut(BaseModel):
    id: str
    kind: Literal["page", "api"]
    authn: str
    client: str
    created_at: Instant
    used_at: Instant
    expires_at: Instant
    present: bool = Field(description="Whether it is the one that asks.")


class SessionsOut(BaseModel):
    """The caller's open sessions, newest first."""

    items: list[SessionOut]


class SecondFactorOut(BaseModel):
    """A shared secret for an authenticator app. It counts when one of its codes confirms it."""

    secret: str
    uri: str = Field(description="`otpauth://`, for a QR code that is drawn on the device of its owner.")


class RecoveryCodesOut(BaseModel):
    """Codes for the day the phone is lost, each good once; they are not shown again."""

    recovery_codes: list[str]
