"""Addresses and claims of the provider in `openid_provider.py`; imported in its process alone."""

from django.contrib.auth.views import LoginView
from django.urls import include, path
from oauth2_provider.oauth2_validators import OAuth2Validator

urlpatterns = [
    path("accounts/login/", LoginView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]


class Validator(OAuth2Validator):  # type: ignore[misc]
    """Tells the number of a person, if it has one, to whoever asked for the profile."""

    oidc_claim_scope = OAuth2Validator.oidc_claim_scope | {"nip": "profile"}

    def get_additional_claims(self, request):  # type: ignore[no-untyped-def]
        return {"nip": request.user.last_name} if request.user.last_name else {}
