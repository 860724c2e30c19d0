"""Adverse events, reactions to infusions, serious events with their reports."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of
from safety.reports.selectors.reports import report_lines
from safety.reports.services.reports import send_report
from simulation import phrases
from simulation.clinical_events import SimulatedAdverseEvent
from simulation.drug_and_event_kinds import EventKind
from simulation.infusion_plans import SimulatedInfusion
from simulation.times import in_office_hours
from simulation.writer.case import (
    Act,
    Acts,
    SimulatedCase,
    change_reason,
    partial_date_text,
)
from trial_edc import chance, clock

NOT_RELATED = ("caused_by_procedure", "caused_by_other_drug")
ENDED = change_reason("The event has ended since.", "late")
SHARE_SIGNED = 0.85
CHILLS = EventKind("Fever with chills", "symptom", "13", "fever", "drug", 1)


def adverse_event_acts(case: SimulatedCase) -> Acts:
    for infusion in case.clinical_events.infusions:
        if isinstance(infusion, SimulatedInfusion) and infusion.has_reaction:
            yield from _reaction(case, infusion)
    for number, event in enumerate(case.clinical_events.adverse_events):
        yield from _event(case, event, f"AE {number}")


def _reaction(case: SimulatedCase, infusion: SimulatedInfusion) -> Acts:
    """The bedside record has opened the event; it is described and assessed."""
    key = f"AE infusion {infusion.number}"
    since = infusion.start + timedelta(minutes=25)
    until = infusion.stop + timedelta(hours=case.rng.randint(3, 20))
    grade = "3" if infusion.is_grave else "1"
    event = SimulatedAdverseEvent(CHILLS, since, until, grade, causality="probable")
    values = _event_values(event) | {
        "infusion_reaction": "Y",
        "infusion_number": str(infusion.number),
        "ongoing": "N",
        "ended": partial_date_text(until),
        "outcome": "recovered",
        "action_infusion": "stopped" if infusion.is_grave else "slowed",
    }

    def describe() -> None:
        number = str(infusion.number)
        form = case.row_with("AE", infusion_reaction="Y", infusion_number=number)
        case.forms[key] = form
        case.save(case.forms[key], values, "bn", complete=False)

    described_at = in_office_hours(until + timedelta(minutes=case.rng.randint(40, 300)))
    yield Act(described_at, describe)
    yield from _assessment(case, event, key, described_at)


def _event_values(event: SimulatedAdverseEvent) -> dict[str, object]:
    values: dict[str, object] = {
        "term": event.kind.term,
        "term_kind": event.kind.kind,
        "onset": partial_date_text(event.since),
        "grade": event.grade,
        "ctcae_version": "5.0",
        "serious": "Y" if event.seriousness else "N",
        "infusion_reaction": "N",
        "infusion_number": "none",
        "special_interest": [event.kind.special],
        "aki_course": "no",
        "action_infusion": "none",
        "treatment": [event.kind.treatment],
    }
    if event.seriousness:
        values["seriousness"] = list(event.seriousness)
    return values


def _course(event: SimulatedAdverseEvent, known_at: datetime) -> dict[str, object]:
    if event.until and event.until <= known_at:
        return {
            "ongoing": "N",
            "ended": partial_date_text(event.until),
            "outcome": "recovered",
        }
    return {"ongoing": "Y", "outcome": "recovering"}


def _event(case: SimulatedCase, event: SimulatedAdverseEvent, key: str) -> Acts:
    wait = (60, 900) if event.seriousness else (90, 2200)
    noted_at = in_office_hours(event.since + timedelta(minutes=case.rng.randint(*wait)))
    values = _event_values(event) | _course(event, noted_at)
    by = "co" if event.seriousness else "bn"

    def note() -> None:
        case.forms[key] = case.add("AE", values, by, complete=False)

    yield Act(noted_at, note)
    yield from _assessment(case, event, key, noted_at)
    if event.until and event.until > noted_at:
        yield from _recovery(case, event, key)
    if event.seriousness:
        yield from report_acts(case, event, key, noted_at)


def _assessment(
    case: SimulatedCase, event: SimulatedAdverseEvent, key: str, noted_at: datetime
) -> Acts:
    """The investigator's causality and signature; a few still await them."""
    wait = (30, 200) if event.seriousness else (120, 3500)
    assessed_at = in_office_hours(noted_at + timedelta(minutes=case.rng.randint(*wait)))
    yield Act(
        assessed_at, lambda: assess_causality(case, case.forms[key], event.causality)
    )
    if case.rng.random() < SHARE_SIGNED:
        signed_at = in_office_hours(
            assessed_at + timedelta(minutes=case.rng.randint(15, 400))
        )
        yield Act(signed_at, lambda: case.sign(case.forms[key], "in"))


