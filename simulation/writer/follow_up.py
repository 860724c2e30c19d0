"""Visits after infusion 1, outcomes, unscheduled visits, consent asked again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from record.casebook.selectors import casebook_of
from simulation.people import Fate
from simulation.times import at, days_after, office
from simulation.writer.case import Act, Acts, SimulatedCase
from simulation.writer.infusions import blood, weigh
from simulation.writer.logs import daily_creatinine
from simulation.writer.screening import consent_event
from trial_edc import chance
from trial_edc.vocabulary import VisitCode
from visits.schedule.rules import Window, window
from visits.schedule.services import add_unscheduled_visit, mark_missed

IN_PATIENT = ("D1", "D2", "D3", "D4", "D5", "D6", "D10", "D14", "D21")
OUTCOME_FORMS = {"D28": "O28", "M3": "OM3"}
MINUTE = timedelta(minutes=1)
MONTH_SHIFTS = (-9, -5, -2, 0, 0, 1, 3, 6, 10)
OPEN_CASES = {(32, "D28"): 3, (97, "M3"): 11}  # of the opening: due, and not yet done
UNENTERED = (38, "D28")  # of the opening: overdue


@dataclass(frozen=True, slots=True)
class SimulatedVisit:
    """A visit as it will take place."""

    code: str
    window: Window | None  # None: an unscheduled visit
    on: date
    previous: date
    mode: str = "in_person"

    @property
    def at(self) -> datetime:
        return at(self.on, 600 + self.on.day * 7)

    @property
    def is_outside(self) -> bool:
        return self.window is not None and self.on not in self.window


def visits(case: SimulatedCase) -> Acts:
    """Yield every visit from day 0 to month 3."""
    previous = case.person.day0
    if case.person.fate == Fate.NEVER_INFUSED:
        noted_at = case.person.infused_at
        yield Act(noted_at, partial(_mark_missed, case, "D0", "too_ill"))
    else:
        yield from _visit(case, _planned(case, "D0", previous))
    for code in (*IN_PATIENT[:6], "D7", *IN_PATIENT[6:], "D28", "M3"):
        planned = _planned(case, code, previous)
        if not _takes_place(case, planned):
            continue
        if _is_missed(case, code):
            yield from _missed(case, planned)
            continue
        yield from _visit(case, planned)
        previous = planned.on
    yield from _unscheduled(case)
    yield from _consent_again(case)


def _planned(case: SimulatedCase, code: str, previous: date) -> SimulatedVisit:
    person, rng = case.person, case.rng
    span = window(VisitCode(code), person.day0)
    shift, target = 0, span.target if span else person.day0
    if code in OUTCOME_FORMS:
        shift = rng.choice((-2, -1, 0, 0, 1, 2) if code == "D28" else MONTH_SHIFTS)
        if rng.random() < 0.08:  # noqa: PLR2004 - outside the window
            shift = 5 if code == "D28" else 18
    elif code == "D7":
        shift = (case.happenings.second_on(target) - target).days
    elif code in ("D10", "D14", "D21"):
        left = (case.happenings.discharged_at().date() - target).days
        shift = min(0, max(left, -1))
    shift = OPEN_CASES.get((person.place.days_ago, code), shift)
    mode = "telephone" if code == "M3" and rng.random() < 1 / 8 else "in_person"
    left_at = person.ends_at
    on = target + timedelta(days=shift)
    if person.fate == Fate.LEAVES_VISITS and left_at and on > left_at.date():
        mode = "record_lookup"
    return SimulatedVisit(code, span, on, previous, mode)


def _takes_place(case: SimulatedCase, one: SimulatedVisit) -> bool:
    person = case.person
    end = person.last_seen_at
    if end and one.at >= end:
        return False
    if one.code in IN_PATIENT and one.window:
        gone = one.mode == "record_lookup" or (
            person.fate == Fate.LEAVES_VISITS
            and person.ends_at is not None
            and one.on >= person.ends_at.date()
        )
        opens = at(one.window.opens, 0)
        closes = at(one.window.closes, 1439)
        return not gone and case.happenings.in_hospital(opens, closes)
    return True


def _is_missed(case: SimulatedCase, code: str) -> bool:
    if case.person.fate == Fate.LOST and code == "M3":
        return True
    share = 0.05 if code in OUTCOME_FORMS else 0.03
    opening = case.person.place.days_ago in {days for days, _code in OPEN_CASES}
    return case.rng.random() < share and code != "D7" and not opening


def _missed(case: SimulatedCase, one: SimulatedVisit) -> Acts:
    """Yield that somebody marks a visit missed; a few daily ones pass unseen."""
    if one.code in IN_PATIENT and case.rng.random() < 1 / 2:
        return
    reason = "staff" if one.code in IN_PATIENT else "unreachable"
    closes = one.window.closes if one.window else one.on
    noted_at = days_after(closes, case.rng.randint(1, 4), 640)
    yield Act(noted_at, partial(_mark_missed, case, one.code, reason))


def _mark_missed(case: SimulatedCase, visit: str, reason: str) -> None:
    mark_missed(case.form_of("VIS", visit), by=case.staff["co"], reason=reason)


def _visit(case: SimulatedCase, one: SimulatedVisit) -> Acts:
    if (case.person.place.days_ago, one.code) == UNENTERED:
        return
    if one.code in OUTCOME_FORMS and one.mode != "record_lookup":
        booked_at = days_after(one.on, -case.rng.randint(5, 10), 620)
        appointment = {"appointment_at": one.at}

        def book() -> None:
            form = case.form_of("VIS", one.code)
            case.save(form, appointment, "co", complete=False)

        yield Act(booked_at, book)
    yield from _observations(case, one)
    entered_at = _entered_at(case, one)
    if one.code == "M3":
        case.finished_at = entered_at
    yield Act(entered_at, lambda: _enter_visit(case, one))
    if one.code in OUTCOME_FORMS:
        yield from _outcome(case, one, entered_at)


def _entered_at(case: SimulatedCase, one: SimulatedVisit) -> datetime:
    if one.code in ("D0", *OUTCOME_FORMS):
        return office(one.at + case.rng.randint(240, 300) * MINUTE)
    return case.entered(one.at, (120, 300))


def _observations(case: SimulatedCase, one: SimulatedVisit) -> Acts:
    """Yield samples and examinations of a visit."""
    taken_at = at(one.on, 365 + one.on.day)
    if one.code in OUTCOME_FORMS:
        if one.mode != "in_person":
            return
        taken_at = one.at + 10 * MINUTE
        yield Act(taken_at + 40 * MINUTE, lambda: weigh(case, one.code, one.at))
        yield from blood(case, one.code, taken_at)
    by = "bn" if one.code in IN_PATIENT else "co"
    soon = office(taken_at + 170 * MINUTE)
    yield Act(soon, lambda: daily_creatinine(case, taken_at, by))


def _enter_visit(case: SimulatedCase, one: SimulatedVisit) -> None:
    case.save(case.form_of("VIS", one.code), _visit_values(case, one), "co")


def _visit_values(case: SimulatedCase, one: SimulatedVisit) -> dict[str, object]:
    told = case.happenings
    since, until = at(one.previous, 1), one.at
    in_hospital = told.in_hospital(until, until)
    looked_up = one.mode == "record_lookup"
    values: dict[str, object] = {
        "performed": "Y",
        "visit_date": one.on,
        "mode": one.mode,
        "informant": "record" if looked_up else "participant",
        "in_hospital": "Y" if in_hospital else "N",
        "creatinine_taken": "Y" if one.mode == "in_person" else "N",
        "new_ae": yes(any(since <= e.since <= until for e in told.events)),
        "new_drug": yes(any(since <= d.since <= until for d in told.drugs)),
        "rrt_since": yes(told.on_dialysis(since, until)),
        "stay_change": yes(
            any(since <= x <= until for s in told.stays for x in (s.since, s.until))
        ),
        "contacts_checked": "N" if looked_up else "Y",
    }
    if case.person.represented:
        values["has_capacity"] = yes((one.on - case.person.day0).days >= _wakes(case))
    if one.is_outside:
        values["window_reason"] = chance.source().choice(
            ("participant", "clinical", "site")
        )
    return values


def _wakes(case: SimulatedCase) -> int:
    """Return the day on which a person can decide again."""
    return 3 + case.person.place.number % 9


def yes(holds: bool) -> str:  # noqa: FBT001 - one question, one answer
    return "Y" if holds else "N"


def _outcome(case: SimulatedCase, one: SimulatedVisit, entered_at: datetime) -> Acts:
    code = OUTCOME_FORMS[one.code]
    told_at = entered_at + case.rng.randint(20, 50) * MINUTE
    yield Act(told_at, lambda: _enter_outcome(case, one, code))
    if case.rng.random() < 0.85:  # noqa: PLR2004 - the rest awaits its signature
        signed_at = office(told_at + timedelta(hours=case.rng.randint(4, 90)))
        yield Act(signed_at, lambda: case.sign(case.form_of(code, one.code), "in"))


def _enter_outcome(case: SimulatedCase, one: SimulatedVisit, code: str) -> None:
    told = case.happenings
    week = timedelta(days=6)
    sources = {"in_person": "seen", "telephone": "telephone"}
    values: dict[str, object] = {
        "vital_status": "alive",
        "status_known_on": one.on,
        "status_source": sources.get(one.mode, "record"),
        "rrt_last_7_days": yes(told.on_dialysis(at(one.on - week, 0), one.at)),
        "where_now": "ward" if told.in_hospital(one.at, one.at) else "home",
        **dict.fromkeys(
            (
                "rrt_log_complete",
                "stays_log_complete",
                "events_log_complete",
                "drugs_log_complete",
            ),
            "Y",
        ),
    }
    if code == "OM3":
        values["transplant"] = "N"
    if not casebook_of(case.participant).fact(f"creatinine_in_window_{code}"):
        values["creatinine_missing"] = "not_seen"
    case.save(case.form_of(code, one.code), values, "co")


def _unscheduled(case: SimulatedCase) -> Acts:
    """Yield a visit between the visits, for some."""
    person = case.person
    came_at = days_after(person.day0, case.rng.randint(33, 55), 660)
    gone = person.ends_at is not None and person.fate != Fate.LEAVES_INFUSION
    if case.rng.random() > 0.14 or gone:  # noqa: PLR2004 - share of people
        return

    def come() -> None:
        form = add_unscheduled_visit(
            case.participant, by=case.staff["co"], with_examinations=True
        )
        daily_creatinine(case, came_at - 30 * MINUTE, "co")
        planned = SimulatedVisit("UNS", None, came_at.date(), came_at.date())
        case.save(form, _visit_values(case, planned), "co")
        weigh(case, "UNS", came_at - 20 * MINUTE, number=form.visit_number)

    yield Act(came_at + 50 * MINUTE, come)


def _consent_again(case: SimulatedCase) -> Acts:
    """Yield the consent of somebody who can decide again; for a few it is due."""
    person = case.person
    asked_at = days_after(person.day0, _wakes(case) + case.rng.randint(1, 2), 680)
    gone = person.ends_at is not None and person.ends_at <= asked_at
    if not person.represented or gone or case.rng.random() < 0.15:  # noqa: PLR2004
        return
    event = consent_event(case, "capacity_regained", asked_at - 10 * MINUTE)
    yield Act(asked_at, lambda: case.add("CNS", event, "co"))
