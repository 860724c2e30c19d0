"""Reads of consent: the versions of its document, and whom to ask again."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.consent.facts.reconsent import (
    CODES,
    DocumentVersion,
    ReconsentDue,
    due_of,
    version_on,
)
from enrollment.models import ConsentDocument
from enrollment.screening.selectors import people_visible_to
from enrollment.vocabulary import ConsentConcerns
from record.accounts.models import User
from record.casebook.form_data import Casebook
from record.casebook.models import Participant
from record.casebook.selectors import casebooks_of
from trial_edc import clock
from trial_edc.protocol import PROTOCOL


def consent_documents() -> QuerySet[ConsentDocument]:
    """Return the register of consent versions, the newest first."""
    people = ("entered_by", "approved_by")
    return ConsentDocument.objects.select_related(*people).order_by("-effective_from")


def consent_versions() -> list[DocumentVersion]:
    """Return the versions of the consent document that count: opening and approved."""
    opening = [
        DocumentVersion(known.version, known.effective_from, ConsentConcerns.EVERYBODY)
        for known in PROTOCOL.consent_versions
    ]
    approved = ConsentDocument.objects.filter(approved_at__isnull=False)
    later = approved.values_list("version", "effective_from", "concerns")
    return [*opening, *(DocumentVersion(*one) for one in later)]


def version_options() -> list[tuple[str, str]]:
    """Return the versions that may be chosen, the newest first, with their words."""
    told = _("%(version)s, in force from %(day)s")
    return [
        (one.version, told % {"version": one.version, "day": one.effective_from})
        for one in reversed(consent_versions())
    ]


def present_version() -> str:
    """Return the version of the consent document that is in force today."""
    found = version_on(consent_versions(), clock.today())
    return found.version if found else ""


def people_to_ask(user: User) -> list[tuple[Participant, list[ReconsentDue]]]:
    """Return whom to ask for consent again, and why; selects fixed in number."""
    people = list(people_visible_to(user))
    due = consents_due(casebooks_of(people, CODES))
    return [(person, due[person.pk]) for person in people if due[person.pk]]


def consents_due(casebooks: Mapping[int, Casebook]) -> dict[int, list[ReconsentDue]]:
    """Return what people must be asked again, by key; one select for any number.

    The casebooks hold the forms of `reconsent.CODES`.
    """
    versions, today = consent_versions(), clock.today()
    return {pk: due_of(one, versions, today) for pk, one in casebooks.items()}
