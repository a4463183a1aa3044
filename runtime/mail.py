"""Where mail goes: the server of MUTASI_SMTP_URL, or the local sink that `mutasi up` runs and `mutasi mail` shows."""

from urllib.parse import unquote, urlsplit

from activities.notices import Smtp
from runtime.settings import Settings, required


def postman(settings: Settings) -> Smtp:
    """The mail server of the settings. Raises `ValueError` for a URL that is none."""
    parts = urlsplit(required(settings.smtp_url, "MUTASI_SMTP_URL"))
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("MUTASI_SMTP_URL looks like smtp://[user:password@]host:port, or smtps://…")
    return Smtp(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 25),
        sender=settings.mail_from,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=parts.scheme == "smtps",
    )
