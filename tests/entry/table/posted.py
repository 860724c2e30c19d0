"""Rows of a table as its page posts them, and what the record then holds."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, row_of
from record.casebook.values import MissingCode
from tests.conftest import PINNED_AT
from trial_edc.dates import site_date

DAY = site_date(PINNED_AT) - timedelta(days=2)
FORBIDDEN = 403


def address(someone: Participant, code: str = "URI") -> str:
    return reverse("entry:log", args=[someone.number, code])


def collection(hour: int, **other: object) -> dict[str, object]:
    times = {"start_at": f"{DAY} {hour:02}:00", "end_at": f"{DAY} {hour + 1:02}:00"}
    return {**times, "volume_ml": "60", "catheter": "Y", **other}


def put(key: str, values: Mapping[str, object], **more: object) -> dict[str, Any]:
    return {f"{key}-{name}": value for name, value in {**values, **more}.items()}


def new(number: int, hour: int, **other: object) -> dict[str, Any]:
    return put(f"n{number}", collection(hour, **other), complete="yes")


def stored_row(form: FormInstance, **changes: object) -> dict[str, Any]:
    """A row of the record as the page posts it, with changes."""
    form.refresh_from_db()
    return put(f"r{form.pk}", {"based_on": form.revision, **changes})


def stored_rows(someone: Participant, code: str = "URI") -> list[tuple[object, ...]]:
    """Occurrence, status, volume and whether it is struck out, of each row."""
    forms = FormInstance.objects.filter(participant=someone, code=code)
    return [
        (f.occurrence, f.status, value(f, "volume_ml"), f.struck_at is not None)
        for f in forms.order_by("occurrence")
    ]


def value(form: FormInstance, item: str) -> object:
    value = data_of(form, row_of(form)).values[item]
    return value if value is None or isinstance(value, MissingCode) else str(value)


def rows_of(someone: Participant, code: str = "URI") -> list[FormInstance]:
    return list(
        FormInstance.objects.filter(participant=someone, code=code).order_by("pk")
    )


def three(someone: Participant, client: Client) -> list[FormInstance]:
    """Three complete collections, entered through the page."""
    answer = client.post(address(someone), new(1, 1) | new(2, 2) | new(3, 3))
    assert answer.status_code == 302, answer.content.decode()
    return rows_of(someone)
