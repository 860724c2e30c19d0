"""Follow-up versions of a report; what still holds is carried over."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Source, attributed
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from safety.facts import event_of, row_with
from safety.reports.facts import reports_on
from safety.reports.selectors.reports import was_sent
from safety.reports.services.reports import REPORT_PERIOD, NotReadyToSend, set_due_date
from safety.vocabulary import ReportKind
from trial_edc import clock, dates
from trial_edc.requirements import implements

# Items about the event itself; who was aware of what, and when, differs by version.
CARRIED = ("ae", "hospital_in", "hospital_out", "narrative", "tests", "history")


@implements("SAF-10")
def add_follow_up(
    report: FormInstance, *, by: User, via: Source = Source.PAGE
) -> FormInstance:
    """Begin the next version if the last one was sent; else return the last one.

    Its 24 hours run from now until the awareness of the new information is entered.
    Raises `NotReadyToSend` when there is no event to report on.
    """
    if not by.may(Permission.ENTER_CRF):
        raise PermissionDenied
    with attributed(by=by, via=via):
        participant = form_instances.lock(report.participant)
        casebook = casebook_of(participant, "AE", "SAE")
        stored_report = row_with(casebook, "SAE", report.pk)
        event = event_of(stored_report, casebook) if stored_report else None
        if event is None:
            message = _("The event is struck out: restore it, then say what changed.")
            raise NotReadyToSend(message)
        last = reports_on(event, casebook)[-1]
        latest = FormInstance.objects.get(
            participant=participant, code="SAE", occurrence=last.occurrence
        )
        if not was_sent(latest):
            return latest
        form = form_instances.add_row(participant, "SAE", by=by, via=via)
        carried = {name: last.values.get(name) for name in CARRIED}
        kind = {"report_kind": ReportKind.FOLLOW_UP.value}
        save(form, carried | kind, by=by, via=via)
        set_due_date(form, dates.site_date(clock.now() + REPORT_PERIOD))
    return form
