"""Start, restart and keep the clock of a report."""

from record.accounts.models import User
from record.audit.attribution import Actor, Source
from record.capture.events import FormReturned, RowStruck
from record.capture.problems import ReasonNeeded, SaveRefused
from record.capture.save_hooks import Saved
from record.casebook.checks import Finding
from record.casebook.selectors import casebook_of, data_of, row_of
from safety.facts import event_of, is_serious
from safety.reports.facts import report_assessed, reports_on
from safety.reports.selectors.reports import notified_at, was_sent
from safety.reports.services import reports as services
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Severity


def open_report(saved: Saved) -> None:
    """Open the report of a serious event, draft included; withdraw it otherwise."""
    if is_serious(saved.data):
        services.open_report(
            saved.participant, saved.data, saved.casebook, via=saved.via
        )
    else:
        services.withdraw_reports(saved.form.pk, saved.casebook, via=saved.via)


def restart_clock(saved: Saved) -> None:
    services.restart_clock(
        saved.form, saved.data, saved.casebook, by=saved.by, via=saved.via
    )


def require_reason_for_later_awareness(saved: Saved) -> None:
    """Ask why the sponsor's awareness is later than its first message."""
    aware_at = saved.data.get("sponsor_aware_at")
    report = report_assessed(saved.data, saved.casebook)
    default = notified_at(report.form_id) if report else None
    is_later = aware_at and default and aware_at > default
    reason = saved.reasons.get("sponsor_aware_at")
    if is_later and isinstance(saved.by, User) and not (reason and reason.text):
        raise ReasonNeeded(["sponsor_aware_at"])


@implements("SAF-10")
def refuse_striking_sent_reports(event: RowStruck, by: Actor, via: Source) -> None:
    del by, via
    form = event.form
    if form.code not in {"SAE", "SPA"} or not form.struck_at:
        return
    if form.code == "SPA":
        _refuse("SPA-03", N_("Each version has its assessment: correct it instead."))
    if was_sent(form):
        _refuse("SAE-06", N_("This version was sent: add a follow-up instead."))
    casebook = casebook_of(form.participant, "AE", "SAE")
    reported_event = event_of(data_of(form, row_of(form)), casebook)
    if (
        reported_event
        and is_serious(reported_event)
        and not reports_on(reported_event, casebook)
    ):
        message = N_("The event is serious and needs a report. Correct the event.")
        _refuse("SAE-07", message)


@implements("SAF-10")
def refuse_returning_sent_reports(event: FormReturned, by: Actor, via: Source) -> None:
    del by, via
    if event.form.code == "SAE" and was_sent(event.form):
        _refuse("SAE-06", N_("This version was sent: add a follow-up instead."))


def _refuse(check_id: str, message: str) -> None:
    raise SaveRefused([Finding(check_id, "", Severity.HARD, message)])
