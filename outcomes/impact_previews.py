"""Preview of what a withdrawal changes."""

from django.utils.translation import gettext as _

from outcomes.facts.course import withdrawn_from_everything_on
from record.capture.impact_previews import ImpactPreview, previews_impact
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance
from safety.deaths.impact_previews import NOTHING, Row, changed_visits, columns
from trial_edc.vocabulary import WithdrawalKind
from visits.schedule.facts import infusion_started_at


@previews_impact("WDR")
def impact_of_withdrawal(
    form: FormInstance, before: Casebook, after: Casebook
) -> ImpactPreview | None:
    kinds = _dated_kinds(after)
    if kinds == _dated_kinds(before):
        return None
    rows = changed_visits(form.participant, before, after)
    if kinds:
        rows += _ended_rows(before, after, new=kinds - _dated_kinds(before))
    text = _("A withdrawal acts at once, also as a draft. What was collected stays.")
    return ImpactPreview(text, columns(), tuple(rows)) if rows else None


def _dated_kinds(casebook: Casebook) -> set[tuple[str, object]]:
    rows = ((row.get("kind"), row.get("on")) for row in casebook.rows("WDR"))
    return {(str(kind), on) for kind, on in rows if kind and on}


def _ended_rows(
    before: Casebook, after: Casebook, *, new: set[tuple[str, object]]
) -> list[Row]:
    rows: list[Row] = []
    if before.rows("RAN") and infusion_started_at(before, 2) is None:
        rows.append((_("Infusion 2"), NOTHING, _("no longer given")))
    if any(kind != WithdrawalKind.INFUSION_ONLY for kind, _on in new):
        rows.append((_("Messages to the participant"), NOTHING, _("stop at once")))
    ended_on = withdrawn_from_everything_on(after)
    if ended_on and not withdrawn_from_everything_on(before):
        nothing_new = _("none dated after %(on)s") % {"on": ended_on.isoformat()}
        rows.append((_("New observations"), NOTHING, nothing_new))
        if after.rows("RAN") and not after.rows("EOS"):
            rows.append((_("End of study"), NOTHING, _("asked for")))
    return rows
