"""Adverse events, reactions to infusions, serious events with their reports."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of
from safety.reports.services.reports import send_report
from simulation import words
from simulation.catalogue import EventKind
from simulation.happenings import SimulatedEvent
from simulation.infusing import SimulatedInfusion
from simulation.times import office
from simulation.writer.case import Act, Acts, SimulatedCase, changed, text_of
from trial_edc import chance, clock

NOT_RELATED = ("caused_by_procedure", "caused_by_other_drug")
ENDED = changed("The event has ended since.", "late")
SHARE_SIGNED = 0.85
CHILLS = EventKind("Fever with chills", "symptom", "13", "fever", "drug", 1)


def events(case: SimulatedCase) -> Acts:
    """Yield every adverse event, from the bedside draft to the signature."""
    for one in case.happenings.infusions:
        if isinstance(one, SimulatedInfusion) and one.reaction:
            yield from _reaction(case, one)
    for number, event in enumerate(case.happenings.events):
        yield from _event(case, event, f"AE {number}")


def _reaction(case: SimulatedCase, one: SimulatedInfusion) -> Acts:
    """Yield what follows a reaction: its row was opened by the bedside record."""
    key = f"AE infusion {one.number}"
    since = one.start + timedelta(minutes=25)
    until = one.stop + timedelta(hours=case.rng.randint(3, 20))
    grade = "3" if one.is_grave else "1"
    event = SimulatedEvent(CHILLS, since, until, grade, causality="probable")
    told = _told(event) | {
        "infusion_reaction": "Y",
        "infusion_number": str(one.number),
        "ongoing": "N",
        "ended": text_of(until),
        "outcome": "recovered",
        "action_infusion": "stopped" if one.is_grave else "slowed",
    }

    def describe() -> None:
        number = str(one.number)
        opened = case.row("AE", infusion_reaction="Y", infusion_number=number)
        case.forms[key] = opened
        case.save(case.forms[key], told, "bn", complete=False)

    described_at = office(until + timedelta(minutes=case.rng.randint(40, 300)))
    yield Act(described_at, describe)
    yield from _assessment(case, event, key, described_at)


def _told(event: SimulatedEvent) -> dict[str, object]:
    told: dict[str, object] = {
        "term": event.kind.term,
        "term_kind": event.kind.kind,
        "onset": text_of(event.since),
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
        told["seriousness"] = list(event.seriousness)
    return told


def _course(event: SimulatedEvent, known_at: datetime) -> dict[str, object]:
    if event.until and event.until <= known_at:
        return {
            "ongoing": "N",
            "ended": text_of(event.until),
            "outcome": "recovered",
        }
    return {"ongoing": "Y", "outcome": "recovering"}


def _event(case: SimulatedCase, event: SimulatedEvent, key: str) -> Acts:
    wait = (60, 900) if event.seriousness else (90, 2200)
    noted_at = office(event.since + timedelta(minutes=case.rng.randint(*wait)))
    told = _told(event) | _course(event, noted_at)
    by = "co" if event.seriousness else "bn"

    def note() -> None:
        case.forms[key] = case.add("AE", told, by, complete=False)

    yield Act(noted_at, note)
    yield from _assessment(case, event, key, noted_at)
    if event.until and event.until > noted_at:
        yield from _recovery(case, event, key)
    if event.seriousness:
        yield from report(case, event, key, noted_at)


def _assessment(
    case: SimulatedCase, event: SimulatedEvent, key: str, noted_at: datetime
) -> Acts:
    """Yield the investigator's causality and signature; a few still await them."""
    wait = (30, 200) if event.seriousness else (120, 3500)
    assessed_at = office(noted_at + timedelta(minutes=case.rng.randint(*wait)))
    yield Act(assessed_at, lambda: assess(case, case.forms[key], event.causality))
    if case.rng.random() < SHARE_SIGNED:
        signed_at = office(assessed_at + timedelta(minutes=case.rng.randint(15, 400)))
        yield Act(signed_at, lambda: case.sign(case.forms[key], "in"))


