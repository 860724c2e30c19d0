"""The form page as people post it, and what it then says."""

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from record.casebook.models import FormInstance
from record.casebook.selectors import data_of, row_of
from tests.people import person
from trial_edc import clock

UNPROCESSABLE, CONFLICT, FORBIDDEN, NOT_FOUND = 422, 409, 403, 404


def posted(form: FormInstance, **values: object) -> dict[str, object]:
    """With these controls filled in."""
    return {
        "based_on": form.revision,
        "save_as": "draft",
        "places__shown": "1",
        "pauses__rows": "0",
        "creatinine__unit": "umol/L",
        **values,
    }


def send(client: Client, form: FormInstance, **values: object):
    return client.post(reverse("entry:form", args=[form.pk]), posted(form, **values))


def value_of(form: FormInstance, item: str) -> object:
    form = FormInstance.objects.get(pk=form.pk)
    return data_of(form, row_of(form)).values[item]


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def complete(client: Client, form: FormInstance, **values: object) -> None:
    taken_at = f"{clock.now() - timedelta(days=1):%Y-%m-%d %H:%M}"
    answer = send(
        client,
        form,
        taken_at=taken_at,
        creatinine="80",
        interrupted="N",
        save_as="complete",
        **values,
    )
    assert answer.status_code == 302, answer.content.decode()
    form.refresh_from_db()


def text_of(page) -> str:
    """Without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))
