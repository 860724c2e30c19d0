"""What must be in place before the first participant; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One thing that must be in place: `problem` says what lacks and what to do.

    `is_needed`: nobody is randomized before it is there. Else it is advice.
    """

    topic: str
    problem: str = ""
    is_needed: bool = True
    page: str = ""  # name of the address at which it is put right


def obstacles(prerequisites: list[Prerequisite]) -> list[str]:
    return [each.problem for each in prerequisites if each.problem and each.is_needed]
