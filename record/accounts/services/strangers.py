"""Who tries to come in: a browser that is known, a name that may be nobody's."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from record.accounts.models import User
from record.audit.vault import Purpose, keyed_hash
from trial_edc import chance
from trial_edc.requirements import implements

BROWSER_COOKIE = "known_browser"
YEAR_SECONDS = 365 * 24 * 60 * 60
DIGEST_LENGTH = 40  # hexadecimal digits


def known_as(request: HttpRequest) -> str:
    """The mark of a browser in which somebody signed in before; "" for a stranger's."""
    mark = request.get_signed_cookie(
        BROWSER_COOKIE, default="", salt=BROWSER_COOKIE, max_age=YEAR_SECONDS
    )
    return f"browser {mark}" if mark else ""


def remember_browser(request: HttpRequest, response: HttpResponseBase) -> None:
    """Let later tries of this browser be counted apart from those of strangers."""
    mark = known_as(request).removeprefix("browser ") or chance.token()
    response.set_signed_cookie(
        BROWSER_COOKIE,
        mark,
        salt=BROWSER_COOKIE,
        max_age=YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def name_digest(name: str) -> str:
    """What stands for a typed name, which may be a password, where tries count."""
    return keyed_hash(Purpose.SECOND_FACTOR, f"name:{name}")[:DIGEST_LENGTH]


@implements("ACC-12")
def lockout_name(_request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """The name under which failures are counted; of nobody's name the digest."""
    name = str((credentials or {}).get("username") or "")
    digest = f"unknown {name_digest(name)}"
    return name if User.objects.filter(username=name).exists() else digest


@implements("ACC-13")
def one_try_at_a_time(name: str) -> None:
    """Let tries at one name follow each other until the end of the transaction.

    Else as many as come at once are compared before the first failure counts.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
