"""Answers of participants to messages: STOP is an opt-out, others go to staff."""

import re

from structlog.stdlib import get_logger

from enrollment.contact.facts import contact_consent, has_opted_out, has_phone_number
from record.accounts.models import User
from record.accounts.roles import Role
from record.audit.attribution import Process, Reason, Source, attributed
from record.capture.problems import NotSaved
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from record.notices.selectors import participants_reached_at
from record.notices.services.outbox import queue
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.typed_text import plain
from trial_edc.vocabulary import N_
from visits.reminders.services.queue import confirm_opt_out

INBOUND = Process("inbound-messages")
BY_MESSAGE = Reason("other", "Answered STOP to a message")
STOP_WORDS = tuple(plain(word).casefold() for word in PROTOCOL.reminders.opt_out_words)
log = get_logger(__name__)


@implements("REM-01")
def handle_answer(number: str, text: str) -> None:
    """Act on a text message that came in; the number is neither kept nor logged."""
    people = [
        person
        for person in participants_reached_at(number)
        if has_phone_number(casebook_of(person, "CTC"), number)
    ]
    if not people:
        log.warning("A text message came in from a number that is nobody's here.")
    for person in people:
        if means_stop(text):
            opt_out(person)
        else:
            _notify_staff(
                person,
                N_("Participant %(number)s answered a message"),
                N_(
                    "Please call participant %(number)s. What was written is not kept "
                    "in this system; the gateway for text messages has it."
                ),
            )


def means_stop(text: str) -> bool:
    words = re.findall(r"\w+", plain(text).casefold())
    if not words:
        return False
    chinese = tuple(word for word in STOP_WORDS if not word.isascii())
    return all(word in STOP_WORDS for word in words) or words[0].startswith(chinese)


def opt_out(participant: Participant) -> None:
    """Record an opt-out and confirm it once; where it cannot be, notify staff."""
    try:
        with attributed(by=INBOUND, via=Source.API):
            form_instances.lock(participant)
            casebook = casebook_of(participant, "CNS", "CTC")
            consent = contact_consent(casebook)
            if consent is None or has_opted_out(casebook, consent):
                return
            _record_opt_out(participant)
            confirm_opt_out(participant)
    except NotSaved:
        _notify_staff(
            participant,
            N_("Participant %(number)s wants no more messages"),
            N_(
                "The contact details of participant %(number)s are closed, so the "
                "opt-out could not be recorded and messages go on. Enter a refusal of "
                "the kind “Contact by message” in the consent log: it stops them."
            ),
        )


def _record_opt_out(participant: Participant) -> None:
    form = FormInstance.objects.get(participant=participant, code="CTC", struck_at=None)
    save(
        form,
        {"opted_out_at": clock.now()},
        by=INBOUND,
        via=Source.API,
        reasons={"opted_out_at": BY_MESSAGE},
    )


def _notify_staff(participant: Participant, subject: str, text: str) -> None:
    details = {"number": participant.number}
    with attributed(by=INBOUND, via=Source.API):
        queue(
            occasion="participant_answered",
            key=f"participant_answered {participant.pk} {clock.now():%Y-%m-%dT%H:%M}",
            to=User.objects.filter(role__in=(Role.CO, Role.PI), is_active=True),
            subject=subject,
            text=text,
            details=details,
        )
