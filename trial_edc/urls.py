"""Addresses: each room's own, and the few that belong to no room."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from trial_edc import pages

# The prefix of each room that has pages.
ROOMS = {
    "record.accounts": "accounts/",
    "record.review": "review/",
    "record.capture": "checks/",
    "record.notices": "messages/",
    "record.backup": "backups/",
    "record.lock": "lock/",
    "enrollment": "enrollment/",
    "randomization": "randomization/",
    "visits": "visits/",
    "safety": "safety/",
    "imports": "imports/",
    "monitoring": "dashboard/",
    "exports": "exports/",
    "entry": "",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", pages.healthz, name="healthz"),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    *(path(prefix, include(f"{room}.urls")) for room, prefix in ROOMS.items()),
]
if settings.DEMO or settings.DEBUG:
    urlpatterns += [path("gallery/", pages.gallery, name="gallery")]

handler403 = pages.forbidden
