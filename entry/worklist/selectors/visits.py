"""Visits, consents, infusions and reminders that are due."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.consent.facts.reconsent import ReconsentDue
from entry.matrix.selectors import MatrixRow, matrix_for
from entry.selectors import navigation
from entry.selectors.visibility import forms_visible_to, participants_visible_to
from record.accounts.models import User
from record.casebook.models import FormInstance
from record.casebook.selectors import casebooks_of
from record.notices.work_items import DUE, OVERDUE, WorkItem
from trial_edc import clock, dates
from trial_edc.vocabulary import INFUSION_VISITS, VisitStatus
from visits.infusions.facts.vital_sign_times import NextMeasurement, next_measurement
from visits.reminders.page import appointment_text, ward_reminders
from visits.schedule.facts import Visit


def visits_and_consents(user: User) -> Iterator[WorkItem]:
    """Consents to ask for again; visits overdue, due, and coming up."""
    visit_forms = _visit_forms(user)
    for row in matrix_for(user):
        yield from (_consent_item(row, due) for due in row.due)
        for visit in row.visits:
            if urgency := _urgency(visit):
                yield _visit_item(row, visit, urgency - 1, visit_forms)


def infusions_to_watch(user: User) -> Iterator[WorkItem]:
    """Infusions allowed or running, with the measurement that comes next."""
    people = list(participants_visible_to(user))
    casebooks = casebooks_of(people, ("IRQ", "INF", "VSI", "DTH"))
    for person in people:
        for visit in INFUSION_VISITS:
            if coming := next_measurement(visit, casebooks[person.pk], clock.now()):
                yield _infusion_item(person.number, visit, coming)


def people_to_inform_in_ward(user: User) -> Iterator[WorkItem]:
    """In-patients whom the ward informs, where others get a message."""
    for person, reminder in ward_reminders(list(participants_visible_to(user))):
        words = (
            _(reminder.occasion.label),
            reminder.place,
            appointment_text(reminder),
        )
        yield WorkItem(
            DUE,
            _("Tell in the ward"),
            person.number,
            " · ".join(filter(None, words)),
            reverse("visits:schedule", args=[person.number]),
            "due",
            dates.site_date(reminder.appointment_at)
            if reminder.appointment_at
            else None,
        )


def _infusion_item(number: str, visit: str, coming: NextMeasurement) -> WorkItem:
    infusion = _("Infusion %(number)s") % {"number": INFUSION_VISITS[visit]}
    words = [infusion, _(coming.point.label)]
    if coming.due_at:
        words.append(f"{coming.due_at.astimezone(dates.SITE_TZ):%H:%M}")
    return WorkItem(
        OVERDUE if coming.is_late else DUE,
        _("At the bedside"),
        number,
        " · ".join(words),
        reverse("visits:bedside", args=[number, visit]),
        "overdue" if coming.is_late else "due",
        dates.site_date(coming.due_at) if coming.due_at else None,
    )


def _consent_item(row: MatrixRow, due: ReconsentDue) -> WorkItem:
    number = row.participant.number
    return WorkItem(
        DUE,
        _("Consent"),
        number,
        f"{_(due.reason.label)} {due.version}".strip(),
        reverse("entry:log", args=[number, due.form]),
        "due",
        due.since,
    )


def _urgency(visit: Visit) -> int | None:
    order = (VisitStatus.OVERDUE, VisitStatus.DUE, VisitStatus.UPCOMING)
    return order.index(visit.status) + 1 if visit.status in order else None


def _visit_forms(user: User) -> dict[tuple[int, str], FormInstance]:
    forms = forms_visible_to(user).filter(code="VIS", struck_at=None)
    return {(form.participant_id, form.visit): form for form in forms}


def _visit_item(
    row: MatrixRow,
    visit: Visit,
    urgency: int,
    visit_forms: dict[tuple[int, str], FormInstance],
) -> WorkItem:
    form = visit_forms.get((row.participant.pk, visit.code))
    url = (
        navigation.address(form, "performed")
        if form
        else reverse("entry:casebook", args=[row.participant.number])
    )
    label = _(visit.code.label)
    if visit.awaits_record and visit.state.reason:
        label = f"{label} · {_(visit.state.reason.label)}"
    return WorkItem(
        urgency,
        _("Visit"),
        row.participant.number,
        label,
        url,
        visit.status.value,
        visit.closes_on,
    )
