"""Which of the forms that nobody has begun are missing; pure."""

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto


class ExpectedSince(Enum):
    """From when a form is expected."""

    OPENING = auto()  # an event or a person opened it: at once
    SCREENING = auto()  # it belongs to the present screening
    VISIT = auto()  # it belongs to a visit with a window
    UNSCHEDULED_VISIT = auto()


@dataclass(frozen=True, slots=True)
class EmptyForm:
    """A form that nobody has begun, nor stated not done or not applicable.

    `due_on`: the last day on which it is in time; None while its visit has no window
    and where death, withdrawal or discharge ended it.
    """

    expected_since: ExpectedSince
    due_on: date | None = None
    is_visit_done: bool = False
    is_randomized: bool = False
    is_screening_over: bool = False  # closed, died, withdrawn, or an earlier screening


def is_missing(form: EmptyForm, today: date) -> bool:
    """Its visit is done, or the window has closed; screening leads on or led on."""
    if form.expected_since is ExpectedSince.OPENING:
        return True
    if form.expected_since is ExpectedSince.UNSCHEDULED_VISIT:
        return form.is_visit_done
    if form.expected_since is ExpectedSince.SCREENING:
        goes_on = form.is_visit_done and not form.is_screening_over
        return form.is_randomized or goes_on
    return form.due_on is not None and (form.is_visit_done or form.due_on < today)
