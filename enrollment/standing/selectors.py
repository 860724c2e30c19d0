"""Where people stand, asked of the database."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db.models import Q

from enrollment.consent.facts.reconsent import (
    CODES,
    consent_outlook,
    versions_to_ask_about,
)
from enrollment.consent.selectors import consent_versions
from enrollment.screening.selectors import statuses_of
from record.casebook.models import Participant
from record.casebook.selectors import casebooks_by_key

Row = dict[str, Any]  # the columns of a standing


def consent_due(today: date) -> Q:
    """Of people who are to be asked for consent again."""
    newest = max(
        (v.effective_from for v in versions_to_ask_about(consent_versions(), today)),
        default=date.min,
    )
    return Q(standing__asks_consent=True) | Q(standing__signed_from__lt=newest)


def derived_rows(people: Collection[int]) -> Iterator[Row]:
    """What is to be stored of people, by their keys."""
    casebooks = casebooks_by_key(people, CODES)
    persons = Participant.objects.filter(pk__in=people)
    statuses, versions = statuses_of(persons, casebooks), consent_versions()
    for pk, casebook in casebooks.items():
        outlook = consent_outlook(casebook, versions)
        screening = casebook.one("SCN")
        yield {
            "participant_id": pk,
            "status": statuses[pk].value,
            "asks_consent": bool(outlook.now_due),
            "signed_from": outlook.signed_from,
            "screening_id": screening.form_id if screening else None,
            "consented_at": casebook.fact("consented_at"),
            "is_randomized": casebook.fact("is_randomized"),
        }
