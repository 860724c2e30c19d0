"""Preview of what a date of death changes; other ends of a course use its parts."""

from datetime import timedelta

from django.utils.translation import gettext as _

from record.capture.impact_previews import ImpactPreview, previews_impact
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from safety.facts import events, is_fatal
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitStatus
from visits.schedule.rules import VisitState
from visits.schedule.selectors import schedules_of

Row = tuple[str, str, str]  # what, as it is, as it would be
NOTHING = "—"


def columns() -> Row:
    return _("What"), _("Now"), _("Then")


@previews_impact("DTH")
def impact_of_death(
    form: FormInstance, before: Casebook, after: Casebook
) -> ImpactPreview | None:
    old_day, new_day = (
        casebook.value("DTH", "death_on") for casebook in (before, after)
    )
    if old_day == new_day:
        return None
    rows = changed_visits(form.participant, before, after)
    if old_day is None:
        text = _("A death acts at once, also as a draft.")
        rows += rows_opened_by_death(after)
    elif new_day is None:
        text = _("Without a date of death all that followed from it is taken back.")
    else:
        text = _("Another date of death moves what ends with it.")
    return ImpactPreview(text, columns(), tuple(rows)) if rows else None


def changed_visits(
    participant: Participant, before: Casebook, after: Casebook
) -> list[Row]:
    old_schedule, new_schedule = (
        schedules_of([participant], {participant.pk: casebook})[participant.pk]
        for casebook in (before, after)
    )
    return [
        (_(now.code.label), visit_state_text(now.state), visit_state_text(then.state))
        for now, then in zip(old_schedule.visits, new_schedule.visits, strict=True)
        if visit_state_text(now.state) != visit_state_text(then.state)
    ]


def visit_state_text(state: VisitState) -> str:
    parts = [_(VisitStatus(state.status).label)]
    if state.reason:
        parts.append(_(state.reason.label))
    if state.record_lookup:
        parts.append(_("as record look-up"))
    return " · ".join(parts)


def rows_opened_by_death(after: Casebook) -> list[Row]:
    rows: list[Row] = [(_("Messages to the participant"), NOTHING, _("stop at once"))]
    if after.fact("is_consented") and not any(map(is_fatal, events(after))):
        hours = timedelta(hours=PROTOCOL.safety.report_to_sponsor_hours)
        due_at = (clock.now() + hours).astimezone(dates.SITE_TZ)
        due = _("due by %(until)s") % {"until": f"{due_at:%Y-%m-%d %H:%M}"}
        rows.append((_("Adverse event"), NOTHING, _("opened, fatal and serious")))
        rows.append((_("Report to the sponsor"), NOTHING, due))
    if after.rows("RAN") and not after.rows("EOS"):
        rows.append((_("End of study"), NOTHING, _("asked for")))
    return rows
