"""The page of messages: who reads what, and what can be sent once more."""

import pytest
from django.test import Client

from record.audit.attribution import Source, attributed
from record.casebook.models import Participant
from record.notices.models import Message
from record.notices.services.delivery import deliver_due
from record.notices.services.outbox import queue, queue_all
from tests.people import STAGE, person

pytestmark = pytest.mark.django_db
URL = "/messages/"


@pytest.fixture
def messages():
    people = [person(role) for role in ("PI", "SO", "UP")]
    with attributed(by=STAGE, via=Source.TASK):
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


def test_a_finished_message_is_sent_once_more(messages):
    to_pi = messages[0]
    client = client_of("CO")
    url = f"{URL}{to_pi.pk}/resend/"
    client.post(url)
    assert Message.objects.get(pk=to_pi.pk).attempts == 0
    with attributed(by=STAGE, via=Source.TASK):
        to_pi.state, to_pi.attempts = "failed", 8
        to_pi.save()

    answer = client.post(url, {"next": f"{URL}?state=failed"})

    assert answer["Location"] == f"{URL}?state=failed"
    again = Message.objects.get(pk=to_pi.pk)
    assert (again.state, again.attempts) == ("queued", 0)


@pytest.mark.parametrize("elsewhere", ["1,5", "https://example.org/", "//example.org"])
def test_a_page_that_is_not_ours_is_not_gone_to(messages, elsewhere):
    url = f"{URL}{messages[0].pk}/resend/"

    answer = client_of("CO").post(url, {"next": elsewhere})

    assert answer["Location"] == URL


def test_a_message_to_unblinded_people_cannot_be_reached(messages):
    answer = client_of("CO").post(f"{URL}{messages[2].pk}/resend/")

    assert answer.status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_takes_the_same_statements(count, django_assert_max_num_queries):
    pi, client = person("PI"), client_of("CO")
    with attributed(by=STAGE, via=Source.TASK):
        for number in range(count):
            queue(occasion="sae", key=f"{number}", to=[pi], subject="s", text="t")

    client.get(URL)  # the session's own statements

    with django_assert_max_num_queries(5):
        client.get(URL)


@pytest.fixture
def reminder():
    with attributed(by=STAGE, via=Source.TASK):
        participant = Participant.objects.create(number="S-001X", sequence=1)
        columns = {"occasion": "visit_upcoming", "key": "1", "channel": "sms"}
        columns |= {"subject": "Reminder", "text": "Please call.", "language": "en"}
        queue_all([Message(participant=participant, **columns)])
    return Message.objects.get(participant=participant)


def test_the_list_narrows_to_staff_participants_and_one_number(messages, reminder):
    client = client_of("CO")
    queries = (
        {},
        {"whom": "staff"},
        {"whom": "participants"},
        {"number": "s-001x "},
        {"number": "S-002K"},
    )

    contents = []
    for query in queries:
        page = client.get(URL, query).content.decode()
        contents.append(("Please call." in page, "Serious event" in page))

    assert contents == [
        (True, True),
        (False, True),
        (True, False),
        (True, False),
        (False, False),
    ]


def test_the_administrator_learns_no_number_and_no_text(reminder):
    page = client_of("AD").get(URL).content.decode()

    assert "S-001X" not in page
    assert "Please call." not in page
    assert page.count("</tr>") == 2


def test_the_page_says_what_is_not_set_up(settings, reminder):
    settings.SITE_PHONE, settings.SMS_GATEWAY_URL = "010-1", ""
    settings.PARTICIPANT_REPLY_TO = "clinic@example.org"

    page = client_of("CO").get(URL).content.decode()

    assert "no gateway for text messages is set up" in page
    assert "no telephone of the site" not in page


def test_a_reminder_sent_once_more_passes_the_send_checks_again(reminder):
    with attributed(by=STAGE, via=Source.TASK):
        reminder.state = "sent"
        reminder.save()

    client_of("CO").post(f"{URL}{reminder.pk}/resend/")
    deliver_due()

    reminder.refresh_from_db()
    assert reminder.state == "withheld"
