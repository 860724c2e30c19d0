"""What was typed is shown again where it could not be stored, without script, too."""

import pytest
from django.urls import reverse

from record.audit.attribution import Reason, Source
from record.capture.services.form_status import strike_row
from record.casebook.models import FormInstance
from record.review.services import (
    answer_query,
    close_query,
    freeze,
    lock_form,
    raise_query,
)
from tests.entry.form.pages import (
    CONFLICT,
    UNPROCESSABLE,
    complete,
    send,
    signed_in,
)
from tests.people import STAGE, person

pytestmark = pytest.mark.django_db
WHY = Reason("other", "by mistake")
CLOSINGS = {
    "frozen": lambda form: freeze(form, by=person("MO"), reason=WHY),
    "locked": lambda form: lock_form(form, by=person("DM"), reason=WHY),
    "struck": lambda form: strike_row(form, by=STAGE, reason=WHY, via=Source.COMMAND),
}
TYPED = {
    "weight_kg": "71.5",
    "reason": "It stood still",
    "interrupted": "Y",
    "places": ["icu", "ward"],
    "creatinine__missing": "ND",
    "creatinine": "",
    "pauses__rows": "2",
    "pauses-0-why": "Alarm",
    "pauses-0-minutes": "5",
    "pauses-1-why": "",
    "explain:ZZA.weight_kg.soft": "She is small",
}
SHOWN = (
    *("Weight: 71.5", "Reason: It stood still", "Interrupted?: Yes"),
    *("Places: ICU, Ward", "Creatinine: ND", "Pauses: 5 · Alarm"),
    "She is small",
)


@pytest.mark.parametrize("closing", CLOSINGS)
def test_what_was_typed_into_a_form_that_closed_can_be_copied(form, closing):
    client = signed_in("CO")
    complete(client, form)
    CLOSINGS[closing](FormInstance.objects.get(pk=form.pk))

    answer = send(client, form, **TYPED)

    page = answer.content.decode()
    assert answer.status_code == CONFLICT
    assert [text for text in SHOWN if f"<li>{text}</li>" not in page] == []
    assert "Taken at: " not in page  # it is as it is stored


def test_the_reason_of_an_act_that_came_too_late_is_shown_again(form):
    client = signed_in("CO")
    complete(client, form)
    form.refresh_from_db()
    freeze(form, by=person("MO"), reason=WHY)
    url = reverse("entry:back_to_draft", args=[form.pk])

    page = client.post(url, {"text": "Entered twice."}, follow=True)

    assert "You typed: “Entered twice.”" in page.content.decode()


def test_an_answer_to_a_query_that_was_closed_is_shown_again(form):
    client, monitor = signed_in("CO"), person("MO")
    query = raise_query(form, "weight_kg", "Weight?", by=monitor)
    answer_query(query, "As stored.", by=person("CO", username="other"))
    close_query(query, "Thank you.", by=monitor)
    typed = {"action": "answer", "query": query.pk, "text": "It is 71.5."}

    panel = client.post(reverse("entry:panel", args=[form.pk, "weight_kg"]), typed)
    line = client.post(reverse("review:step", args=[query.pk]), typed, follow=True)

    assert panel.status_code == UNPROCESSABLE
    assert "It is 71.5." in panel.content.decode()
    assert "You typed: “It is 71.5.”" in line.content.decode()


def test_a_question_that_was_refused_is_shown_again(form):
    url = reverse("entry:panel", args=[form.pk, "weight_kg"])
    too_long = "x" * 5000

    page = signed_in("MO").post(url, {"action": "raise", "text": too_long})

    assert page.status_code == UNPROCESSABLE
    assert f">{too_long}</textarea>" in page.content.decode()
