"""Reads of consent: the versions of its document, and whom to ask again."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.consent.facts.decisions import consent_on
from enrollment.consent.facts.reconsent import (
    CODES,
    DocumentVersion,
    ReconsentDue,
    reconsents_due_of,
    version_on,
)
from enrollment.models import ConsentDocument
from enrollment.selectors import people_visible_to
from enrollment.vocabulary import ConsentConcerns
from record.accounts.models import User
from record.casebook.form_data import Casebook
from record.casebook.models import Participant
from record.casebook.selectors import casebooks_of
from trial_edc import clock
from trial_edc.protocol import PROTOCOL


def consent_documents() -> QuerySet[ConsentDocument]:
    signatories = ("entered_by", "approved_by")
    return ConsentDocument.objects.select_related(*signatories).order_by(
        "-effective_from"
    )


def consent_versions() -> list[DocumentVersion]:
    opening = [
        DocumentVersion(
            version.version, version.effective_from, ConsentConcerns.EVERYBODY
        )
        for version in PROTOCOL.consent_versions
    ]
    approved = ConsentDocument.objects.filter(approved_at__isnull=False)
    later = approved.values_list("version", "effective_from", "concerns")
    return [*opening, *(DocumentVersion(*values) for values in later)]


def version_options() -> list[tuple[str, str]]:
    text = _("%(version)s, in force from %(day)s")
    return [
        (
            version.version,
            text % {"version": version.version, "day": version.effective_from},
        )
        for version in reversed(consent_versions())
    ]


def present_version() -> str:
    version = version_on(consent_versions(), clock.today())
    return version.version if version else ""


def consent_days(participants: Iterable[Participant]) -> dict[int, date]:
    """Date of the initial consent, by participant id; one select."""
    casebooks = casebooks_of(participants, ("CNS",))
    days = {pk: consent_on(casebook) for pk, casebook in casebooks.items()}
    return {pk: day for pk, day in days.items() if day}


def participants_to_reconsent(
    user: User,
) -> list[tuple[Participant, list[ReconsentDue]]]:
    people = list(people_visible_to(user))
    due = reconsents_due(casebooks_of(people, CODES))
    return [(person, due[person.pk]) for person in people if due[person.pk]]


def reconsents_due(casebooks: Mapping[int, Casebook]) -> dict[int, list[ReconsentDue]]:
    """By participant id; one select for any number.

    The casebooks must hold the forms of `reconsent.CODES`.
    """
    versions, today = consent_versions(), clock.today()
    return {
        pk: reconsents_due_of(casebook, versions, today)
        for pk, casebook in casebooks.items()
    }
