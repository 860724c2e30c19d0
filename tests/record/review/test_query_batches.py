"""The same step of several queries: shown first, each recorded, refusals named."""

import pytest
from django.urls import reverse

from record.audit.models import Entry
from record.review import services as review
from record.review.models import Query, QueryStep
from tests.sample_room.people import person, sample

pytestmark = pytest.mark.django_db

TOGETHER = reverse("review:together")
BACK = reverse("review:queries") + "?state=answered"


@pytest.fixture
def monitor(client):
    client.force_login(person("MO"))
    return client


def answered(number, *, by="MO"):
    query = review.raise_query(
        sample(number, of=number), "weight_kg", f"Question {number}?", by=person(by)
    )
    return review.answer_query(query, "So.", by=person())


def post(client, queries, action, *, text="Thank you.", steps=2, **more):
    chosen = [f"{query.pk}:{steps}" for query in queries]
    return client.post(
        TOGETHER,
        {"query": chosen, "action": action, "text": text, "next": BACK, **more},
    )


def states():
    return list(Query.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.verifies("QRY-04")
@pytest.mark.parametrize(
    ("action", "state", "step"),
    [
        ("close", "closed", "closed"),
        ("return", "open", "returned"),
        ("cancel", "cancelled", "cancelled"),
    ],
)
def test_several_queries_take_a_step_together(monitor, action, state, step):
    queries = [answered(1), answered(2), answered(3)]

    preview = post(monitor, queries, action)
    before = states()
    done = post(monitor, queries, action, confirmed="yes")

    assert (preview.status_code, before) == (200, ["answered"] * 3)
    assert [line.query for line in preview.context["going"]] == queries
    assert (done.status_code, done["Location"]) == (302, BACK)
    assert states() == [state] * 3
    last = [query.steps.last() for query in queries]
    assert [(s.action, s.text, s.by) for s in last] == [
        (step, "Thank you.", person("MO"))
    ] * 3
    entries = Entry.objects.filter(table_name="review_querystep", actor="the-mo")
    assert entries.filter(new_values__action=step).count() == 3


def test_those_that_changed_meanwhile_stay_and_are_named(monitor):
    first, second = answered(1), answered(2)
    review.return_query(second, "Against what?", by=person("DM"))

    response = post(monitor, [first, second], "close", confirmed="yes")

    assert (response.status_code, states()) == (409, ["closed", "open"])
    html = response.content.decode()
    assert ("Thank you." in html, f">{second.pk}<" in html) == (True, True)
    assert "Somebody wrote to this query" not in html  # it is shown as it is now
    assert [line.query for line in response.context["going"]] == [second]


def test_only_the_raiser_cancels(monitor):
    mine, of_another = answered(1), answered(2, by="DM")

    preview = post(monitor, [mine, of_another], "cancel")
    post(monitor, [mine, of_another], "cancel", confirmed="yes")

    assert [line.query for line, _why in preview.context["staying"]] == [of_another]
    assert states() == ["cancelled", "answered"]


@pytest.mark.parametrize(
    ("chosen", "text"), [(0, "Thank you."), (2, "  "), (2, "x" * 1001)]
)
def test_without_a_choice_or_words_nothing_is_stored(monitor, chosen, text):
    queries = [answered(1), answered(2)]
    steps = QueryStep.objects.count()

    response = post(monitor, queries[:chosen], "close", text=text, confirmed="yes")

    assert response.status_code == 409
    assert text in response.content.decode()
    assert (states(), QueryStep.objects.count()) == (["answered"] * 2, steps)


@pytest.mark.parametrize(
    ("role", "status"), [("CO", 403), ("UM", 409), ("MO", 302), ("DM", 302)]
)
def test_each_role_reaches_its_own_queries(client, role, status):
    query = answered(1)
    client.force_login(person(role))

    response = post(client, [query], "close", confirmed="yes")

    assert response.status_code == status


def test_a_second_click_changes_nothing(monitor):
    queries, key = [answered(1), answered(2)], "0b8a5c1e-4f43-4f6d-8d0c-1de1a2b3c4d5"

    post(monitor, queries, "close", confirmed="yes", act_key=key)
    post(monitor, queries, "close", confirmed="yes", act_key=key)

    assert states() == ["closed"] * 2
    assert QueryStep.objects.filter(action="closed").count() == 2
