"""Reports on serious events: opened by the system, sent by people, clocks."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import Permission, Role
from record.audit.attribution import Actor, Process, Reason, Source, attributed
from record.audit.events import announce
from record.capture.events import DeviationFound
from record.capture.services.forms import save
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from record.notices.models import Message
from record.notices.services.outbox import queue
from record.review.selectors import as_shown, changes_since_shown
from safety.facts import event_of, is_serious, row_with
from safety.models import SentReport
from safety.reports.facts import (
    assessment_of,
    clock_starts_at,
    earlier_versions,
    reports_on,
)
from safety.vocabulary import ReportKind
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, YesNo
from trial_edc.wording import Wording

SAFETY = Process("safety")
NO_LONGER = Reason("system", "What this row was opened for no longer holds.")
SENT_LATE = N_("Report of a serious adverse event sent %(hours)s hours late.")
SERIOUS_EVENT = "serious_event"  # the occasion of the first message
REPORT_PERIOD = timedelta(hours=PROTOCOL.safety.report_to_sponsor_hours)


class NotReadyToSend(Exception):
    """A report lacks the sponsor's minimum; the text is for people."""


def open_log_row(
    participant: Participant, code: str, values: Mapping[str, object], *, via: Source
) -> FormInstance:
    with attributed(by=SAFETY, via=via):
        form = form_instances.add_row(participant, code, by=SAFETY, via=via)
        save(form, values, by=SAFETY, via=via)
    return form


def open_form(participant: Participant, code: str, *, via: Source) -> FormInstance:
    """Ask for a form that is now due."""
    return form_instances.open_form_instance(participant, code, by=SAFETY, via=via)


def strike_if_untouched(form: FormInstance, *, via: Source) -> None:
    """Strike out a row that the system opened, unless somebody worked on it."""
    is_touched = form.saved_by_id is not None or form.status == FormStatus.COMPLETE
    if not is_touched and not form.struck_at and not form.is_closed:
        with attributed(by=SAFETY, via=via):
            form_instances.strike(form, by=SAFETY, reason=NO_LONGER, via=via)


def strike_untouched_rows(form_ids: Iterable[int | None], *, via: Source) -> None:
    """Strike out the untouched ones of these rows, and reports on their events."""
    for form in FormInstance.objects.filter(pk__in=[pk for pk in form_ids if pk]):
        strike_if_untouched(form, via=via)
        form.refresh_from_db()
        if form.struck_at and form.code == "AE":
            casebook = casebook_of(form.participant)
            withdraw_reports(form.pk, casebook, via=via)


def strike_untouched_forms(participant: Participant, code: str, *, via: Source) -> None:
    for form in FormInstance.objects.filter(participant=participant, code=code):
        strike_if_untouched(form, via=via)


@implements("SAF-01")
def open_report(
    participant: Participant, event: FormData, casebook: Casebook, *, via: Source
) -> None:
    """Start the 24-hour clock of a serious event; a second call changes nothing."""
    if event.form_id is None or reports_on(event, casebook):
        return
    due_at = clock.now() + REPORT_PERIOD
    values = {"ae": event.form_id, "report_kind": ReportKind.INITIAL.value}
    with attributed(by=SAFETY, via=via):
        form = open_log_row(participant, "SAE", values, via=via)
        set_due_date(form, dates.site_date(due_at))
        _notify_serious_event(participant, form, due_at)


def set_due_date(form: FormInstance, day: date) -> None:
    FormInstance.objects.filter(pk=form.pk).update(due_on=day)


def _notify_serious_event(
    participant: Participant, form: FormInstance, due_at: datetime
) -> None:
    local = due_at.astimezone(dates.SITE_TZ)
    details = {"number": participant.number, "until": f"{local:%Y-%m-%d %H:%M %z}"}
    queue(
        occasion=SERIOUS_EVENT,
        key=f"{SERIOUS_EVENT}:{form.pk}",
        to=User.objects.filter(role__in=(Role.PI, Role.SO), is_active=True),
        subject=N_("Serious adverse event: %(number)s"),
        text=N_(
            "A serious adverse event was entered for participant %(number)s. "
            "The report to the sponsor is due by %(until)s (site time)."
        ),
        details=details,
    )


def withdraw_reports(event_form_id: int, casebook: Casebook, *, via: Source) -> None:
    """Withdraw the untouched reports on an event that is not serious after all.

    Of a report that was sent already, the safety officers are notified.
    """
    rows = [r for r in casebook.rows("SAE") if r.get("ae") == event_form_id]
    forms = FormInstance.objects.filter(pk__in=[row.form_id for row in rows])
    sent_ids = SentReport.objects.filter(form__in=forms).values_list(
        "form_id", flat=True
    )
    for form in forms.select_related("participant") if rows else ():
        if form.pk in sent_ids:
            _notify_withdrawal(form, via=via)
        else:
            strike_if_untouched(form, via=via)


def _notify_withdrawal(form: FormInstance, *, via: Source) -> None:
    details = {"number": form.participant.number, "version": form.occurrence}
    with attributed(by=SAFETY, via=via):
        queue(
            occasion="event_withdrawn",
            key=f"event_withdrawn:{form.pk}",
            to=User.objects.filter(role__in=(Role.PI, Role.SO), is_active=True),
            subject=N_("Reported event withdrawn: %(number)s"),
            text=N_(
                "The event of report %(version)s on participant %(number)s is no "
                "longer called serious, or was struck out. A follow-up report says why."
            ),
            details=details,
        )


