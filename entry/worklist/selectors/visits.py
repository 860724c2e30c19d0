"""Visits, consents, infusions and reminders that are due."""

from collections.abc import Iterator
from itertools import islice

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.consent.facts.reconsent import CODES as CONSENT_FORMS
from enrollment.consent.facts.reconsent import ReconsentDue
from enrollment.consent.selectors import reconsents_due
from enrollment.standing.selectors import consent_due
from entry.casebook.selectors.cells import GRID_VISITS
from entry.selectors import navigation
from entry.selectors.visibility import participants_visible_to
from record.accounts.models import User
from record.casebook.access import visible_codes
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebooks_of
from record.notices.work_items import (
    DUE,
    MAX_PER_KIND,
    OVERDUE,
    SOON,
    WorkItem,
    more_of,
    others_follow,
)
from trial_edc import clock, dates
from trial_edc.vocabulary import INFUSION_VISITS, VisitStatus
from visits.infusions.facts.vital_sign_times import NextMeasurement, next_measurement
from visits.models import VisitOutlook
from visits.outlooks.selectors import outlooks_at, visit_at
from visits.reminders.facts import Reminder
from visits.reminders.page import appointment_text, ward_reminders
from visits.reminders.selectors import informed_in_ward
from visits.schedule.facts import Visit

URGENCIES = {
    VisitStatus.OVERDUE: OVERDUE,
    VisitStatus.DUE: DUE,
    VisitStatus.UPCOMING: SOON,
}
SHOWN = {VisitStatus.OVERDUE: "overdue", VisitStatus.DUE: "due"}  # in the matrix


def consents_to_ask_for(user: User) -> Iterator[WorkItem]:
    people = participants_visible_to(user).filter(consent_due(clock.today()))
    first = list(people[: MAX_PER_KIND + 1])
    due = reconsents_due(casebooks_of(first[:MAX_PER_KIND], CONSENT_FORMS))
    for person in first[:MAX_PER_KIND]:
        yield from (_consent_item(person.number, one) for one in due[person.pk])
    if len(first) > MAX_PER_KIND:
        url = f"{reverse('entry:matrix')}?show=consent"
        yield more_of(DUE, _("Consent"), people.count() - MAX_PER_KIND, url, "due")


def visits_due(user: User) -> Iterator[WorkItem]:
    """Visits overdue, due, and coming up; the first of each kind, and how many more."""
    now = clock.now()
    visits = outlooks_at(now).filter(
        participant__in=participants_visible_to(user),
        visit__in=GRID_VISITS,
        status_now__in=URGENCIES,
    )
    kind = F("status_now")
    first = F("closes_on").asc(nulls_first=True), F("participant__sequence"), F("place")
    numbered = visits.annotate(
        rank=Window(RowNumber(), partition_by=kind, order_by=first),
        total=Window(Count("pk"), partition_by=kind),
    ).filter(rank__lte=MAX_PER_KIND)
    sees_records = "VIS" in visible_codes(user)
    more = {}
    for row in numbered.select_related("participant", "record").order_by("rank"):
        record = row.record if sees_records else None
        yield _visit_item(row.participant.number, visit_at(row, now), record)
        more[row.status_now] = row.total - MAX_PER_KIND
    for status in [status for status in URGENCIES if more.get(status, 0) > 0]:
        url = f"{reverse('entry:matrix')}?show={SHOWN.get(status, '')}"
        yield more_of(URGENCIES[status], _("Visit"), more[status], url, status)


def infusions_to_watch(user: User) -> Iterator[WorkItem]:
    """Infusions allowed or running, with the measurement that comes next."""
    watched = VisitOutlook.objects.filter(participant=OuterRef("pk"), is_watched=True)
    people = list(participants_visible_to(user).filter(Exists(watched)))
    casebooks = casebooks_of(people, ("IRQ", "INF", "VSI", "DTH"))
    for person in people:
        for visit in INFUSION_VISITS:
            if coming := next_measurement(visit, casebooks[person.pk], clock.now()):
                yield _infusion_item(person.number, visit, coming)


def people_to_inform_in_ward(user: User) -> Iterator[WorkItem]:
    """In-patients whom the ward informs, where others get a message."""
    people = informed_in_ward(participants_visible_to(user), clock.now())
    due = list(islice(_reminders_in_ward(people), MAX_PER_KIND + 1))
    for person, reminder in due[:MAX_PER_KIND]:
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
    if len(due) > MAX_PER_KIND:
        yield others_follow(_("Tell in the ward"), reverse("entry:matrix"), "due")


def _reminders_in_ward(
    people: QuerySet[Participant],
) -> Iterator[tuple[Participant, Reminder]]:
    """As many people are read at once as are listed; mostly they are all."""
    everybody = iter(people)
    while batch := list(islice(everybody, MAX_PER_KIND)):
        yield from ward_reminders(batch)


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


def _consent_item(number: str, due: ReconsentDue) -> WorkItem:
    return WorkItem(
        DUE,
        _("Consent"),
        number,
        f"{_(due.reason.label)} {due.version}".strip(),
        reverse("entry:log", args=[number, due.form]),
        "due",
        due.since,
    )


def _visit_item(number: str, visit: Visit, record: FormInstance | None) -> WorkItem:
    label = _(visit.code.label)
    if visit.awaits_record and visit.state.reason:
        label = f"{label} · {_(visit.state.reason.label)}"
    return WorkItem(
        URGENCIES[visit.status],
        _("Visit"),
        number,
        label,
        navigation.address(record, "performed")
        if record
        else reverse("entry:casebook", args=[number]),
        visit.status.value,
        visit.closes_on,
    )
