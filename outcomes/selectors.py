"""Derived endpoints: computed each time from the data, never stored, never typed."""

from collections.abc import Iterable
from datetime import date

from outcomes.facts.course import FORMS, record_of
from outcomes.rules import Endpoints, derive
from record.casebook.form_data import Casebook
from record.casebook.models import Participant
from record.casebook.selectors import casebooks_of
from trial_edc import clock
from trial_edc.requirements import implements
from visits.facts import death_of


def endpoints_in(casebook: Casebook, cutoff: date) -> Endpoints | None:
    record = record_of(casebook, cutoff)
    return derive(record, death_of(casebook)) if record else None


@implements("OUT-09")
def endpoints_by_participant(
    participants: Iterable[Participant], cutoff: date | None = None
) -> dict[int, Endpoints]:
    until = cutoff or clock.today()
    endpoints_by_pk = {
        pk: endpoints_in(casebook, until)
        for pk, casebook in casebooks_of(participants, FORMS).items()
    }
    return {pk: endpoints for pk, endpoints in endpoints_by_pk.items() if endpoints}