def restart_clock(
    form: FormInstance,
    data: FormData,
    casebook: Casebook,
    *,
    by: Actor,
    via: Source = Source.PAGE,
) -> None:
    """The clock of a report runs from the awareness that was entered."""
    if data.get("aware_at"):
        due_at = _due_at(form, data, casebook)
        set_due_date(form, dates.site_date(due_at))
        if sent := SentReport.objects.filter(form=form).first():
            _report_lateness(form, due_at, sent, by=by, via=via)


def _due_at(form: FormInstance, report: FormData, casebook: Casebook) -> datetime:
    return (clock_starts_at(report, casebook) or form.created_at) + REPORT_PERIOD


@implements("SAF-01")
def send_report(
    form: FormInstance, *, shown: str, by: User, via: Source = Source.PAGE
) -> SentReport:
    """Send a report to the sponsor as it was shown; twice is once.

    `shown` is `as_shown` of report and event. Raises `NotReadyToSend`.
    """
    if not by.may(Permission.SIGN_FORM):
        raise PermissionDenied
    with attributed(by=by, via=via):
        participant = form_instances.lock(form.participant)
        if sent := SentReport.objects.filter(form=form).first():
            return sent
        casebook = casebook_of(participant, "AE", "SAE", "SPA")
        report = row_with(casebook, "SAE", form.pk)
        if report is None:
            raise NotReadyToSend(_("Save the report first."))
        event = _reportable_event(report, casebook)
        if as_shown((report, event)) != shown:
            names = changes_since_shown(shown, (report, event), by=by)
            message = _(
                "Not sent: this changed since it was shown to you: %(items)s. Read "
                "it again, then send it."
            )
            raise NotReadyToSend(message % {"items": names})
        sent_at = clock.now()
        sent = SentReport.objects.create(
            form=form,
            revision=report.revision,
            event_revision=event.revision,
            notified_at=_notified_at(form) or sent_at,
            sent_at=sent_at,
            sent_by=by,
        )
        _request_assessment(form, report, casebook, sent, via=via)
        _report_lateness(form, _due_at(form, report, casebook), sent, by=by, via=via)
    return sent


def _notified_at(form: FormInstance) -> datetime | None:
    """When the first message on the event reached a safety officer.

    The sponsor's clock begins there by default (catalogue, SPA), not when the report
    itself comes. A follow-up, and an event whose message is still on its way, has no
    such instant: there it is the act of sending the report.
    """
    key, delivered = f"{SERIOUS_EVENT}:{form.pk}", Message.objects.exclude(sent_at=None)
    messages = delivered.filter(key=key, recipient__role=Role.SO).order_by("sent_at")
    return messages.values_list("sent_at", flat=True).first()


def _reportable_event(report: FormData, casebook: Casebook) -> FormData:
    event = event_of(report, casebook)
    lacking = [
        label
        for label, value in (
            (_("the term of the event"), event and event.get("term")),
            (_("a criterion of seriousness"), event and _criteria(event)),
            (_("when the site became aware"), report.get("aware_at")),
        )
        if not value
    ]
    if event is None or lacking:
        message = _("Before sending, enter %(items)s.")
        raise NotReadyToSend(message % {"items": ", ".join(lacking)})
    if not is_serious(event) and not earlier_versions(report, casebook):
        message = _("The event is not called serious: strike this report out.")
        raise NotReadyToSend(message)
    return event


def _criteria(event: FormData) -> object:
    """What made an event serious; one that is not serious after all needs none."""
    return event.get("seriousness") or event.get("serious") == YesNo.NO


def _request_assessment(
    form: FormInstance,
    report: FormData,
    casebook: Casebook,
    sent: SentReport,
    *,
    via: Source,
) -> None:
    if assessment_of(report, casebook) is None:
        with attributed(by=SAFETY, via=via):
            assessment = form_instances.ensure_form(
                form.participant, "SPA", occurrence=form.occurrence
            )
            values = {"sponsor_aware_at": sent.notified_at}
            save(assessment, values, by=SAFETY, via=via)
    details = {"number": form.participant.number, "version": form.occurrence}
    queue(
        occasion="report_sent",
        key=f"report_sent:{form.pk}",
        to=User.objects.filter(role=Role.SO, is_active=True),
        subject=N_("Report received: %(number)s"),
        text=N_("Report %(version)s on participant %(number)s awaits your assessment."),
        details=details,
    )


def _report_lateness(
    form: FormInstance, due_at: datetime, sent: SentReport, *, by: Actor, via: Source
) -> None:
    if sent.sent_at <= due_at:
        return
    hours = (sent.sent_at - due_at).total_seconds() / 3600
    deviation = DeviationFound(
        participant=form.participant,
        category="safety_report",
        rule="SAF-01",
        occurred_on=dates.site_date(due_at),
        description=(Wording(SENT_LATE, {"hours": f"{hours:.1f}"}),),
        form=form,
    )
    announce(deviation, by=by, via=via)