def assess(case: SimulatedCase, form: FormInstance, causality: str) -> None:
    judged: dict[str, object] = {
        "caused_by_infusion": causality,
        "caused_by_disease": "probable" if causality == "unlikely" else "possible",
        **dict.fromkeys(NOT_RELATED, "unlikely"),
    }
    if case.person.is_female:
        judged["pregnancy"] = "N"
    case.save(form, judged, "in")


def _recovery(case: SimulatedCase, event: SimulatedEvent, key: str) -> Acts:
    if event.until is None:
        return
    course = _course(event, event.until)

    def recover() -> None:
        case.save(case.forms[key], course, "co", why=ENDED)

    known_at = case.entered(event.until, (200, 2500))
    yield Act(max(known_at, event.until + timedelta(days=4)), recover)


def report(
    case: SimulatedCase,
    event: SimulatedEvent,
    key: str,
    aware_at: datetime,
    *,
    described_at: datetime | None = None,
) -> Acts:
    """Yield the report of a serious event, its sending and the sponsor's assessment."""
    late = case.rng.random() < 1 / 6
    hours = case.rng.randint(26, 40) if late else case.rng.randint(3, 14)
    earliest = (described_at or aware_at) + timedelta(minutes=20)
    told_at = max(aware_at + timedelta(hours=hours), earliest)
    seen: dict[str, object] = {"aware_at": aware_at, "aware_who": case.pk("in")}
    yield Act(told_at, lambda: _report(case, key, seen, admitted=event.since))
    assessed_at = office(told_at + timedelta(hours=case.rng.randint(3, 40)))
    yield Act(assessed_at, lambda: _assess_for_sponsor(case, event, 1))
    if event.until:
        final_at = office(event.until + timedelta(days=case.rng.randint(5, 12)))
        yield Act(final_at, _final(case, event, key, seen))
        yield Act(
            office(final_at + timedelta(hours=26)),
            lambda: _assess_for_sponsor(case, event, 2),
        )


def _report(
    case: SimulatedCase, key: str, seen: Mapping[str, object], *, admitted: datetime
) -> None:
    """Complete the report that the event opened, sign and send it."""
    event = case.forms[key]
    form = case.row("SAE", ae=event.pk)
    told = {**seen, "ethics_informed_at": clock.now() - timedelta(minutes=30)}
    hospital = _hospital(case, event, admitted)
    case.save(form, told | hospital, "in")
    case.sign(form, "in")
    send_report(form, by=case.staff["in"])


def _hospital(
    case: SimulatedCase, event: FormInstance, admitted: datetime
) -> dict[str, object]:
    stays = "hospitalisation" in (case.read(event).get("seriousness") or ())
    return {"hospital_in": admitted.date().isoformat()} if stays else {}


def _final(
    case: SimulatedCase, event: SimulatedEvent, key: str, seen: Mapping[str, object]
) -> Callable[[], None]:
    told: dict[str, object] = {
        **seen,
        "report_kind": "final",
        "narrative": words.NARRATIVE,
        "tests": "See the laboratory panels of the visits.",
        "history": "See the medical history.",
    }

    def send() -> None:
        form = case.forms[key]
        hospital = _hospital(case, form, event.since)
        if hospital and event.until:
            hospital["hospital_out"] = event.until.date().isoformat()
        row = told | hospital | {"ae": form.pk, "ethics_informed_at": seen["aware_at"]}
        report = case.add("SAE", row, "in")
        case.sign(report, "in")
        send_report(report, by=case.staff["in"])

    return send


def _assess_for_sponsor(
    case: SimulatedCase, event: SimulatedEvent, version: int
) -> None:
    rows = casebook_of(case.participant).rows("SPA")
    waiting = [row for row in rows if not row.get("causality_sponsor")]
    if not waiting:
        return
    form = case.form_of("SPA", occurrence=waiting[0].occurrence)
    told: dict[str, object] = {
        "causality_sponsor": event.causality,
        "expected_per_rsi": event.expected,
        "rsi_version": "1.0",
    }
    if event.expected == "N" and event.causality in ("possible", "probable"):
        told |= {
            "submitted_on": clock.today(),
            "authority": ["nmpa", "ethics"],
            "reference": f"SUSAR-{chance.source().randint(100, 999)}-{version}",
        }
    case.save(form, told, "so")
