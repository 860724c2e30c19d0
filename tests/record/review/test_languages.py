"""What an edit check says is read in the language of the reader, whoever clicked."""

import json

import pytest
from django.utils.translation import override

from record.audit.attribution import Process, Reason, Source
from record.capture.services.forms import save
from record.review.models import QueryStep
from tests.sample_room.people import A_SAMPLE, person, sample

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "zh-hans")
WHY = Reason("error", "typed wrong")


def thread(form) -> list[str]:
    steps = QueryStep.objects.filter(form=form).select_related("form").order_by("pk")
    return [step.text for step in steps]


def raised_closed_and_reopened(language: str):
    """Let a check fire, pass and fire again, by clicks in a language."""
    form = sample()
    laboratory = Process("laboratory")
    with override(language):
        for weight in ("130", "70", "135"):
            save(
                form,
                A_SAMPLE | {"weight_kg": weight},
                by=laboratory,
                via=Source.TASK,
                complete=True,
                reasons={"weight_kg": WHY},
            )
    return form


@pytest.mark.parametrize("clicked_in", LANGUAGES)
def test_a_query_of_a_check_is_written_for_its_reader(clicked_in):
    form = raised_closed_and_reopened(clicked_in)

    with override("en"):
        in_english = thread(form)
    with override("zh-hans"):
        in_chinese = thread(form)

    assert in_english == [
        "130 is unusual (expected 40 to 120 kg).",
        "The check passes now.",
        "The check fires again.",
    ]
    assert len(in_chinese) == 3
    assert not set(in_english) & set(in_chinese)
    assert "130" in in_chinese[0]
    assert "40" in in_chinese[0]


def test_what_was_stored_in_words_before_stays_as_it_is():
    form = raised_closed_and_reopened("en")
    step = QueryStep.objects.filter(form=form).earliest("pk")
    step.stored_text, step.is_coded = "130 is unusual.", False

    with override("zh-hans"):
        assert step.text == "130 is unusual."


def test_words_of_people_are_never_translated():
    form = save(
        sample(),
        A_SAMPLE | {"weight_kg": "130"},
        by=person(),
        complete=True,
        explanations={"ZZA.weight_kg.soft": "The check passes now."},
    ).form

    with override("zh-hans"):
        assert thread(form)[1] == "The check passes now."


def test_the_parameters_are_stored_and_not_the_words():
    form = raised_closed_and_reopened("zh-hans")

    stored = json.loads(QueryStep.objects.filter(form=form).earliest("pk").stored_text)

    assert (
        stored["message"]
        == "%(value)s is unusual (expected %(low)s to %(high)s %(unit)s)."
    )
    assert stored["details"]["value"] == "130"
