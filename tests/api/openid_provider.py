"""An OpenID provider in a process of its own: Django with django-oauth-toolkit, which we did not write.

`python -m tests.api.openid_provider PORT DIRECTORY REDIRECT_URI` serves until it is stopped. Its people are those of
`PEOPLE`; the claim `nip` says who somebody is. Only settings are ours.
"""

import os
import sys
from pathlib import Path

CLIENT_ID, CLIENT_SECRET = "mutasi", "rahasia klien untuk pengujian"
PASSWORD = "sandi di penyedia identitas"
KNOWN, UNKNOWN, CLAIMLESS = "arifuddin", "orang.luar", "tanpa.nip"
LOGIN = '<form method="post">{% csrf_token %}{{ form.as_p }}</form>'


def serve(port: int, directory: Path, redirect_uri: str, nip: str) -> None:
    """Prepare the provider's own database and serve on the loopback address."""
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    import django
    import uvicorn
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    settings.configure(
        SECRET_KEY="of the provider in the tests",
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": directory / "provider.sqlite"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [
                ("django.template.loaders.locmem.Loader", {"registration/login.html": LOGIN}),
                "django.template.loaders.app_directories.Loader",
            ]},
        }],
        ROOT_URLCONF="tests.api.openid_provider_urls",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": f"http://127.0.0.1:{port}/o",
            "OIDC_RSA_PRIVATE_KEY": pem.decode(),
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
            "OAUTH2_VALIDATOR_CLASS": "tests.api.openid_provider_urls.Validator",
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "who one is", "profile": "more about it"},
        },
    )  # fmt: skip
    django.setup()
    _fill(redirect_uri, nip)
    from django.core.asgi import get_asgi_application

    uvicorn.run(get_asgi_application(), port=port, log_level="warning", lifespan="off")


def _fill(redirect_uri: str, nip: str) -> None:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    for name, number in ((KNOWN, nip), (UNKNOWN, "199901012020011999"), (CLAIMLESS, "")):
        get_user_model().objects.create_user(name, password=PASSWORD, last_name=number)
    application = get_application_model()
    application.objects.create(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, client_type=application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=application.GRANT_AUTHORIZATION_CODE, redirect_uris=redirect_uri,
        post_logout_redirect_uris="https://house/", algorithm=application.RS256_ALGORITHM, skip_authorization=True,
    )  # fmt: skip


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
