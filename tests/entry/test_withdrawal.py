"""A withdrawal, from the head of the casebook to what it leaves to be done."""

import pytest
from django.test import Client
from django.urls import reverse

from record.casebook.models import FormInstance
from tests.outcomes import course
from tests.people import person
from visits.schedule.selectors import schedule

VISITS = ("D7", "D28", "M3")


def not_required(participant) -> set[str]:
    visits = schedule(participant).visits
    return {v.code.value for v in visits if v.status == "not_required"} & set(VISITS)


@pytest.mark.verifies("WIN-05")
@pytest.mark.parametrize(
    ("kind", "words", "closed"),
    [
        ("infusion_only", "infusion", set()),
        ("visits_lookup_allowed", "look-up", {"D7"}),
        ("everything", "verything", {"D7", "D28", "M3"}),
    ],
)
def test_each_kind_is_entered_from_the_casebook_and_stands_in_its_head(
    db, kind, words, closed
):
    participant, client = course.randomized(infused=2), Client()
    client.force_login(person("CO"))
    casebook = reverse("entry:casebook", args=[participant.number])
    log = reverse("entry:log", args=[participant.number, "WDR"])
    before = not_required(participant)
    linked = f'class="chip" href="{log}"' in client.get(casebook).text

    form = reverse("entry:add_row", args=[participant.number, "WDR"])
    typed = {
        "kind": kind,
        "on": course.day(0).isoformat(),
        "by": "participant",
        "reason": "not_stated",
        "based_on": "0",
        "save_as": "complete",
    }
    preview = client.post(form, typed)
    unchanged = not_required(participant)
    saved = client.post(form, {**typed, "confirmed": "yes"})
    head = client.get(casebook).text.partition("</header>")[2].partition("</header>")[0]

    assert (linked, before, unchanged) == (True, set(), set())
    assert (preview.status_code, saved.status_code) == (422, 302)
    assert ("stop at once" in preview.text) == (kind != "infusion_only")
    assert ("none dated after" in preview.text) == (kind == "everything")
    assert not_required(participant) == closed
    assert f'href="{log}"' in head
    assert words in head
    request = FormInstance.objects.filter(
        participant=participant, code="IRQ", visit="D7"
    )
    assert not request.exclude(due_on=None).exists()


def test_who_enters_no_forms_is_offered_no_withdrawal(db):
    participant, client = course.randomized(infused=2), Client()
    client.force_login(person("MO"))

    page = client.get(reverse("entry:casebook", args=[participant.number])).text

    assert "Withdrawal</a>" not in page.partition("<h2>")[0]
