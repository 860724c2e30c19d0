"""What conditions and checks may ask of a participant's outcome; pure."""

from datetime import date

from casebook.sheets import Binder, fact
from outcomes.evidence import (
    last_known_alive,
    samples_in_window,
    withdrawn_from_everything_on,
)
from trial_edc.vocabulary import VisitCode


@fact("creatinine_in_window_O28")
def creatinine_in_window_o28(binder: Binder) -> bool:
    """Tell whether a creatinine lies inside the window of day 28."""
    return bool(samples_in_window(binder, VisitCode.DAY_28))


@fact("creatinine_in_window_OM3")
def creatinine_in_window_om3(binder: Binder) -> bool:
    """Tell whether a creatinine lies inside the window of month 3."""
    return bool(samples_in_window(binder, VisitCode.MONTH_3))


@fact("last_known_alive")
def last_alive(binder: Binder) -> date | None:
    """Return the latest date with evidence of life."""
    return last_known_alive(binder)


fact("withdrawn_from_everything_on")(withdrawn_from_everything_on)
