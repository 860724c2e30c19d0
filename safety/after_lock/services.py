"""Cases known after the database lock: entry, assessment, clocks (PLS)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import Permission, Role
from record.audit import once
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import DatabaseLock
from record.casebook.blinding import TellsArm, message_about, word_telling_arm
from record.casebook.models import FormInstance, Participant
from record.casebook.services import form_instances
from record.notices.services.outbox import queue
from safety.models import LateCase
from safety.reports.facts import GRAVE
from safety.reports.rules.clocks import Deadlines, SeriousCase, deadlines
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

ENTERS = (Permission.JUDGE, Permission.ASSESS_SAFETY)
REPORT_PERIOD = timedelta(hours=PROTOCOL.safety.report_to_sponsor_hours)


class NotAfterLock(Exception):
    """The forms are open: the case belongs into them; the text is for people."""


class NamesArm(TellsArm):
    """The text of the field `name` would."""

    def __init__(self, name: str, word: str) -> None:
        super().__init__(message_about(word))
        self.name = name


def is_locked() -> bool:
    return DatabaseLock.objects.filter(unlocked_at=None).exists()


def late_cases() -> QuerySet[LateCase]:
    return LateCase.objects.select_related("participant", "about", "entered_by")


def events_of(participant: Participant) -> QuerySet[FormInstance]:
    return FormInstance.objects.filter(
        participant=participant, code__in=("AE", "PRG"), struck_at=None
    ).order_by("code", "occurrence")


@implements("SAF-04")
def enter_case(
    participant: Participant, values: Mapping[str, Any], *, by: User
) -> LateCase:
    """Enter a case; locked forms stay as they are.

    Raises `NotAfterLock`, and `NamesArm` as each change does.
    """
    _require_any(by, *ENTERS)
    if not is_locked():
        raise NotAfterLock(
            _("The database is open: enter the case in the adverse event log.")
        )
    _require_blind(participant, values, by=by)
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        form_instances.lock(participant)
        now = clock.now()
        case = LateCase.objects.create(
            participant=participant,
            entered_at=now,
            entered_by=by,
            sponsor_aware_at=now,
            **values,
        )
        _notify_people(case)
    return case


def _notify_people(case: LateCase) -> None:
    due_at = (case.aware_at + REPORT_PERIOD).astimezone(dates.SITE_TZ)
    details = {
        "number": case.participant.number,
        "until": f"{due_at:%Y-%m-%d %H:%M %z}",
    }
    queue(
        occasion="late_case",
        key=f"late_case:{case.pk}",
        to=User.objects.filter(role__in=(Role.PI, Role.SO), is_active=True),
        subject=N_("Serious event after the lock: %(number)s"),
        text=N_(
            "A serious event of participant %(number)s became known after the "
            "database was locked. The sponsor had to know it by %(until)s (site time)."
        ),
        details=details,
    )


def change_case(
    case: LateCase, values: Mapping[str, Any], *, by: User, why: str
) -> None:
    _require_any(by, *ENTERS)
    _change(case, values, by=by, why=why)


@implements("SAF-04")
def assess_case(
    case: LateCase, values: Mapping[str, Any], *, by: User, why: str
) -> None:
    _require_any(by, Permission.ASSESS_SAFETY)
    _change(case, values, by=by, why=why)


def _change(case: LateCase, values: Mapping[str, Any], *, by: User, why: str) -> None:
    _require_blind(case.participant, {**values, "why": why}, by=by)
    with attributed(by=by, via=Source.PAGE, reason=Reason("other", why)):
        stored = LateCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
        changed = [name for name in values if getattr(stored, name) != values[name]]
        for name in changed:
            setattr(stored, name, values[name])
        if changed:
            stored.save(update_fields=changed)


def _require_blind(
    participant: Participant, values: Mapping[str, Any], *, by: User
) -> None:
    for name, value in values.items():
        texts = [value] if isinstance(value, str) else []
        if word := word_telling_arm(texts, by=by, participant=participant):
            raise NamesArm(name, word)


def _require_any(by: User, *permissions: Permission) -> None:
    if not any(by.may(permission) for permission in permissions):
        raise PermissionDenied


@implements("SAF-04")
def deadlines_of(case: LateCase) -> Deadlines:
    """Deadlines of a case, by the rules of every serious event."""
    return deadlines(
        SeriousCase(
            investigator_aware_at=case.aware_at,
            sponsor_aware_at=case.sponsor_aware_at,
            serious=True,
            fatal_or_life_threatening=bool(GRAVE & set(case.seriousness)),
            causality_investigator=case.causality or None,
            causality_sponsor=case.causality_sponsor or None,
            expected=case.expected,
        )
    )


def was_late(case: LateCase) -> bool:
    """Whether the sponsor learnt of a case after the reporting period."""
    due_at: datetime = case.aware_at + REPORT_PERIOD
    return case.entered_at > due_at
