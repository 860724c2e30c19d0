"""Which step the study may take, and which one needs a second person; pure."""

from randomization.vocabulary import StudyStatus

OPEN, RANDOMISATION, INFUSION, CLOSED = (
    StudyStatus.OPEN,
    StudyStatus.PAUSED_RANDOMISATION,
    StudyStatus.PAUSED_INFUSION,
    StudyStatus.CLOSED,
)
STEPS: dict[str, tuple[StudyStatus, ...]] = {
    StudyStatus.SETUP: (OPEN,),
    OPEN: (RANDOMISATION, INFUSION, CLOSED),
    RANDOMISATION: (INFUSION, OPEN, CLOSED),
    INFUSION: (RANDOMISATION, OPEN, CLOSED),
    CLOSED: (OPEN,),
    StudyStatus.LOCKED: (),
}


def steps(status: str) -> tuple[StudyStatus, ...]:
    """Return the states that may follow."""
    return STEPS[status]


def needs_two(before: str, after: str) -> bool:
    """Tell whether the step allows more than before: one pauses, two reopen."""
    return after == OPEN or (before, after) == (INFUSION, RANDOMISATION)
