"""A monitor goes through a list of forms, from each to the next, and back."""

import pytest
from django.test import Client
from django.urls import reverse

from record.audit.attribution import Source
from record.audit.models import Entry
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.casebook.values import MissingCode
from tests.outcomes import course
from tests.people import STAGE, person
from tests.shown import shown

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("QRY-06")]
ROUTINE = {"place": "outpatient", "laboratory": MissingCode.UNKNOWN}
LIST = "state=to_do&form=CRE"


@pytest.fixture
def samples() -> list[FormInstance]:
    """Three complete creatinine rows of two participants."""
    forms = []
    for number, days in ((1, (9, 8)), (2, (7,))):
        participant = course.participant(number)
        for day in days:
            values = {"sample_at": course.days_ago(day), "value": 90 + day, **ROUTINE}
            form = course.row(participant, "CRE", values)
            form = save(form, {}, by=STAGE, via=Source.COMMAND, complete=True).form
            forms.append(FormInstance.objects.get(pk=form.pk))
    return forms


@pytest.fixture
def monitor(client: Client) -> Client:
    client.force_login(person("MO"))
    return client


def states() -> list[str]:
    forms = FormInstance.objects.filter(code="CRE").order_by("pk")
    return [form.verification for form in forms]


def of_list(form: FormInstance) -> str:
    query = "list=state%3Dto_do%26form%3DCRE"
    return f"{reverse('entry:form', args=[form.pk])}?{query}"


def test_the_list_leads_from_each_form_to_the_next_and_ends_at_itself(samples, monitor):
    page = monitor.get(f"{reverse('review:verification')}?{LIST}").content.decode()
    assert all(of_list(form) in page for form in samples)

    visited = [of_list(samples[1])]
    for _step in samples:
        answer = monitor.post(
            reverse("entry:verify_form", args=[visited[-1].split("/")[2]]),
            {**shown(monitor, visited[-1]), "list": LIST},
        )
        visited.append(answer["Location"])

    first, second, third = samples
    listed = f"{reverse('review:verification')}?{LIST}"
    assert visited == [of_list(second), of_list(third), of_list(first), listed]
    assert states() == ["verified"] * 3


def test_what_changed_since_it_was_shown_stays_on_screen_to_be_read_again(
    samples, monitor
):
    first = samples[0]
    old = {**shown(monitor, of_list(first)), "list": LIST, "based_on": "0"}

    answer = monitor.post(reverse("entry:verify_form", args=[first.pk]), old)

    assert answer["Location"] == of_list(first)
    assert states() == ["none"] * 3


def test_a_verification_is_withdrawn_with_a_reason(samples, monitor):
    form = samples[0]
    address = reverse("entry:withdraw_verification", args=[form.pk])
    monitor.post(
        reverse("entry:verify_form", args=[form.pk]),
        shown(monitor, reverse("entry:form", args=[form.pk])),
    )

    monitor.post(address, {"text": " "})
    before = states()
    monitor.post(address, {"text": "Compared with another sample."})

    assert (before[0], states()[0]) == ("verified", "none")
    entry = Entry.objects.filter(table_name="review_verification").latest("id")
    assert "Compared with another sample." in str(entry.reasons)


def rows_of(samples: list[FormInstance]) -> dict[str, list[str]]:
    every = [f"{form.pk}:{form.revision}" for form in samples]
    return {"every": every, "row": every[:1]}


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("row", ["verified", "none", "none"]),
        # Never a row of another participant's log.
        ("every", ["verified", "verified", "none"]),
    ],
)
def test_rows_of_a_log_are_verified_together(samples, monitor, which, expected):
    number = samples[0].participant.number
    log = reverse("entry:log", args=[number, "CRE"])
    page = monitor.get(log).content.decode()
    assert [f'value="{text}"' in page for text in rows_of(samples)["every"]] == [
        *(True, True, False)
    ]

    address = reverse("entry:verify_rows", args=[number, "CRE"])
    monitor.post(address, {**rows_of(samples), "which": which})

    assert states() == expected


def test_of_rows_together_all_are_verified_or_none(samples, monitor):
    first, second, _other = samples
    rows = [f"{first.pk}:{first.revision}", f"{second.pk}:0", "1:1:1", "x", ""]
    address = reverse("entry:verify_rows", args=[first.participant.number, "CRE"])

    answer = monitor.post(address, {"row": rows}, follow=True)

    assert "No row was verified." in answer.content.decode()
    assert states() == ["none"] * 3
