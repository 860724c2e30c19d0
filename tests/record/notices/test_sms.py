"""The gateway for text messages, over real HTTP."""

from datetime import timedelta

import pytest

from record.audit.attribution import Source, attributed
from record.casebook.models import Participant
from record.notices import send_checks, sms
from record.notices.models import Channel, Message, MessageState
from record.notices.send_checks import Send, send_check
from record.notices.services import outbox as services
from record.notices.services.delivery import LEASE, WAITS, deliver, deliver_due
from tests.people import STAGE
from tests.record.notices.gateway import gateway
from trial_edc import clock

NUMBER = "+8613800001234"


@pytest.fixture
def box(settings):
    settings.SMS_GATEWAY_TOKEN = "token"
    settings.SMS_SENDER = "Clinic"
    settings.SMS_TIMEOUT_SECONDS = 1
    with gateway() as box:
        settings.SMS_GATEWAY_URL = box.url
        yield box


@pytest.fixture
def message(db, monkeypatch):
    monkeypatch.setattr(send_checks, "_send_checks", {})
    send_check("test")(lambda _message: Send(NUMBER))
    with attributed(by=STAGE, via=Source.TASK):
        participant = Participant.objects.create(number="S-001X", sequence=1)
        columns = {"occasion": "test", "key": "1", "subject": "s", "text": "提醒"}
        columns |= {"channel": Channel.SMS, "language": "en"}
        services.queue_all([Message(participant=participant, **columns)])
    return Message.objects.get()


def test_a_message_is_posted_with_token_sender_and_key(box):
    sms.gateway().send(to=NUMBER, text="提醒", key="7-0")

    assert box.bodies == [
        {"to": NUMBER, "from": "Clinic", "text": "提醒", "key": "7-0"}
    ]
    (headers,) = box.headers
    sent = {name: headers[name] for name in ("Authorization", "Idempotency-Key")}
    assert sent == {"Authorization": "Bearer token", "Idempotency-Key": "7-0"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, sms.Rejected),
        (422, sms.Rejected),
        (401, sms.Unreachable),
        (404, sms.Unreachable),
        (429, sms.Unreachable),
        (500, sms.Unreachable),
        (599, sms.Unreachable),
        (302, sms.Unreachable),
        (307, sms.Unreachable),
    ],
)
def test_answers_tell_whether_another_try_is_worth_it(box, status, kind):
    box.answers = [(status, f"about {NUMBER}: no")]

    with pytest.raises(kind) as problem:
        sms.gateway().send(to=NUMBER, text="t", key="1-0")

    assert str(problem.value) == f"{status} about …: no"
    assert len(box.bodies) == 1


def test_a_gateway_that_is_down_or_silent_is_tried_again(settings, unused_tcp_port):
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{unused_tcp_port}/"

    with pytest.raises(sms.Unreachable):
        sms.gateway().send(to=NUMBER, text="t", key="1-0")


def test_only_a_web_address_is_asked(settings):
    settings.SMS_GATEWAY_URL = "file:///etc/passwd"

    with pytest.raises(ValueError, match="is no http or https address"):
        sms.gateway()


def test_a_failure_is_tried_again_with_the_same_key(box, message):
    box.answers = [(503, "busy")]
    assert deliver(message.pk) == MessageState.QUEUED
    with clock.at(clock.now() + WAITS[0]):
        assert deliver(message.pk) == MessageState.SENT

    assert [body["key"] for body in box.bodies] == [f"{message.pk}-0"] * 2


@pytest.mark.parametrize(
    ("language", "repeated"),
    [
        ("en", "You may have received this message before."),
        ("zh", "您可能已经收到过这条信息。"),
    ],
)
def test_what_a_dead_worker_left_is_repeated_with_the_same_key(
    box, message, language, repeated
):
    """So a gateway drops the repetition, and nobody is disturbed twice."""
    deliver(message.pk)
    with attributed(by=STAGE, via=Source.TASK):  # as if it had died before noting so
        columns = {"state": MessageState.SENDING, "times_sent": 0, "sent_at": None}
        columns |= {"language": language}
        Message.objects.filter(pk=message.pk).update(**columns)
    with clock.at(clock.now() + LEASE + timedelta(minutes=1)):
        deliver_due()
    with clock.at(clock.now() + LEASE + timedelta(minutes=5)):
        deliver_due()

    assert [body["key"] for body in box.bodies] == [f"{message.pk}-0"] * 2
    assert [body["text"] for body in box.bodies] == [
        "提醒",
        f"提醒\n\n{repeated}",
    ]


def test_sent_anew_by_hand_it_is_another_message(box, message):
    deliver(message.pk)
    with attributed(by=STAGE, via=Source.TASK):
        Message.objects.filter(pk=message.pk).update(state=MessageState.QUEUED)

    deliver(message.pk)

    keys = [body["key"] for body in box.bodies]
    assert keys == [f"{message.pk}-0", f"{message.pk}-1"]
