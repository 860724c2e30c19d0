"""Visits after infusion 1, outcomes, unscheduled visits, renewed consent."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from record.casebook.selectors import casebook_of
from simulation.people import Fate
from simulation.times import at, days_after, in_office_hours
from simulation.writer.case import Act, Acts, SimulatedCase
from simulation.writer.infusions import enter_vital_signs, laboratory_acts
from simulation.writer.logs import enter_daily_creatinine
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


def visit_acts(case: SimulatedCase) -> Acts:
    previous = case.person.day0
    if case.person.fate == Fate.NEVER_INFUSED:
        noted_at = case.person.infused_at
        yield Act(noted_at, partial(_mark_missed, case, "D0", "too_ill"))
    else:
        yield from _visit(case, _planned_visit(case, "D0", previous))
    for code in (*IN_PATIENT[:6], "D7", *IN_PATIENT[6:], "D28", "M3"):
        planned = _planned_visit(case, code, previous)
        if not _takes_place(case, planned):
            continue
        if _is_missed(case, code):
            yield from _missed(case, planned)
            continue
        yield from _visit(case, planned)
        previous = planned.on
    yield from _unscheduled(case)
    yield from _consent_again(case)


def _planned_visit(case: SimulatedCase, code: str, previous: date) -> SimulatedVisit:
    person, rng = case.person, case.rng
    span = window(VisitCode(code), person.day0)
    shift, target = 0, span.target if span else person.day0
    if code in OUTCOME_FORMS:
        shift = rng.choice((-2, -1, 0, 0, 1, 2) if code == "D28" else MONTH_SHIFTS)
        if rng.random() < 0.08:  # noqa: PLR2004 - outside the window
            shift = 5 if code == "D28" else 18
    elif code == "D7":
        shift = (case.clinical_events.second_infusion_on(target) - target).days
    elif code in ("D10", "D14", "D21"):
        days_to_discharge = (case.clinical_events.discharged_at().date() - target).days
        shift = min(0, max(days_to_discharge, -1))
    shift = OPEN_CASES.get((person.place.days_ago, code), shift)
    mode = "telephone" if code == "M3" and rng.random() < 1 / 8 else "in_person"
    withdrew_at = person.ends_at
    visit_on = target + timedelta(days=shift)
    if (
        person.fate == Fate.LEAVES_VISITS
        and withdrew_at
        and visit_on > withdrew_at.date()
    ):
        mode = "record_lookup"
    return SimulatedVisit(code, span, visit_on, previous, mode)


def _takes_place(case: SimulatedCase, visit: SimulatedVisit) -> bool:
    person = case.person
    end = person.last_seen_at
    if end and visit.at >= end:
        return False
    if visit.code in IN_PATIENT and visit.window:
        is_over = visit.mode == "record_lookup" or (
            person.fate == Fate.LEAVES_VISITS
            and person.ends_at is not None
            and visit.on >= person.ends_at.date()
        )
        opens = at(visit.window.opens, 0)
        closes = at(visit.window.closes, 1439)
        return not is_over and case.clinical_events.is_in_hospital(opens, closes)
    return True


def _is_missed(case: SimulatedCase, code: str) -> bool:
    if case.person.fate == Fate.LOST and code == "M3":
        return True
    share = 0.05 if code in OUTCOME_FORMS else 0.03
    opening = case.person.place.days_ago in {days for days, _code in OPEN_CASES}
    return case.rng.random() < share and code != "D7" and not opening


def _missed(case: SimulatedCase, visit: SimulatedVisit) -> Acts:
    """Somebody marks a visit missed; a few daily ones pass unseen."""
    if visit.code in IN_PATIENT and case.rng.random() < 1 / 2:
        return
    reason = "staff" if visit.code in IN_PATIENT else "unreachable"
    closes = visit.window.closes if visit.window else visit.on
    noted_at = days_after(closes, case.rng.randint(1, 4), 640)
    yield Act(noted_at, partial(_mark_missed, case, visit.code, reason))


def _mark_missed(case: SimulatedCase, visit: str, reason: str) -> None:
    mark_missed(case.form_of("VIS", visit), by=case.staff["co"], reason=reason)


def _visit(case: SimulatedCase, visit: SimulatedVisit) -> Acts:
    if (case.person.place.days_ago, visit.code) == UNENTERED:
        return
    if visit.code in OUTCOME_FORMS and visit.mode != "record_lookup":
        booked_at = days_after(visit.on, -case.rng.randint(5, 10), 620)
        appointment = {"appointment_at": visit.at}

        def book() -> None:
            form = case.form_of("VIS", visit.code)
            case.save(form, appointment, "co", complete=False)

        yield Act(booked_at, book)
    yield from _observations(case, visit)
    entered_at = _entered_at(case, visit)
    if visit.code == "M3":
        case.finished_at = entered_at
    yield Act(entered_at, lambda: _enter_visit(case, visit))
    if visit.code in OUTCOME_FORMS:
        yield from _outcome(case, visit, entered_at)


def _entered_at(case: SimulatedCase, visit: SimulatedVisit) -> datetime:
    if visit.code in ("D0", *OUTCOME_FORMS):
        return in_office_hours(visit.at + case.rng.randint(240, 300) * MINUTE)
    return case.entry_time(visit.at, (120, 300))


def _observations(case: SimulatedCase, visit: SimulatedVisit) -> Acts:
    sampled_at = at(visit.on, 365 + visit.on.day)
    if visit.code in OUTCOME_FORMS:
        if visit.mode != "in_person":
            return
        sampled_at = visit.at + 10 * MINUTE
        yield Act(
            sampled_at + 40 * MINUTE,
            lambda: enter_vital_signs(case, visit.code, visit.at),
        )
        yield from laboratory_acts(case, visit.code, sampled_at)
    by = "bn" if visit.code in IN_PATIENT else "co"
    soon = in_office_hours(sampled_at + 170 * MINUTE)
    yield Act(soon, lambda: enter_daily_creatinine(case, sampled_at, by))


def _enter_visit(case: SimulatedCase, visit: SimulatedVisit) -> None:
    case.save(case.form_of("VIS", visit.code), _visit_values(case, visit), "co")


def _visit_values(case: SimulatedCase, visit: SimulatedVisit) -> dict[str, object]:
    clinical = case.clinical_events
    since, until = at(visit.previous, 1), visit.at
    in_hospital = clinical.is_in_hospital(until, until)
    is_record_lookup = visit.mode == "record_lookup"
    values: dict[str, object] = {
        "performed": "Y",
        "visit_date": visit.on,
        "mode": visit.mode,
        "informant": "record" if is_record_lookup else "participant",
        "in_hospital": "Y" if in_hospital else "N",
        "creatinine_taken": "Y" if visit.mode == "in_person" else "N",
        "new_ae": yes_no(
            any(since <= e.since <= until for e in clinical.adverse_events)
        ),
        "new_drug": yes_no(any(since <= d.since <= until for d in clinical.drugs)),
        "rrt_since": yes_no(clinical.is_on_dialysis(since, until)),
        "stay_change": yes_no(
            any(since <= x <= until for s in clinical.stays for x in (s.since, s.until))
        ),
        "contacts_checked": "N" if is_record_lookup else "Y",
    }
    if case.person.represented:
        values["has_capacity"] = yes_no(
            (visit.on - case.person.day0).days >= _capacity_regained_day(case)
        )
    if visit.is_outside:
        values["window_reason"] = chance.source().choice(
            ("participant", "clinical", "site")
        )
    return values


def _capacity_regained_day(case: SimulatedCase) -> int:
    return 3 + case.person.place.number % 9


def yes_no(holds: bool) -> str:  # noqa: FBT001 - one question, one answer
    return "Y" if holds else "N"


def _outcome(
    case: SimulatedCase, visit: SimulatedVisit, visit_entered_at: datetime
) -> Acts:
    code = OUTCOME_FORMS[visit.code]
    entered_at = visit_entered_at + case.rng.randint(20, 50) * MINUTE
    yield Act(entered_at, lambda: _enter_outcome(case, visit, code))
    if case.rng.random() < 0.85:  # noqa: PLR2004 - the rest awaits its signature
        signed_at = in_office_hours(
            entered_at + timedelta(hours=case.rng.randint(4, 90))
        )
        yield Act(signed_at, lambda: case.sign(case.form_of(code, visit.code), "in"))


def _enter_outcome(case: SimulatedCase, visit: SimulatedVisit, code: str) -> None:
    clinical = case.clinical_events
    week = timedelta(days=6)
    sources = {"in_person": "seen", "telephone": "telephone"}
    values: dict[str, object] = {
        "vital_status": "alive",
        "status_known_on": visit.on,
        "status_source": sources.get(visit.mode, "record"),
        "rrt_last_7_days": yes_no(
            clinical.is_on_dialysis(at(visit.on - week, 0), visit.at)
        ),
        "where_now": "ward" if clinical.is_in_hospital(visit.at, visit.at) else "home",
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
    case.save(case.form_of(code, visit.code), values, "co")


def _unscheduled(case: SimulatedCase) -> Acts:
    person = case.person
    came_at = days_after(person.day0, case.rng.randint(33, 55), 660)
    is_over = person.ends_at is not None and person.fate != Fate.LEAVES_INFUSION
    if case.rng.random() > 0.14 or is_over:  # noqa: PLR2004 - share of people
        return

    def come() -> None:
        form = add_unscheduled_visit(
            case.participant, by=case.staff["co"], with_examinations=True
        )
        enter_daily_creatinine(case, came_at - 30 * MINUTE, "co")
        visit = SimulatedVisit("UNS", None, came_at.date(), came_at.date())
        case.save(form, _visit_values(case, visit), "co")
        enter_vital_signs(case, "UNS", came_at - 20 * MINUTE, number=form.visit_number)

    yield Act(came_at + 50 * MINUTE, come)


def _consent_again(case: SimulatedCase) -> Acts:
    """Consent of a person who has regained capacity; for a few it is due."""
    person = case.person
    decided_at = days_after(
        person.day0, _capacity_regained_day(case) + case.rng.randint(1, 2), 680
    )
    is_over = person.ends_at is not None and person.ends_at <= decided_at
    if not person.represented or is_over or case.rng.random() < 0.15:  # noqa: PLR2004
        return
    event = consent_event(case, "capacity_regained", decided_at - 10 * MINUTE)
    yield Act(decided_at, lambda: case.add("CNS", event, "co"))
