"""Whether, how and where a participant is written to, from CNS and CTC.

What comes from CTC is identity: it is read at the moment of sending and kept in memory
alone.
"""

from dataclasses import dataclass
from datetime import datetime

from enrollment.consent.facts.decisions import latest_contact_decision
from enrollment.vocabulary import (
    ConsentDecision,
    MessageChannel,
    MessageLanguage,
    Signer,
)
from record.casebook.form_data import Casebook
from record.notices.phone_numbers import dialled, endings
from trial_edc.vocabulary import YesNo

LANGUAGES = {
    MessageLanguage.CHINESE.value: "zh-hans",
    MessageLanguage.ENGLISH.value: "en",
}


@dataclass(frozen=True, slots=True)
class ContactConsent:
    """The consent to messages that is in force."""

    decided_at: datetime
    channels: tuple[str, ...]
    recipient: str
    language: str  # as the texts are kept: en, zh-hans


def contact_consent(casebook: Casebook) -> ContactConsent | None:
    """The latest decision on messages, if it was given and names a channel."""
    last = latest_contact_decision(casebook)
    if last is None or last.get("decision") != ConsentDecision.GIVEN:
        return None
    channels = [
        channel
        for channel in last.get("channel") or ()
        if channel != MessageChannel.NONE
    ]
    if not channels:
        return None
    return ContactConsent(
        last.get("decided_at"),
        tuple(channels),
        last.get("recipient") or Signer.PARTICIPANT.value,
        LANGUAGES.get(last.get("message_language"), "zh-hans"),
    )


def has_opted_out(casebook: Casebook, consent: ContactConsent) -> bool:
    opted_out_at = casebook.value("CTC", "opted_out_at")
    return opted_out_at is not None and consent.decided_at <= opted_out_at


def address_for(
    casebook: Casebook, consent: ContactConsent, channel: str
) -> str | None:
    if channel == MessageChannel.EMAIL:
        email: str | None = casebook.value("CTC", "email")
        return email
    numbers = (
        dialled(phone.get("number") or "")
        for phone in casebook.value("CTC", "phones") or ()
        if phone.get("owner") == consent.recipient and phone.get("works") == YesNo.YES
    )
    return next(filter(None, numbers), None)


def has_phone_number(casebook: Casebook, number: str) -> bool:
    sender = endings(number)
    phones = casebook.value("CTC", "phones") or ()
    return any(sender & endings(phone.get("number") or "") for phone in phones)
