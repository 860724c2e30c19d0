"""Whether, how and where a participant is written to, from CNS and CTC.

What comes from CTC is identity: it is asked for at the moment of sending, and held in
memory alone.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from enrollment.vocabulary import (
    ConsentDecision,
    ConsentKind,
    MessageChannel,
    MessageLanguage,
    Signer,
)
from record.casebook.form_data import Casebook
from record.notices.phone_numbers import digits_of
from trial_edc.vocabulary import YesNo

LANGUAGES = {
    MessageLanguage.CHINESE.value: "zh-hans",
    MessageLanguage.ENGLISH.value: "en",
}


@dataclass(frozen=True, slots=True)
class ContactConsent:
    """The consent to be written to that stands."""

    decided_at: datetime
    channels: tuple[str, ...]
    recipient: str
    language: str  # as the texts are kept: en, zh-hans


def contact_consent(casebook: Casebook) -> ContactConsent | None:
    """Return the last decision on messages, if it was given and names a way."""
    decided = [
        row
        for row in casebook.rows("CNS")
        if row.get("kind") == ConsentKind.CONTACT and row.get("decided_at")
    ]
    last = max(
        decided, key=lambda row: (row.get("decided_at"), row.occurrence), default=None
    )
    if last is None or last.get("decision") != ConsentDecision.GIVEN:
        return None
    chosen = [one for one in last.get("channel") or () if one != MessageChannel.NONE]
    if not chosen:
        return None
    return ContactConsent(
        last.get("decided_at"),
        tuple(chosen),
        last.get("recipient") or Signer.PARTICIPANT.value,
        LANGUAGES.get(last.get("message_language"), "zh-hans"),
    )


def has_opted_out(casebook: Casebook, consent: ContactConsent) -> bool:
    """Tell whether messages were stopped after the consent to them was given."""
    opted_out_at = casebook.value("CTC", "opted_out_at")
    return opted_out_at is not None and consent.decided_at <= opted_out_at


def address_for(
    casebook: Casebook, consent: ContactConsent, channel: str
) -> str | None:
    """Return the number or e-mail address of the recipient that works."""
    if channel == MessageChannel.EMAIL:
        email: str | None = casebook.value("CTC", "email")
        return email
    return next(
        (
            dialled(phone["number"])
            for phone in casebook.value("CTC", "phones") or ()
            if phone.get("number")
            and phone.get("owner") == consent.recipient
            and phone.get("works") == YesNo.YES
        ),
        None,
    )


def dialled(number: str) -> str:
    """Return a number as it is dialled: without blanks and hyphens."""
    return re.sub(r"[^0-9+]", "", number)


def has_line(casebook: Casebook, number: str) -> bool:
    """Tell whether a number is still among those of the participant."""
    phones = casebook.value("CTC", "phones") or ()
    return digits_of(number) in {digits_of(one.get("number") or "") for one in phones}
