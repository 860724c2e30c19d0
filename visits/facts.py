"""What conditions and checks of any room may ask of the schedule; pure."""

from datetime import date

from record.casebook.sheets import Binder, fact
from trial_edc.dates import site_date
from visits.schedule.facts import infusion_started_at


@fact("day_0")
def day_0(binder: Binder) -> date | None:
    """Return the site date on which infusion 1 started."""
    started_at = infusion_started_at(binder, 1)
    return site_date(started_at) if started_at else None


@fact("is_infused")
def is_infused(binder: Binder) -> bool:
    """Tell whether any infusion was started."""
    return any(infusion_started_at(binder, number) is not None for number in (1, 2))
