"""The list of queries: who is to answer by when, filters, order, medians, file."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.urls import reverse

from record.audit.attribution import Source
from record.audit.models import Entry
from record.capture.services.forms import save
from record.review import services as review
from record.review.models import Query
from record.review.problems import ReviewRefused
from record.review.selectors import medians, queries_visible_to
from record.review.services import Assignment
from tests.sample_room.people import A_SAMPLE, person, sample, secret
from trial_edc import clock

pytestmark = pytest.mark.django_db

QUERIES = reverse("review:queries")
CSV = reverse("review:download_queries")


def ask(number=1, text="Please check.", **assignment):
    return review.raise_query(
        sample(number, of=number),
        "weight_kg",
        text,
        by=person("MO"),
        assignment=Assignment(**assignment),
    )


def unusual_weight(form):
    values = {**A_SAMPLE, "weight_kg": "150"}
    save(form, values, by=person(), via=Source.IMPORT, complete=True)


def numbers(client, parameters):
    lines = client.get(QUERIES + parameters).context["table"].lines
    return [line.query.pk for line in lines]


@pytest.mark.parametrize(
    ("priority", "days"), [("high", 2), ("normal", 7), ("low", 14)]
)
def test_an_answer_is_due_as_its_priority_says(priority, days):
    query = ask(priority=priority)

    assert query.due_on == clock.today() + timedelta(days=days)


def test_a_query_of_a_check_is_due_too():
    unusual_weight(sample())

    assert Query.objects.get().due_on == clock.today() + timedelta(days=7)


@pytest.mark.parametrize(
    "assignment",
    [
        {"priority": "urgent"},
        {"due_on": clock.today() - timedelta(days=1)},
        {"person": "UP"},
        {"person": "MO"},
    ],
)
def test_an_assignment_that_cannot_be_is_refused(assignment):
    if "person" in assignment:
        assignment = {"person": person(assignment["person"])}
    with pytest.raises(ReviewRefused):
        ask(**assignment)
    assert not Query.objects.exists()


def test_a_query_is_assigned_anew(client):
    query = ask()
    client.force_login(person("MO"))
    due_on = clock.today() + timedelta(days=3)
    typed = {
        "priority": "high",
        "assigned": str(person("IN").pk),
        "due_on": due_on.isoformat(),
    }

    response = client.post(reverse("review:assign", args=[query.pk]), typed)

    stored = Query.objects.get()
    assert response.status_code == 302
    assert (stored.priority, stored.assigned_to, stored.due_on) == (
        "high",
        person("IN"),
        due_on,
    )
    assert not review.assign_query(
        stored, Assignment("high", "", person("IN"), due_on), by=person("MO")
    )


def test_a_day_that_cannot_be_read_stays_on_the_page(client):
    query = ask()
    client.force_login(person("MO"))
    typed = {"priority": "low", "assigned": "", "due_on": "31.02.2026"}

    response = client.post(reverse("review:assign", args=[query.pk]), typed)

    assert (response.status_code, "31.02.2026" in response.content.decode()) == (
        409,
        True,
    )
    assert Query.objects.get().priority == "normal"


def test_the_list_is_narrowed_by_who_answers_and_when(client):
    mine = ask(1, person=person("IN"), priority="high")
    of_role, of_nobody = ask(2, role="IN"), ask(3, role="CO")
    unusual_weight(sample(4, of=4))
    of_check = Query.objects.get(check_id="ZZA.weight_kg.soft")
    client.force_login(person("IN"))

    lists = {
        parameters: set(numbers(client, f"?{parameters}"))
        for parameters in (
            "assigned=mine",
            f"assigned={person('IN').pk}",
            "assigned=CO",
            "assigned=nobody",
            "priority=high",
            "check=ZZA.weight_kg.soft",
            "check=by_hand",
            "late=late",
            "assigned=nonsense",
        )
    }

    by_hand = {mine.pk, of_role.pk, of_nobody.pk}
    assert lists == {
        "assigned=mine": {mine.pk, of_role.pk},
        f"assigned={person('IN').pk}": {mine.pk},
        "assigned=CO": {of_nobody.pk},
        "assigned=nobody": {of_check.pk},
        "priority=high": {mine.pk},
        "check=ZZA.weight_kg.soft": {of_check.pk},
        "check=by_hand": by_hand,
        "late=late": set(),
        "assigned=nonsense": {*by_hand, of_check.pk},
    }


def test_the_list_sorts_by_priority_and_day(client):
    low, high = ask(1, priority="low"), ask(2, priority="high")
    client.force_login(person("MO"))

    assert numbers(client, "?sort=priority") == [high.pk, low.pk]
    assert numbers(client, "?sort=-due") == [low.pk, high.pk]
    assert numbers(client, "?sort=-number") == [high.pk, low.pk]


def test_the_value_of_now_stands_beside_the_question(client):
    ask()
    save(sample(), {"weight_kg": "71"}, by=person())
    client.force_login(person("CO"))

    (line,) = client.get(QUERIES).context["table"].lines

    assert line.value == "71.0 kg"


def test_medians_are_of_the_queries_of_the_list():
    started = clock.now()
    for number, answer, end in ((1, 2, 10), (2, 4, 30), (3, 9, None)):
        with clock.at(started):
            query = ask(number)
        with clock.at(started + timedelta(hours=answer)):
            review.answer_query(query, "So.", by=person())
        if end:
            with clock.at(started + timedelta(hours=end)):
                review.close_query(query, "Well.", by=person("MO"))

    times = medians(queries_visible_to(person("MO")))

    assert (times.answer, times.close) == (timedelta(hours=4), timedelta(hours=20))
    assert (times.answer_days, times.close_days) == ("0.2 days", "0.8 days")


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def test_the_file_has_what_the_list_shows(client):
    first = ask(1, "=1+1", priority="high")
    ask(2, "Gone.")
    review.close_query(Query.objects.last(), "Done.", by=person("MO"))
    client.force_login(person("MO"))

    (row,) = rows_of(client.post(f"{CSV}?state=open&priority=high"))

    assert (row["number"], row["participant"], row["question"], row["due_on"]) == (
        str(first.pk),
        "S-001Z",
        "'=1+1",
        first.due_on.isoformat(),
    )
    entry = Entry.objects.get(act="queries_downloaded")
    assert entry.new_values["lines"] == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_file_takes_a_fixed_number_of_statements(
    client, count, django_assert_num_queries
):
    for number in range(1, count + 1):
        ask(number)
    client.force_login(person("MO"))
    client.post(CSV)

    with django_assert_num_queries(13):
        assert len(rows_of(client.post(CSV))) == count


@pytest.mark.verifies("AUD-10")
def test_restricted_queries_are_in_no_file_and_no_median_of_others(client):
    query = review.raise_query(secret(), "cells", "uniquequestion", by=person("UM"))
    review.answer_query(query, "So.", by=person("UP"))
    review.close_query(query, "Well.", by=person("UM"))

    visible = {}
    for role in ("CO", "IN", "PI", "MO", "DM", "UP", "UM", "SO"):
        client.force_login(person(role))
        page = client.get(f"{QUERIES}?state=")
        rows = rows_of(client.post(f"{CSV}?state="))
        visible[role] = (len(rows), page.context["medians"].close is not None)

    assert {role for role, what in visible.items() if what == (1, True)} == {"UP", "UM"}
    assert {what for role, what in visible.items() if role not in ("UP", "UM")} == {
        (0, False)
    }
