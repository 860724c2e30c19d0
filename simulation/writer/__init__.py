"""Entries of the staff about one person, each at its instant."""

from simulation.people import NEVER_CONSENTS, NOT_RANDOMIZED
from simulation.writer.case import Act, SimulatedCase
from simulation.writer.ending import end_of_study_acts
from simulation.writer.follow_up import visit_acts
from simulation.writer.infusions import infusion_acts
from simulation.writer.logs import course_log_acts, screening_log_acts
from simulation.writer.review import monitoring_acts, oversight_acts
from simulation.writer.safety import adverse_event_acts
from simulation.writer.screening import screening_acts

__all__ = ["SimulatedCase", "acts_of"]


def acts_of(case: SimulatedCase) -> list[Act]:
    acts = list(screening_acts(case))
    if case.person.fate not in NEVER_CONSENTS:
        acts += screening_log_acts(case)
    if case.person.fate not in NOT_RANDOMIZED:
        for part in PARTS:
            acts += part(case)
    return sorted(acts, key=lambda act: act.at)


PARTS = (
    infusion_acts,
    visit_acts,
    course_log_acts,
    adverse_event_acts,
    end_of_study_acts,
    monitoring_acts,
    oversight_acts,
)
