"""At the moment of sending everything is checked once more."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from record.audit.attribution import Source, attributed
from record.casebook.models import Participant
from record.notices import send_checks
from record.notices.models import Channel, Message
from record.notices.send_checks import Defer, Send, Withhold, send_check
from record.notices.services import outbox as services
from record.notices.services.delivery import RETRY_SETUP_AFTER, deliver_due
from tests.people import STAGE, person
from tests.record.notices.gateway import gateway
from trial_edc import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def verdicts(monkeypatch):
    """Answer the send check of the occasion `test` by the first of this list."""
    monkeypatch.setattr(send_checks, "_send_checks", {})
    verdicts = []
    send_check("test")(lambda _message: verdicts[0] if verdicts else None)
    return verdicts


@pytest.fixture(autouse=True)
def _mailbox(settings):
    settings.PARTICIPANT_REPLY_TO = "clinic@example.org"


@pytest.fixture
def participant():
    with attributed(by=STAGE, via=Source.COMMAND):
        return Participant.objects.create(number="S-001X", sequence=1)


def message_to(participant, **columns):
    columns = {
        "participant": participant,
        "occasion": "test",
        "key": "1",
        "channel": Channel.SMS,
        "subject": "Reminder",
        "text": "Please call.",
        "language": "en",
        **columns,
    }
    with attributed(by=STAGE, via=Source.TASK):
        services.queue_all([Message(**columns)])
    return Message.objects.get(key=columns["key"], channel=columns["channel"])


def delivered(message):
    deliver_due()
    message.refresh_from_db()
    return message.state, message.problem


def test_a_message_is_to_a_user_or_to_a_participant(participant):
    both = {"recipient": person("PI"), "participant": participant}
    for to in (both, {}):
        with (
            pytest.raises(IntegrityError, match="message_to_one_person"),
            transaction.atomic(),
            attributed(by=STAGE, via=Source.TASK),
        ):
            Message.objects.create(occasion="test", key="1", subject="s", **to)


def test_a_message_is_queued_once_by_person_occasion_and_channel(participant):
    message_to(participant)
    message_to(participant, text="Another text.")
    message_to(participant, channel=Channel.EMAIL)

    texts = Message.objects.values_list("channel", "text")
    assert sorted(texts) == [("email", "Please call."), ("sms", "Please call.")]


def test_without_a_send_check_nothing_goes_to_a_participant(participant):
    message = message_to(participant)

    assert delivered(message) == ("withheld", "nobody says where to send this")


def test_a_send_check_withholds(participant, verdicts):
    verdicts.append(Withhold("visit done"))

    assert delivered(message_to(participant)) == ("withheld", "visit done")


def test_a_deferred_message_waits_and_is_checked_again(participant, verdicts):
    until = clock.now() + timedelta(hours=9)
    verdicts.append(Defer(until, "quiet hours"))
    message = message_to(participant, channel=Channel.EMAIL)

    assert delivered(message) == ("queued", "quiet hours")
    verdicts[:] = [Send("li@example.org")]
    with clock.at(until - timedelta(seconds=1)):
        assert delivered(message) == ("queued", "quiet hours")
    with clock.at(until):
        assert delivered(message) == ("sent", "")
    assert (message.attempts, message.times_sent) == (1, 1)
    assert mail.outbox[0].to == ["li@example.org"]


def test_a_send_check_may_stop_a_message_to_staff(verdicts):
    pi = person("PI")
    with attributed(by=STAGE, via=Source.TASK):
        sent, stopped = (
            services.queue(occasion=name, key=name, to=[pi], subject="s", text="t")[0]
            for name in ("other", "test")
        )
    verdicts.append(Withhold("done meanwhile"))

    assert delivered(sent) == ("sent", "")
    assert delivered(stopped) == ("withheld", "done meanwhile")


def test_outdated_messages_are_withheld_at_once(participant, verdicts):
    verdicts.append(Defer(clock.now() + timedelta(hours=9)))
    message = message_to(participant)
    assert services.withhold_outdated(participant) == []

    verdicts[:] = [Withhold("death")]

    assert services.withhold_outdated(participant) == [message]
    message.refresh_from_db()
    assert (message.state, message.problem) == ("withheld", "death")


def test_a_withheld_message_can_become_right_again(participant, verdicts):
    verdicts.append(Withhold("in hospital"))
    message = message_to(participant, channel=Channel.EMAIL)
    delivered(message)
    verdicts[:] = [Send("li@example.org")]
    message.text, message.problem = "Please call again.", ""

    with attributed(by=STAGE, via=Source.TASK):
        services.requeue_withheld([message])
        services.requeue_withheld([message])  # waits already

    assert delivered(message) == ("sent", "")
    assert [letter.body for letter in mail.outbox] == ["Please call again."]


def test_without_a_gateway_a_text_message_waits_and_says_so(
    participant, verdicts, settings
):
    verdicts.append(Send("13800001234"))
    message = message_to(participant)

    assert delivered(message) == ("queued", "no gateway for text messages is set up")
    with gateway() as box, clock.at(clock.now() + RETRY_SETUP_AFTER):
        settings.SMS_GATEWAY_URL = box.url
        assert delivered(message) == ("sent", "")
    assert [body["text"] for body in box.bodies] == ["Please call."]


def test_without_a_mailbox_for_answers_no_letter_leaves(
    participant, verdicts, settings
):
    verdicts.append(Send("li@example.org"))
    settings.PARTICIPANT_REPLY_TO = ""
    message = message_to(participant, channel=Channel.EMAIL)

    problem = "no mailbox for answers of participants is set up"
    assert delivered(message) == ("queued", problem)


def test_the_address_is_not_kept(participant, verdicts, settings):
    verdicts.append(Send("13800001234"))
    with gateway() as box:
        settings.SMS_GATEWAY_URL = box.url
        box.answers = [(400, "13800001234 is no mobile number")]
        message = message_to(participant)

        assert delivered(message) == ("failed", "400 … is no mobile number")

    columns = Message.objects.filter(pk=message.pk).values().get()
    assert "13800001234" not in str(columns)