def assess_causality(case: SimulatedCase, form: FormInstance, causality: str) -> None:
    judgements: dict[str, object] = {
        "caused_by_infusion": causality,
        "caused_by_disease": "probable" if causality == "unlikely" else "possible",
        **dict.fromkeys(NOT_RELATED, "unlikely"),
    }
    if case.person.is_female:
        judgements["pregnancy"] = "N"
    case.save(form, judgements, "in")


def _recovery(case: SimulatedCase, event: SimulatedAdverseEvent, key: str) -> Acts:
    if event.until is None:
        return
    course = _course(event, event.until)

    def recover() -> None:
        case.save(case.forms[key], course, "co", why=ENDED)

    known_at = case.entry_time(event.until, (200, 2500))
    yield Act(max(known_at, event.until + timedelta(days=4)), recover)


def report_acts(
    case: SimulatedCase,
    event: SimulatedAdverseEvent,
    key: str,
    aware_at: datetime,
    *,
    described_at: datetime | None = None,
) -> Acts:
    late = case.rng.random() < 1 / 6
    hours = case.rng.randint(26, 40) if late else case.rng.randint(3, 14)
    earliest = (described_at or aware_at) + timedelta(minutes=20)
    reported_at = max(aware_at + timedelta(hours=hours), earliest)
    awareness: dict[str, object] = {"aware_at": aware_at, "aware_who": case.pk("in")}
    yield Act(reported_at, lambda: _report(case, key, awareness, admitted=event.since))
    assessed_at = in_office_hours(
        reported_at + timedelta(hours=case.rng.randint(3, 40))
    )
    yield Act(assessed_at, lambda: _assess_for_sponsor(case, event, 1))
    if event.until:
        final_at = in_office_hours(
            event.until + timedelta(days=case.rng.randint(5, 12))
        )
        yield Act(final_at, _final(case, event, key, awareness))
        yield Act(
            in_office_hours(final_at + timedelta(hours=26)),
            lambda: _assess_for_sponsor(case, event, 2),
        )


def _report(
    case: SimulatedCase,
    key: str,
    awareness: Mapping[str, object],
    *,
    admitted: datetime,
) -> None:
    event = case.forms[key]
    form = case.row_with("SAE", ae=event.pk)
    values = {**awareness, "ethics_informed_at": clock.now() - timedelta(minutes=30)}
    hospital = _hospital(case, event, admitted)
    case.save(form, values | hospital, "in")
    case.sign(form, "in")
    _send(case, form)


def _send(case: SimulatedCase, report: FormInstance) -> None:
    (shown,) = (line.shown for line in report_lines() if line.form.pk == report.pk)
    send_report(report, shown=shown, by=case.staff["in"])


def _hospital(
    case: SimulatedCase, event: FormInstance, admitted: datetime
) -> dict[str, object]:
    is_hospitalized = "hospitalisation" in (case.read(event).get("seriousness") or ())
    return {"hospital_in": admitted.date().isoformat()} if is_hospitalized else {}


def _final(
    case: SimulatedCase,
    event: SimulatedAdverseEvent,
    key: str,
    awareness: Mapping[str, object],
) -> Callable[[], None]:
    values: dict[str, object] = {
        **awareness,
        "report_kind": "final",
        "narrative": phrases.NARRATIVE,
        "tests": "See the laboratory panels of the visits.",
        "history": "See the medical history.",
    }

    def send() -> None:
        form = case.forms[key]
        hospital = _hospital(case, form, event.since)
        if hospital and event.until:
            hospital["hospital_out"] = event.until.date().isoformat()
        row = (
            values
            | hospital
            | {"ae": form.pk, "ethics_informed_at": awareness["aware_at"]}
        )
        report_acts = case.add("SAE", row, "in")
        case.sign(report_acts, "in")
        _send(case, report_acts)

    return send


def _assess_for_sponsor(
    case: SimulatedCase, event: SimulatedAdverseEvent, version: int
) -> None:
    rows = casebook_of(case.participant).rows("SPA")
    unassessed = [row for row in rows if not row.get("causality_sponsor")]
    if not unassessed:
        return
    form = case.form_of("SPA", occurrence=unassessed[0].occurrence)
    values: dict[str, object] = {
        "causality_sponsor": event.causality,
        "expected_per_rsi": event.expected,
        "rsi_version": "1.0",
    }
    if event.expected == "N" and event.causality in ("possible", "probable"):
        values |= {
            "submitted_on": clock.today(),
            "authority": ["nmpa", "ethics"],
            "reference": f"SUSAR-{chance.source().randint(100, 999)}-{version}",
        }
    case.save(form, values, "so")
