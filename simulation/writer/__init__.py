"""What the staff write about one person, each act at its instant."""

from simulation.people import NEVER_CONSENTS, NOT_RANDOMISED
from simulation.writer.case import Act, SimulatedCase
from simulation.writer.ending import ending
from simulation.writer.follow_up import visits
from simulation.writer.infusions import infusions
from simulation.writer.logs import course_logs, screening_logs
from simulation.writer.review import monitoring, oversight
from simulation.writer.safety import events
from simulation.writer.screening import screening

__all__ = ["SimulatedCase", "acts_of"]


def acts_of(case: SimulatedCase) -> list[Act]:
    """Return every act about a person, in order of time."""
    acts = list(screening(case))
    if case.person.fate not in NEVER_CONSENTS:
        acts += screening_logs(case)
    if case.person.fate not in NOT_RANDOMISED:
        for part in PARTS:
            acts += part(case)
    return sorted(acts, key=lambda act: act.at)


PARTS = (infusions, visits, course_logs, events, ending, monitoring, oversight)
