"""Writes at the bedside: start and stop of an infusion."""

from datetime import datetime

from accounts.models import User
from audit.attribution import Reason, Via, attributed
from capture import services as capture
from capture.following import Saved
from casebook import services as casebook
from casebook.models import FormInstance, Participant
from casebook.selectors import binder_of
from trial_edc.dates import site_date
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode
from visits.schedule import INFUSION_VISITS, infusion_started_at
from visits.vocabulary.infusion import Given


def moves_day_0(participant: Participant, visit: str, started_at: datetime) -> bool:
    """Tell whether another start would move a day 0 that stands."""
    before = infusion_started_at(binder_of(participant), 1)
    if visit != VisitCode.DAY_0 or before is None:
        return False
    return site_date(before) != site_date(started_at)


def _record(participant: Participant, visit: str) -> FormInstance:
    return casebook.expect(participant, "INF", visit=visit)


@implements("WIN-01")
def start(
    participant: Participant,
    visit: str,
    started_at: datetime,
    *,
    by: User,
    why: str = "",
    via: Via = Via.PAGE,
) -> Saved:
    """Record that an infusion started; saved at once, as a draft of the record."""
    values: dict[str, object] = {"started_at": started_at}
    with attributed(by=by, via=via):
        casebook.lock(participant)
        if infusion_started_at(binder_of(participant), INFUSION_VISITS[visit]) is None:
            values["given"] = Given.GIVEN.value
        return _save(participant, visit, values, by=by, why=why, via=via)


def stop(
    participant: Participant,
    visit: str,
    stopped_at: datetime,
    *,
    by: User,
    why: str = "",
    via: Via = Via.PAGE,
) -> Saved:
    """Record that an infusion ended."""
    with attributed(by=by, via=via):
        casebook.lock(participant)
        values: dict[str, object] = {"stopped_at": stopped_at}
        return _save(participant, visit, values, by=by, why=why, via=via)


def _save(
    participant: Participant,
    visit: str,
    values: dict[str, object],
    *,
    by: User,
    why: str,
    via: Via,
) -> Saved:
    form = _record(participant, visit)
    reasons = dict.fromkeys(values, Reason("other", why)) if why else None
    return capture.save(form, values, by=by, via=via, reasons=reasons)
