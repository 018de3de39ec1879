"""The settings of a marketplace's duties."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from serving.cases.decision_policy import DecisionPolicy, Scope
from serving.transparency.report.annual import Provider
from vision.config.read import setting
from vision.errors import ConfigError

TOKEN_VARIABLE: Final = "TOUCHSTONE_STATEMENTS_TOKEN"
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TransparencySettings:
    """What the marketplace is called, on what its decisions rely, and where its statements of reasons go."""

    provider: str = setting("", help="Name of the provider in reports, as the law asks for it.")
    service: str = setting("", help="Name of the service in reports, such as that of the marketplace.")
    scope: Scope = setting(
        "EU",
        help="Where decisions apply: `country`, that of the case alone; `EU`; or `EEA`, with Iceland, Liechtenstein "
        "and Norway.",
    )
    terms: str = setting(
        "",
        help="Clause of the terms and conditions on which decisions rely, at most 500 characters; empty: on the law "
        "alone.",
    )
    terms_url: str = setting("", help="Where the terms and conditions are published; may be empty.")
    complaints_url: str = setting(
        "",
        help="Where a complaint against a decision is made beside this server: letters to both sides name it, with the "
        "seller's link or the notifier's case; may be empty.",
    )
    statements_url: str = setting(
        "",
        help="Where statements of reasons are sent: the https address of the DSA transparency database that takes "
        "several, which ends in /statements. Empty: nothing is sent, and they are exported instead. The token of the "
        f"account is {TOKEN_VARIABLE} in the environment.",
    )
    poll_s: float = setting(60.0, help="Seconds between two looks for statements to make and send, 0.02 to 3600.")
    timeout_s: float = setting(30.0, help="Maximum seconds of one call of the database, 0.1 to 300.")

    def __post_init__(self) -> None:
        for key, low, high in (("poll_s", 0.02, 3600), ("timeout_s", 0.1, 300)):
            if not low <= getattr(self, key) <= high:
                raise ConfigError(f"transparency.{key}: must be {low} to {high}, got {getattr(self, key)}")
        if len(self.terms) > 500:
            raise ConfigError(f"transparency.terms: at most 500 characters, got {len(self.terms)}")
        for key in ("terms_url", "complaints_url"):
            if getattr(self, key) and urlsplit(getattr(self, key)).scheme not in ("http", "https"):
                raise ConfigError(f"transparency.{key}: must begin with https://, got {getattr(self, key)!r}")
        self._require_sendable()

    def _require_sendable(self) -> None:
        url = urlsplit(self.statements_url)
        is_safe = url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOOPBACK)
        if self.statements_url and not (is_safe and url.hostname):
            raise ConfigError(
                f"transparency.statements_url: must begin with https://, got {self.statements_url!r}; the token would "
                "be sent in the clear"
            )

    @property
    def policy(self) -> DecisionPolicy:
        """What holds for all decisions."""
        return DecisionPolicy(
            scope=self.scope, terms=self.terms, terms_url=self.terms_url, complaints_url=self.complaints_url
        )

    @property
    def by_country(self) -> bool:
        """Whether a decision applies in the country of its case alone."""
        return self.scope == "country"

    @property
    def reporter(self) -> Provider:
        """Who reports."""
        return Provider(name=self.provider, service=self.service, by_terms=bool(self.terms))


def token_of(settings: TransparencySettings, environment: Mapping[str, str] = os.environ) -> str:
    """Give the token of the database; raises ConfigError where statements are to be sent and there is none."""
    token = environment.get(TOKEN_VARIABLE, "").strip()
    if settings.statements_url and not token:
        raise ConfigError(
            f"transparency.statements_url: statements are to be sent, and {TOKEN_VARIABLE} is not set; set it to the "
            "token of your account, or leave statements_url empty"
        )
    return token
