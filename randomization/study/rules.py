"""Which step the study may take, and which one needs a second person; pure."""

from randomization.vocabulary import StudyStatus

OPEN, RANDOMIZATION_PAUSED, INFUSION_PAUSED, CLOSED = (
    StudyStatus.OPEN,
    StudyStatus.PAUSED_RANDOMIZATION,
    StudyStatus.PAUSED_INFUSION,
    StudyStatus.CLOSED,
)
STEPS: dict[str, tuple[StudyStatus, ...]] = {
    StudyStatus.SETUP: (OPEN,),
    OPEN: (RANDOMIZATION_PAUSED, INFUSION_PAUSED, CLOSED),
    RANDOMIZATION_PAUSED: (INFUSION_PAUSED, OPEN, CLOSED),
    INFUSION_PAUSED: (RANDOMIZATION_PAUSED, OPEN, CLOSED),
    CLOSED: (OPEN,),
    StudyStatus.LOCKED: (),
}


def next_steps(status: str) -> tuple[StudyStatus, ...]:
    return STEPS[status]


def needs_second_person(before: str, after: str) -> bool:
    """A step that allows more than before: one pauses, two reopen."""
    return after == OPEN or (before, after) == (INFUSION_PAUSED, RANDOMIZATION_PAUSED)
