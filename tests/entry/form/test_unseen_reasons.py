"""A reason in which nothing can be seen is none, wherever one is asked for."""

import pytest
from django.urls import reverse

from record.audit.attribution import Reason
from record.capture.problems import ReasonNeeded, SaveRefused
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.review import services as review
from record.review.models import Query
from record.review.problems import ReviewRefused
from tests.entry.form.pages import complete, send, signed_in, value_of
from tests.people import person
from tests.visits import stage
from trial_edc.typed_text import LONGEST_REASON

pytestmark = pytest.mark.django_db
UNSEEN = ["\u200b", "\u00a0\u3000", "\u3164", "\u202e\u00ad"]
UNFIT = ["a\x07", "a\ufffd", "x" * (2 * LONGEST_REASON + 1)]
WHY = {"weight_kg__reason": "transcription"}


@pytest.mark.parametrize("text", UNSEEN)
def test_a_change_of_a_form_needs_words(form, text):
    client = signed_in("CO")
    complete(client, form, weight_kg="70")

    answer = send(client, form, weight_kg="71", weight_kg__reason_text=text, **WHY)

    assert answer.status_code == 422
    assert str(value_of(form, "weight_kg")) == "70.0"


@pytest.mark.parametrize("text", UNFIT)
def test_a_reason_that_cannot_be_kept_is_refused_beside_its_item(form, text):
    client = signed_in("CO")
    complete(client, form, weight_kg="70")

    answer = send(client, form, weight_kg="71", weight_kg__reason_text=text, **WHY)

    assert answer.status_code == 422
    assert str(value_of(form, "weight_kg")) == "70.0"


@pytest.mark.parametrize("text", UNSEEN)
def test_an_explanation_needs_words(form, text):
    client = signed_in("CO")
    odd = {"taken_at": "2026-01-01 10:00", "creatinine": "2000", "interrupted": "N"}
    said = {"explain:ZZA.creatinine.soft": text}

    answer = send(client, form, **odd, **said, save_as="complete")

    assert answer.status_code == 422
    assert not Query.objects.exists()


@pytest.mark.parametrize("text", [*UNSEEN, *UNFIT])
@pytest.mark.parametrize("act", ["strike", "freeze", "query"])
def test_an_act_on_a_row_needs_words(act, text):
    row = stage.enter(stage.randomized(), "STY", {"kind": "icu"})
    client = signed_in("DM")
    posts = {
        "strike": ("entry:strike", {"code": "other", "act": "strike"}),
        "freeze": ("entry:close", {"action": "freeze"}),
        "query": ("entry:panel", {"action": "raise"}),
    }
    name, fields = posts[act]
    place = [row.pk, "kind"] if act == "query" else [row.pk]
    whose = signed_in("CO") if act == "strike" else client

    whose.post(reverse(name, args=place), fields | {"text": text})

    row = FormInstance.objects.get(pk=row.pk)
    assert (row.struck_at, row.frozen_at, Query.objects.count()) == (None, None, 0)


@pytest.mark.parametrize("text", UNSEEN)
def test_no_service_takes_a_reason_that_cannot_be_seen(form, text):
    user, manager = person("CO"), person("DM")
    values = {"taken_at": "2026-01-01 10:00", "creatinine": "80", "interrupted": "N"}
    save(form, values, by=user, complete=True)
    reasons = {"creatinine": Reason("wrong", text)}

    with pytest.raises(ReasonNeeded):
        save(form, {"creatinine": "81"}, by=user, reasons=reasons)
    with pytest.raises(ReviewRefused):
        review.freeze(form, by=manager, reason=Reason("closing", text))
    with pytest.raises(ReviewRefused):
        review.raise_query(form, "creatinine", text, by=manager)


def test_no_service_takes_a_reason_that_cannot_be_kept(form):
    user, manager = person("CO"), person("DM")
    values = {"taken_at": "2026-01-01 10:00", "creatinine": "80", "interrupted": "N"}
    save(form, values, by=user, complete=True)

    for text in UNFIT:
        reasons = {"creatinine": Reason("wrong", text)}
        with pytest.raises(SaveRefused):
            save(form, {"creatinine": "81"}, by=user, reasons=reasons)
        with pytest.raises(ReviewRefused):
            review.freeze(form, by=manager, reason=Reason("closing", text))
