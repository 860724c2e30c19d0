"""What a death moves, told before it is saved; other ends of a course ask here too."""

from datetime import timedelta

from django.utils.translation import gettext as _

from record.capture.impact_previews import ImpactPreview, previews_impact
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from safety.events.facts import events, is_fatal
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitStatus
from visits.schedule.rules import VisitState
from visits.schedule.selectors import schedules_of

Row = tuple[str, str, str]  # what, as it is, as it would be
NOTHING = "—"


def columns() -> Row:
    return _("What"), _("Now"), _("Then")


@previews_impact("DTH")
def what_death_moves(
    form: FormInstance, before: Casebook, after: Casebook
) -> ImpactPreview | None:
    """Tell what follows from a date of death, from another one, and from none."""
    was, will_be = (casebook.value("DTH", "death_on") for casebook in (before, after))
    if was == will_be:
        return None
    rows = visits_moved(form.participant, before, after)
    if was is None:
        text = _("A death acts at once, also as a draft.")
        rows += opened_by_death(after)
    elif will_be is None:
        text = _("Without a date of death all that followed from it is taken back.")
    else:
        text = _("Another date of death moves what ends with it.")
    return ImpactPreview(text, columns(), tuple(rows)) if rows else None


def visits_moved(
    participant: Participant, before: Casebook, after: Casebook
) -> list[Row]:
    was, will_be = (
        schedules_of([participant], {participant.pk: casebook})[participant.pk]
        for casebook in (before, after)
    )
    return [
        (_(now.code.label), in_words(now.state), in_words(then.state))
        for now, then in zip(was.visits, will_be.visits, strict=True)
        if in_words(now.state) != in_words(then.state)
    ]


def in_words(state: VisitState) -> str:
    """Return where a visit stands, with the reason, or that records are looked up."""
    said = [_(VisitStatus(state.status).label)]
    if state.reason:
        said.append(_(state.reason.label))
    if state.record_lookup:
        said.append(_("as record look-up"))
    return " · ".join(said)


def opened_by_death(after: Casebook) -> list[Row]:
    """Return what a first date of death opens, and that messages stop."""
    found: list[Row] = [(_("Messages to the participant"), NOTHING, _("stop at once"))]
    if after.fact("is_consented") and not any(map(is_fatal, events(after))):
        hours = timedelta(hours=PROTOCOL.safety.report_to_sponsor_hours)
        due_at = (clock.now() + hours).astimezone(clock.SITE_TZ)
        due = _("due by %(until)s") % {"until": f"{due_at:%Y-%m-%d %H:%M}"}
        found.append((_("Adverse event"), NOTHING, _("opened, fatal and serious")))
        found.append((_("Report to the sponsor"), NOTHING, due))
    if after.rows("RAN") and not after.rows("EOS"):
        found.append((_("End of study"), NOTHING, _("asked for")))
    return found
