"""Killed at every step: each message is sent, at most one comes again, and says so."""

from collections import Counter
from datetime import timedelta

import pytest

from entry.models import DigestDay
from entry.worklist.services import key_of, write_due
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.notices.models import Message, MessageState
from record.notices.services.delivery import LEASE, deliver_due
from record.notices.services.outbox import queue
from tests.entry.worklist.test_digest import MORNING, form_with_queries
from tests.people import STAGE, person
from tests.record.notices.figures import Figures, figures_of
from tests.record.notices.mortal import DIED, mortal
from tests.record.notices.postbox import postbox
from trial_edc import clock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.real_clock,
    pytest.mark.slow,
]
SMTP = "django.core.mail.backends.smtp.EmailBackend"
FAULTS = ["kill", "cut_off"]


@pytest.fixture(autouse=True)
def _real_mail(settings, unused_tcp_port):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT = unused_tcp_port


def queued(*names: str) -> None:
    pi = person("PI") if not Message.objects.exists() else Message.objects.first()
    with attributed(by=STAGE, via=Source.TASK):
        for name in names:
            to = [getattr(pi, "recipient", pi)]
            queue(occasion="test", key=name, to=to, subject=name, text="?")


def deliver_the_rest() -> None:
    """Deliver what waits, and later what was taken back and waited once more."""
    for later in (timedelta(0), LEASE + timedelta(minutes=1), timedelta(minutes=20)):
        with clock.at(clock.now() + later):
            deliver_due()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_worker_befallen_at_any_step_loses_nothing(settings, fault, note):
    expected, states = set[str](), set[str]()
    address = f"smtp://127.0.0.1:{settings.EMAIL_PORT}"
    with postbox(settings.EMAIL_PORT) as box, mortal(EMAIL_URL=address) as worker:
        for step in range(1, 1000):
            names = {f"{step}a", f"{step}b"}
            queued(*sorted(names))
            expected |= names
            answer = worker.work("deliver", fault, step)
            ended = answer != DIED and int(answer) < step
            states |= set(Message.objects.values_list("state", flat=True))
            deliver_due()
            if ended:
                break
        deliver_the_rest()
        figures = figures_of(box.subjects, box.texts, expected)
        repeated = Counter(box.subjects) - Counter(expected)
        most = max(
            Counter(name[:-1] for name in repeated.elements()).values(), default=0
        )

    note(f"{fault} at each of {step - 1} steps: {figures}, at most {most} a fault")
    assert step > 30
    abandoned = {MessageState.SENDING} if fault == "kill" else set()
    assert states == {MessageState.QUEUED, MessageState.SENT} | abandoned
    assert figures == Figures(expected=2 * step, sent=2 * step, twice=figures.twice)
    assert most == {"kill": 1, "cut_off": 0}[fault]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_message_is_queued_if_and_only_if_its_reason_was_written(
    settings, fault, note
):
    person("PI")
    address = f"smtp://127.0.0.1:{settings.EMAIL_PORT}"
    with postbox(settings.EMAIL_PORT) as box, mortal(EMAIL_URL=address) as worker:
        for step in range(1, 1000):
            answer = worker.work("queue", fault, step, name=f"{step}")
            if answer != DIED and int(answer) < step:
                break
        deliver_due()
        acts = Entry.objects.filter(act="tried").values_list("new_values", flat=True)
        written = {details["name"] for details in acts}
        figures = figures_of(box.subjects, box.texts, written)

    note(f"{fault} at each of {step - 1} steps: {figures}")
    assert figures == Figures(expected=len(written), sent=len(written))
    assert 1 < len(written) < step - 1


def test_a_morning_whose_worker_is_killed_is_written_by_the_next(note):
    """At every thirteenth step; each on another morning."""
    with clock.at(MORNING):
        form_with_queries()
    for role in ("CO", "IN", "PI"):
        person(role)
    mornings = []
    with mortal() as worker:
        for step in range(1, 1000, 13):
            mornings.append(MORNING + timedelta(days=len(mornings)))
            answer = worker.work("digest", "kill", step, mornings[-1].isoformat())
            with clock.at(mornings[-1] + timedelta(minutes=5)):
                write_due()
            if answer != DIED:
                break

    written = Message.objects.filter(occasion="digest")
    counts = Counter(written.values_list("recipient__username", "key"))
    expected = {
        (name, key_of(m.date())) for name in ("co", "in", "pi") for m in mornings
    }
    note(f"{len(mornings)} mornings, {counts.total()} mails of {len(expected)}")
    assert len(mornings) > 5
    assert counts == Counter(expected)
    assert DigestDay.objects.count() == len(mornings)
