"""24:00 is 00:00 of the next day, and the page says so; later hours are refused."""

from datetime import timedelta

import pytest
from django.urls import reverse

from record.casebook.models import FormInstance
from record.casebook.selectors import data_of, row_of
from record.casebook.values import Partial
from tests.entry.form.pages import signed_in
from tests.entry.table.posted import DAY
from tests.imports import stage as laboratory
from tests.visits import stage

pytestmark = pytest.mark.django_db
NEXT = DAY + timedelta(days=1)
SAID = f"“{DAY} 24:00” is {NEXT} 00:00: 24:00 is 00:00 of the next day."
NO_HOURS = ["24:01", "25:00", "12:60", "24:60"]


def samples_of(someone):
    """Day and value of each creatinine."""
    forms = FormInstance.objects.filter(participant=someone, code="CRE")
    rows = [data_of(form, row_of(form)) for form in forms.order_by("occurrence")]
    return [(str(row.get("sample_at")), str(row.get("value"))) for row in rows]


def messages_of(page):
    return [str(message) for message in page.context["messages"]]


def test_a_form_reads_it_and_says_so():
    someone, client = stage.randomized(), signed_in("CO")
    row = stage.enter(someone, "STY", {"kind": "icu"})
    page = reverse("entry:form", args=[row.pk])
    typed = {"based_on": row.revision, "save_as": "draft", "in_at": f"{DAY} 24:00"}

    answer = client.post(page, typed, follow=True)

    row.refresh_from_db()
    shown = row_of(row).crf_items()["in_at"].as_text(row_of(row).value_of("in_at"))
    assert shown == f"{NEXT} 00:00"
    assert SAID in messages_of(answer)


@pytest.mark.parametrize("clock", NO_HOURS)
def test_a_form_refuses_what_is_no_time_of_a_day(clock):
    someone, client = stage.randomized(), signed_in("CO")
    row = stage.enter(someone, "STY", {"kind": "icu"})
    page = reverse("entry:form", args=[row.pk])
    typed = {"based_on": row.revision, "save_as": "draft", "in_at": f"{DAY} {clock}"}

    answer = client.post(page, typed)

    assert answer.status_code == 422
    assert f"“{DAY} {clock}” is not a date with time." in answer.content.decode()


def test_a_plain_form_reads_it_and_says_so():
    client = signed_in("CO")
    typed = {"approached_at": f"{DAY} 24:00", "source": "icu", "age_years": "57"}

    answer = client.post(
        reverse("enrollment:register"), typed | {"sex": "F"}, follow=True
    )

    assert SAID in messages_of(answer)


def test_a_form_that_was_not_stored_says_nothing_of_it():
    client = signed_in("CO")

    answer = client.post(
        reverse("enrollment:register"), {"approached_at": f"{DAY} 24:00"}, follow=True
    )

    assert messages_of(answer) == []


def test_a_paste_reads_it_and_says_so():
    someone, client = stage.participant(), signed_in("CO")
    url = reverse("entry:paste_rows", args=[someone.number, "CRE"])

    page = client.post(url, {"text": f"{DAY} 24:00\t118\n{DAY} 8:00\t120"})

    (first, second) = page.context["preview"].typed.values()
    assert SAID in messages_of(page)
    assert (first["sample_at"], second["sample_at"]) == (
        f"{NEXT} 00:00",
        f"{DAY} 08:00",
    )


@pytest.mark.parametrize("clock", NO_HOURS)
def test_a_paste_keeps_its_other_rows(clock):
    someone, client = stage.participant(), signed_in("CO")
    url = reverse("entry:paste_rows", args=[someone.number, "CRE"])

    rows = f"Sample taken at\tCreatinine\n{DAY} {clock}\t118\n{DAY} 8:00\t120"
    page = client.post(url, {"text": rows})

    typed = [row["sample_at"] for row in page.context["preview"].typed.values()]
    assert page.status_code == 200
    assert typed == [f"{DAY} {clock}", f"{DAY} 08:00"]


def test_a_table_reads_it_and_says_so():
    someone, client = stage.participant(), signed_in("CO")
    url = reverse("entry:log", args=[someone.number, "CRE"])

    typed = {"n1-sample_at": f"{DAY} 24:00", "n1-value": "118"}
    page = client.post(url, typed, follow=True)

    assert samples_of(someone) == [(str(Partial(f"{NEXT}T00:00")), "118 umol/L")]
    assert SAID in messages_of(page)


def test_a_laboratory_file_reads_it_and_says_so():
    clerk, manager, leader = laboratory.people()
    someone = laboratory.participant()
    source = laboratory.source(manager, leader)
    line = f"{someone.number},crea,{DAY} 24:00,118,umol/L"

    file = laboratory.previewed(source, laboratory.csv(line), by=clerk)

    row = file.lines.get()
    assert (row.state, row.sampled_at) == ("new", f"{NEXT} 00:00")
    assert row.findings[0]["message"] == "24:00 is 00:00 of the next day."


@pytest.mark.parametrize("clock", NO_HOURS)
def test_a_laboratory_file_refuses_what_is_no_time_of_a_day(clock):
    clerk, manager, leader = laboratory.people()
    someone = laboratory.participant()
    source = laboratory.source(manager, leader)
    line = f"{someone.number},crea,{DAY} {clock},118,umol/L"

    file = laboratory.previewed(source, laboratory.csv(line), by=clerk)

    row = file.lines.get()
    assert row.state == "refused"
    assert row.findings[0]["details"] == {"text": f"{DAY} {clock}"}
