"""The windows that another start of infusion 1 moves, shown before it is saved."""

from django.utils.translation import gettext as _

from record.capture.impact_previews import ImpactPreview, previews_impact
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance
from trial_edc.dates import site_date
from trial_edc.vocabulary import VisitCode
from visits.deviations.selectors import day_0_change as deviations_selectors
from visits.schedule import rules
from visits.schedule.facts import (
    infusion_started_at,
)


@previews_impact("INF")
def moved_windows(
    form: FormInstance, before: Casebook, after: Casebook
) -> ImpactPreview | None:
    before_at, after_at = (
        infusion_started_at(casebook, 1) for casebook in (before, after)
    )
    if form.visit != VisitCode.DAY_0 or before_at is None:
        return None
    if after_at and site_date(before_at) == site_date(after_at):
        return None
    text = _("Another start of infusion 1 moves every window.")
    columns = (
        _("Visit"),
        _("Window now"),
        _("Window then"),
        _("Done on"),
        _("Deviations"),
    )
    changes = deviations_selectors.preview_day0_change(form.participant, after_at)
    return ImpactPreview(
        text, columns, tuple(_window_row(change) for change in changes)
    )


def _window_row(change: deviations_selectors.WindowChange) -> tuple[str, ...]:
    done_on = change.done_on.isoformat() if change.done_on else "—"
    if change.leaves_window:
        done_on += " · " + _("outside its window")
    windows = map(_span, (change.before, change.after))
    return (_(change.code.label), *windows, done_on, change.deviations)


def _span(window: rules.Window | None) -> str:
    return f"{window.opens} – {window.closes}" if window else "—"
