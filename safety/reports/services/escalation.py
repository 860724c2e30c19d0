"""Notices of deadlines that nobody has met (SAF-11)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from record.accounts.models import User
from record.accounts.roles import Role
from record.audit.attribution import Source, attributed
from record.notices.models import Message
from record.notices.services.outbox import queue
from safety.reports.rules.escalation import (
    OVERDUE,
    unassessed_step,
    unsent_step,
    unsubmitted_step,
)
from safety.reports.selectors.cases import CaseState, SponsorCase, cases_of
from safety.reports.selectors.reports import ReportLine, report_lines
from safety.reports.services.reports import SAFETY
from trial_edc import dates
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

UNSENT, UNASSESSED = "report_unsent", "report_unassessed"
UNSUBMITTED, INCOMPLETE = "susar_unsubmitted", "susar_incomplete"
OCCASIONS = (UNSENT, UNASSESSED, UNSUBMITTED, INCOMPLETE)
SITE, SPONSOR = (Role.IN, Role.PI), (Role.SO,)
FIRST = f"{min(PROTOCOL.safety.remind_unsent_hours)}h"  # the site alone is notified

# None names an event, a product or an arm.
TEXTS = {
    UNSENT: N_(
        "Report %(version)s on the serious event of participant %(number)s has not "
        "been sent to the sponsor. Until: %(due)s (site time)."
    ),
    UNASSESSED: N_(
        "Report %(version)s on participant %(number)s has awaited the sponsor's "
        "assessment since %(due)s."
    ),
    UNSUBMITTED: N_(
        "The SUSAR of report %(version)s on participant %(number)s has not been "
        "submitted to an authority. Last day: %(due)s."
    ),
    INCOMPLETE: N_(
        "The complete follow-up on the SUSAR of report %(version)s, participant "
        "%(number)s, has not been submitted. Last day: %(due)s."
    ),
}


@dataclass(frozen=True)
class MissedDeadline:
    """A step of a deadline that nobody has met so far."""

    occasion: str
    line: ReportLine
    step: str
    due: str
    roles: tuple[Role, ...]

    @property
    def key(self) -> str:  # one message for each version and step
        return f"{self.occasion}:{self.line.form.pk}:{self.step}"


def missed_deadlines(lines: Iterable[ReportLine]) -> Iterator[MissedDeadline]:
    """Last step reached of each deadline of these reports."""
    lines = list(lines)
    yield from _missed_by_site(line for line in lines if line.is_waiting)
    for case in cases_of(lines):
        yield from _missed_by_sponsor(case)


def _missed_by_site(lines: Iterable[ReportLine]) -> Iterator[MissedDeadline]:
    for line in lines:
        if step := unsent_step(line.clock_starts_at, line.now):
            due = line.due_at.astimezone(dates.SITE_TZ)
            roles = SITE if step == FIRST else SITE + SPONSOR
            yield MissedDeadline(UNSENT, line, step, f"{due:%Y-%m-%d %H:%M %z}", roles)


def _missed_by_sponsor(case: SponsorCase) -> Iterator[MissedDeadline]:
    if case.state == CaseState.TO_ASSESS and case.sponsor_aware_at:
        on = dates.site_date(case.sponsor_aware_at)
        if step := unassessed_step(on, case.today):
            yield MissedDeadline(UNASSESSED, case.line, step, on.isoformat(), SPONSOR)
    awaited = {
        UNSUBMITTED: case.due_on if case.state in _TO_SUBMIT else None,
        INCOMPLETE: case.complete_due_on,
    }
    for occasion, due_on in awaited.items():
        if due_on and (step := unsubmitted_step(due_on, case.today)):
            yield MissedDeadline(occasion, case.line, step, due_on.isoformat(), SPONSOR)


_TO_SUBMIT = (CaseState.DUE, CaseState.OVERDUE)


@implements("SAF-11")
def notify_missed_deadlines() -> int:
    """Queue one message for each new step; return the number of new steps.

    Two runs at once queue one message: the outbox has each key once.
    """
    missed = list(missed_deadlines(report_lines()))
    keys = Message.objects.filter(key__in=[deadline.key for deadline in missed])
    notified_keys = set(keys.values_list("key", flat=True)) if missed else set()
    new_deadlines = [
        deadline for deadline in missed if deadline.key not in notified_keys
    ]
    people: Mapping[str, list[User]] = _users_by_role() if new_deadlines else {}
    for deadline in new_deadlines:
        _notify(deadline, [user for role in deadline.roles for user in people[role]])
    return len(new_deadlines)


def _users_by_role() -> Mapping[str, list[User]]:
    roles = [role.value for role in SITE + SPONSOR]
    users: dict[str, list[User]] = {role: [] for role in roles}
    for user in User.objects.filter(role__in=roles, is_active=True).order_by("pk"):
        users[user.role].append(user)
    return users


def _notify(deadline: MissedDeadline, people: Iterable[User]) -> None:
    details = {
        "number": deadline.line.participant.number,
        "version": deadline.line.form.occurrence,
        "due": deadline.due,
    }
    passed, ahead = N_("Deadline passed: %(number)s"), N_("Deadline ahead: %(number)s")
    with attributed(by=SAFETY, via=Source.TASK):
        queue(
            occasion=deadline.occasion,
            key=deadline.key,
            to=people,
            subject=passed if deadline.step == OVERDUE else ahead,
            text=TEXTS[deadline.occasion],
            details=details,
        )
