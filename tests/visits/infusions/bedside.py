"""Actions at the bedside as the page sends them, and what the record then holds."""

import uuid
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from trial_edc import clock, dates
from visits.infusions.page.bedside import infusion_at

REFUSED = 422
SIGNS = {
    "temperature_c": "36.8",
    "heart_rate": "84",
    "respiratory_rate": "16",
    "spo2_pct": "97",
    "systolic_bp": "120",
    "diastolic_bp": "70",
}


def page(someone: Participant, visit: str = "D0") -> str:
    return reverse("visits:bedside", args=[someone.number, visit])


def send(
    tablet: Client, someone: Participant, act: str, visit: str = "D0", **typed: Any
):
    """Send an action as the page does, with a new key unless `typed` has one."""
    based_on = 0 if "point" in typed else infusion_at(someone, visit).revision("INF")
    typed = {"key": uuid.uuid4(), "based_on": based_on, **typed}
    address = reverse("visits:act", args=[someone.number, visit, act])
    return tablet.post(address, typed)


def minutes_ago(minutes: int) -> str:
    at = clock.now() - timedelta(minutes=minutes)
    return at.astimezone(dates.SITE_TZ).strftime("%Y-%m-%dT%H:%M")


def page_text(tablet: Client, someone: Participant, visit: str = "D0") -> str:
    return tablet.get(page(someone, visit)).content.decode()


def record(someone: Participant, visit: str = "D0") -> dict[str, Any]:
    return dict(casebook_of(someone).one("INF", visit).values)


def rows(someone: Participant, code: str) -> list[dict[str, Any]]:
    return [dict(row.values) for row in casebook_of(someone).rows(code)]


def reaction(**typed: Any) -> dict[str, Any]:
    return {
        "term": "Chills",
        "onset": minutes_ago(40),
        "grade": "2",
        "serious": "N",
        "action_infusion": "slowed",
        "outcome": "recovering",
        **typed,
    }
