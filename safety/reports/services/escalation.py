"""Deadlines that nobody has met, told to those who can meet them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

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
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

UNSENT, UNASSESSED = "report_unsent", "report_unassessed"
UNSUBMITTED, INCOMPLETE = "susar_unsubmitted", "susar_incomplete"
OCCASIONS = (UNSENT, UNASSESSED, UNSUBMITTED, INCOMPLETE)
SITE, SPONSOR = (Role.IN, Role.PI), (Role.SO,)
FIRST = f"{min(PROTOCOL.safety.remind_unsent_hours)}h"  # told to the site alone

# What each message says; none names an event, a product or an arm.
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
class Missed:
    """A step of a deadline that nobody has met so far."""

    occasion: str
    line: ReportLine
    step: str
    due: str
    roles: tuple[Role, ...]

    @property
    def key(self) -> str:
        """Return what makes the message one for each version and step."""
        return f"{self.occasion}:{self.line.form.pk}:{self.step}"


def missed_by(lines: Iterable[ReportLine]) -> Iterator[Missed]:
    """Return the last step reached of each deadline of these reports."""
    lines = list(lines)
    yield from _unsent(line for line in lines if line.waits)
    for case in cases_of(lines):
        yield from _of_case(case)


def _unsent(lines: Iterable[ReportLine]) -> Iterator[Missed]:
    for line in lines:
        if step := unsent_step(line.counts_from, line.now):
            due = line.due_at.astimezone(clock.SITE_TZ)
            roles = SITE if step == FIRST else SITE + SPONSOR
            yield Missed(UNSENT, line, step, f"{due:%Y-%m-%d %H:%M %z}", roles)


def _of_case(case: SponsorCase) -> Iterator[Missed]:
    if case.state == CaseState.TO_ASSESS and case.sponsor_aware_at:
        on = clock.site_date(case.sponsor_aware_at)
        if step := unassessed_step(on, case.today):
            yield Missed(UNASSESSED, case.line, step, on.isoformat(), SPONSOR)
    awaited = {
        UNSUBMITTED: case.due_on if case.state in _TO_SUBMIT else None,
        INCOMPLETE: case.complete_due_on,
    }
    for occasion, due_on in awaited.items():
        if due_on and (step := unsubmitted_step(due_on, case.today)):
            yield Missed(occasion, case.line, step, due_on.isoformat(), SPONSOR)


_TO_SUBMIT = (CaseState.DUE, CaseState.OVERDUE)


@implements("SAF-11")
def tell_missed() -> int:
    """Queue a message for each step that nobody was told of; return how many steps.

    Two runs at once queue one message: the outbox has each key once.
    """
    found = list(missed_by(report_lines()))
    keys = Message.objects.filter(key__in=[one.key for one in found])
    told = set(keys.values_list("key", flat=True)) if found else set()
    new = [one for one in found if one.key not in told]
    people: Mapping[str, list[User]] = _people() if new else {}
    for one in new:
        _tell(one, [user for role in one.roles for user in people[role]])
    return len(new)


def _people() -> Mapping[str, list[User]]:
    roles = [role.value for role in SITE + SPONSOR]
    held: dict[str, list[User]] = {role: [] for role in roles}
    for user in User.objects.filter(role__in=roles, is_active=True).order_by("pk"):
        held[user.role].append(user)
    return held


def _tell(one: Missed, people: Iterable[User]) -> None:
    details = {
        "number": one.line.participant.number,
        "version": one.line.form.occurrence,
        "due": one.due,
    }
    passed, ahead = _("Deadline passed: %(number)s"), _("Deadline ahead: %(number)s")
    with attributed(by=SAFETY, via=Source.TASK):
        queue(
            occasion=one.occasion,
            key=one.key,
            to=people,
            subject=(passed if one.step == OVERDUE else ahead) % details,
            text=_(TEXTS[one.occasion]) % details,
        )
