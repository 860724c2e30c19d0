"""The page of messages: who reads what, and what can be sent once more."""

import pytest
from django.test import Client

from audit.attribution import Via, attributed
from notices.models import Message
from notices.services import queue
from tests.people import STAGE, person

pytestmark = pytest.mark.django_db
URL = "/messages/"


@pytest.fixture
def messages():
    people = [person(role) for role in ("PI", "SO", "UP")]
    with attributed(by=STAGE, via=Via.TASK):
        return queue(
            occasion="sae", key="1", to=people, subject="Serious event", text="Look."
        )


def client_of(role, **options):
    client = Client()
    client.force_login(person(role, **options))
    return client


def test_blinded_staff_read_the_messages_to_blinded_people(messages):
    page = client_of("CO").get(URL).content.decode()

    assert page.count("Serious event") == 1
    assert "Look." in page


def test_the_administrator_sees_delivery_without_text(messages):
    page = client_of("AD").get(URL).content.decode()

    assert "Serious event" not in page
    assert "Look." not in page
    assert page.count("</tr>") == 1 + 2  # the head, to PI and to safety officer


@pytest.mark.parametrize(("state", "count"), [("queued", 1), ("sent", 0), ("odd", 1)])
def test_the_list_narrows_to_a_state(messages, state, count):
    page = client_of("CO").get(URL, {"state": state}).content.decode()

    assert page.count("Serious event") == count


def test_a_settled_message_is_sent_once_more(messages):
    to_pi = messages[0]
    client = client_of("CO")
    url = f"{URL}{to_pi.pk}/resend/"
    client.post(url)
    assert Message.objects.get(pk=to_pi.pk).attempts == 0
    with attributed(by=STAGE, via=Via.TASK):
        to_pi.state, to_pi.attempts = "failed", 8
        to_pi.save()

    answer = client.post(url, {"next": f"{URL}?state=failed"})

    assert answer["Location"] == f"{URL}?state=failed"
    again = Message.objects.get(pk=to_pi.pk)
    assert (again.state, again.attempts) == ("queued", 0)


def test_a_message_to_unblinded_people_cannot_be_reached(messages):
    answer = client_of("CO").post(f"{URL}{messages[2].pk}/resend/")

    assert answer.status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_takes_the_same_statements(count, django_assert_max_num_queries):
    pi, client = person("PI"), client_of("CO")
    with attributed(by=STAGE, via=Via.TASK):
        for number in range(count):
            queue(occasion="sae", key=f"{number}", to=[pi], subject="s", text="t")

    client.get(URL)  # the session's own statements

    with django_assert_max_num_queries(5):
        client.get(URL)
