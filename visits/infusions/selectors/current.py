"""Which infusion the bedside is about."""

from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from trial_edc.vocabulary import INFUSION_VISITS, VisitCode
from visits.infusions.facts import vital_sign_times as timing
from visits.schedule.facts import is_refused_for_good


def current_infusion_visit(participant: Participant) -> str:
    casebook = casebook_of(participant)
    open_visits = (
        visit
        for visit, number in INFUSION_VISITS.items()
        if not is_refused_for_good(casebook, number)
        and not timing.is_over(visit, casebook)
    )
    return next(open_visits, VisitCode.DAY_7.value)
