"""Context of every page: the bar, the foot, the limits of the session."""

import base64
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest
from django.urls import (
    NoReverseMatch,
    Resolver404,
    get_urlconf,
    resolve,
    reverse,
)
from django.utils.crypto import salted_hmac
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from trial_edc import __version__, clock, dates
from trial_edc.protocol import PROTOCOL

THEME_COOKIE = "theme"
# The bar, in its order; a page that does not exist or that the role may not open is
# left out.
DAILY = (
    (_("My work"), "entry:my_work"),
    (_("Participants"), "entry:matrix"),
    (_("Visits"), "visits:calendar"),
    (_("Screening"), "enrollment:screening_log"),
    (_("Review"), "review:queries"),
    (_("Safety"), "safety:reports"),
    (_("Product"), "randomization:preparations"),
    (_("Lists"), "randomization:allocation_lists"),
    (_("Dashboard"), "monitoring:dashboard"),
    (_("Exports"), "exports:exports"),
    (_("Unblinded exports"), "exports:unblinded"),
)
# Opened now and then: in the bar while there is room for them, else in a menu.
OCCASIONAL = (
    (_("Messages"), "notices:outbox"),
    (_("Laboratory files"), "imports:files"),
    (_("Study"), "randomization:study"),
    (_("Audit trail"), "monitoring:trail:entries"),
    (_("Monitoring visits"), "monitoring:visits:visits"),
    (_("Go-live"), "randomization:go_live"),
    (_("Lock"), "lock:database"),
    (_("Accounts"), "accounts:users"),
    (_("Backups"), "backup:backups"),
)
ROOM = 8  # pages side by side on a small laptop
# Rooms with several pages in the bar: each page is a section of its own.
MANY_SECTIONS = ("entry", "randomization")
FINDER = "entry:find"


class Staff(Protocol):
    """A signed-in person, as far as the frame of a page needs to know."""

    def may(self, permission: Any, /) -> bool: ...


def site(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    return {
        "trial": PROTOCOL.registry,
        "protocol_version": PROTOCOL.version,
        "software_version": __version__,
        "is_demo": settings.DEMO,
        "site_now": _site_now,
        "site_zone": _site_zone,
        "theme": request.COOKIES.get(THEME_COOKIE, ""),
        "idle_seconds": 60 * settings.IDLE_LIMIT_MINUTES,
        "warning_seconds": 60 * settings.IDLE_WARNING_MINUTES,
        "languages": settings.LANGUAGES,
        "typing_key": SimpleLazyObject(lambda: _typing_key(user)),
        "bar": SimpleLazyObject(lambda: _bar(request, user)),
        "finder": SimpleLazyObject(lambda: _finder(user)),
    }


def _typing_key(user: Any) -> str:
    """The key that seals in the browser what this person typed and nobody stored yet.

    The next person at the computer has another key, and can neither read nor send it.
    """
    digest = salted_hmac("typing", str(user.pk), algorithm="sha256")
    return base64.b64encode(digest.digest()).decode()


def page_for(user: Staff, url_name: str, *parts: object) -> str | None:
    address, is_open_to = _page(url_name, parts, get_urlconf())
    return address if is_open_to is None or is_open_to(user) else None


@lru_cache(maxsize=1024)
def _page(
    url_name: str, parts: tuple[object, ...], urlconf: str | None
) -> tuple[str | None, Callable[[Staff], bool] | None]:
    """The address, and who may open it: set by `record.accounts.access.permitted`.

    Without that everybody may open the page.
    """
    try:
        address = reverse(url_name, urlconf, args=parts)
    except NoReverseMatch:
        return None, None
    return address, getattr(resolve(address, urlconf).func, "is_open_to", None)


def _site_now() -> str:
    """Site time as if it were UTC, for the script."""
    return f"{clock.now().astimezone(dates.SITE_TZ):%Y-%m-%dT%H:%M:%S}Z"


def _site_zone() -> str:
    offset = f"{clock.now().astimezone(dates.SITE_TZ):%z}"
    return f"{dates.SITE_TZ.key} (UTC{offset})"


def _bar(request: HttpRequest, user: Any) -> dict[str, list[dict[str, Any]]]:
    if user is None or not user.is_authenticated:
        return {"pages": [], "menu": []}
    current = _section(request.path)
    daily, occasional = (
        [
            {"label": label, "url": url, "here": _section(url) == current}
            for label, name in named
            if (url := page_for(user, name))
        ]
        for named in (DAILY, OCCASIONAL)
    )
    if len(daily) + len(occasional) <= ROOM:
        return {"pages": daily + occasional, "menu": []}
    return {"pages": daily, "menu": occasional}


def _finder(user: Any) -> str:
    if user is None or not user.is_authenticated:
        return ""
    return page_for(user, FINDER) or ""


def _section(path: str) -> str:
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    alone = not match.namespace or match.namespace in MANY_SECTIONS
    return match.view_name if alone else match.namespace
