"""The lists of queries and of forms to verify."""

import re

import pytest
from django.urls import reverse

from record.audit.attribution import Reason
from record.capture.services.forms import save
from record.review import services as review
from record.review.models import Query
from tests.sample_room.people import A_SAMPLE, person, sample, secret
from tests.shown import revision

pytestmark = pytest.mark.django_db

QUERIES = reverse("review:queries")
VERIFICATION = reverse("review:verification")
WHY = Reason("other", "for the test")
SELECTS_OF_QUERIES, SELECTS_OF_VERIFICATION = 11, 7


@pytest.fixture
def as_(client):
    def signed_in(role):
        client.force_login(person(role))
        return client

    return signed_in


def texts(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def open_query(number=1, item="weight_kg", text="Please check."):
    return review.raise_query(sample(number), item, text, by=person("MO"))


def test_the_list_shows_open_queries_with_a_link_to_the_item(as_):
    query = open_query()
    review.close_query(open_query(2, text="Gone."), "Done.", by=person("MO"))

    response = as_("CO").get(QUERIES)

    address = reverse("entry:form", args=[query.form.pk])
    assert (
        f'href="{address}?query={query.pk}#row-weight_kg"' in response.content.decode()
    )
    assert ("Please check." in texts(response), "Gone." in texts(response)) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("?state=closed", {"Gone."}),
        ("?state=", {"Please check.", "Gone."}),
        ("?state=nonsense", {"Please check."}),
        ("?state=&participant=999", set()),
        ("?state=&form=DEM", set()),
        ("?state=&form=ZZA", {"Please check.", "Gone."}),
        ("?state=&older=7", set()),
        ("?state=&older=x&form=y", {"Please check.", "Gone."}),
    ],
)
def test_the_list_is_filtered(as_, parameters, expected):
    open_query()
    review.close_query(open_query(2, text="Gone."), "Done.", by=person("MO"))

    visible = texts(as_("MO").get(QUERIES + parameters))

    assert {text for text in ("Please check.", "Gone.") if text in visible} == expected


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_statements_does_not_grow(as_, count, django_assert_num_queries):
    for number in range(1, count + 1):
        review.answer_query(open_query(number), "So.", by=person())
        save(sample(number), A_SAMPLE, by=person(), complete=True)
    client = as_("MO")
    client.get(QUERIES)

    with django_assert_num_queries(SELECTS_OF_QUERIES):
        client.get(QUERIES + "?state=")
    with django_assert_num_queries(SELECTS_OF_VERIFICATION):
        client.get(VERIFICATION)


def test_a_query_is_answered_in_the_list(as_):
    query = open_query()
    back = QUERIES + "?state=open&form=ZZA"

    response = as_("CO").post(
        reverse("review:step", args=[query.pk]),
        {"action": "answer", "based_on": 1, "text": "It is right.", "next": back},
    )

    assert response["Location"] == back
    assert Query.objects.get().state == "answered"


@pytest.mark.parametrize(
    ("role", "action", "text", "status", "state"),
    [
        ("CO", "close", "no", 403, "open"),
        ("MO", "answer", "no", 403, "open"),
        ("CO", "answer", " ", 409, "open"),
        ("CO", "explode", "no", 403, "open"),
        ("MO", "close", "done", 302, "closed"),
        ("UP", "answer", "no", 404, "open"),
    ],
)
def test_a_step_out_of_turn_changes_nothing(as_, role, action, text, status, state):
    query = open_query()

    response = as_(role).post(
        reverse("review:step", args=[query.pk]),
        {"based_on": 1, "action": action, "text": text, "next": "https://example.org/"},
    )

    assert response.status_code == status
    assert Query.objects.get().state == state
    assert response.headers.get("Location", QUERIES) == QUERIES


@pytest.mark.verifies("AUD-10")
def test_a_sealed_query_shows_to_unblinded_roles_alone(as_):
    save(secret(), {"product": "icu"}, by=person("UP"), complete=True)
    query = review.raise_query(secret(), "cells", "uniquequestion", by=person("UM"))

    visible = {
        role: "uniquequestion" in texts(as_(role).get(QUERIES + "?state="))
        for role in ("CO", "IN", "PI", "BN", "MO", "DM", "UP", "PN", "UM", "SO")
    }
    refused = as_("MO").post(reverse("review:step", args=[query.pk]), {})

    assert {role for role, is_visible in visible.items() if is_visible} == {
        "UP",
        "PN",
        "UM",
    }
    assert refused.status_code == 404


def states(client, parameters=""):
    lines = client.get(VERIFICATION + parameters).context["table"].lines
    return {(line.form.occurrence, line.state.value) for line in lines}


@pytest.mark.verifies("QRY-06")
def test_the_verification_list_tells_how_far_each_form_is(as_):
    client, forms = as_("MO"), []
    for number in (1, 2, 3, 4, 5):
        values = {**A_SAMPLE, "weight_kg": "70"}
        done = number != 5
        forms.append(save(sample(number), values, by=person(), complete=done).form)
    names = ["taken_at", "creatinine", "interrupted", "weight_kg"]
    review.verify(
        forms[1], names[:2], shown_revision=revision(forms[1]), by=person("MO")
    )
    review.verify(forms[2], names, shown_revision=revision(forms[2]), by=person("MO"))
    review.verify(forms[3], names, shown_revision=revision(forms[3]), by=person("MO"))
    save(forms[2], {"weight_kg": "71"}, by=person(), reasons={"weight_kg": WHY})

    assert states(client, "?state=") == {
        (1, "none"),
        (2, "partly"),
        (3, "changed"),
        (4, "verified"),
    }
    assert states(client) == {(1, "none"), (2, "partly"), (3, "changed")}
    assert states(client, "?state=changed") == {(3, "changed")}
    assert states(client, "?state=&form=DEM") == set()
    assert states(client, "?state=&participant=001") != set()


@pytest.mark.verifies("QRY-06")
def test_the_verification_list_of_sealed_forms(as_):
    user = person("UP")
    form = save(secret(), {"product": "icu", "cells": "1"}, by=user, complete=True).form
    save(sample(), A_SAMPLE, by=person(), complete=True)
    review.verify(
        form, ["product", "cells"], shown_revision=revision(form), by=person("UM")
    )

    assert states(as_("UM"), "?state=") == {(1, "verified")}
    save(form, {"cells": "2"}, by=user, reasons={"cells": WHY})
    assert states(as_("UM"), "?state=") == {(1, "changed")}
    assert states(as_("MO"), "?state=") == {(1, "none")}
