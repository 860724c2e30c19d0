"""The two infusions: request, product, bedside record with vital signs, signatures."""

from collections.abc import Callable
from datetime import datetime, timedelta

from simulation.course import panel, vital_signs
from simulation.happenings import weight_on
from simulation.infusing import Refusal, SimulatedInfusion
from simulation.times import office
from simulation.writer.case import Act, Acts, SimulatedCase, insisting
from simulation.writer.product import prepare
from simulation.writer.screening import blood_head
from trial_edc import chance
from visits.infusions.rules import vital_sign_times
from visits.infusions.services.vital_signs import (
    record_vital_signs,
    record_vital_signs_not_taken,
)
from visits.models.laboratory_panel import outside_reference

MINUTE = timedelta(minutes=1)
RECHECKED = (
    "ventilated_now",
    "unstable_now",
    "vasopressor_rising_now",
    "infection_uncontrolled_now",
    "consent_withdrawn_now",
)
FEVERISH = ("m45", "end", "e30m", "e1h")


def infusions(case: SimulatedCase) -> Acts:
    for one in case.happenings.infusions:
        yield from (
            _refusal(case, one) if isinstance(one, Refusal) else _infusion(case, one)
        )


def _request(case: SimulatedCase, at: datetime, start: datetime) -> dict[str, object]:
    days = (start.date() - case.person.day0).days
    told: dict[str, object] = {
        "planned_start_at": start,
        "dosing_weight_kg": weight_on(case.person, days),
        "weighed_at": at - 50 * MINUTE,
        "weight_source": "bed_scale",
        **dict.fromkeys(RECHECKED, "N"),
    }
    if case.person.is_female:
        told["pregnant_now"] = "N"
    return told


def _refusal(case: SimulatedCase, one: Refusal) -> Acts:
    """Yield a request that says the infusion will not be given."""
    decided = {"decision": "no_go_final", "reason": one.why}

    def decide() -> None:
        told = _request(case, one.at, one.at + timedelta(hours=2))
        case.save(case.form_of("IRQ", one.visit), told | decided, "co")

    yield Act(one.at, decide)
    signed_at = one.at + 25 * MINUTE
    yield Act(signed_at, lambda: case.sign(case.form_of("IRQ", one.visit), "in"))


def _infusion(case: SimulatedCase, one: SimulatedInfusion) -> Acts:
    asked_at = one.start - timedelta(minutes=170)

    def request() -> None:
        told = _request(case, asked_at, one.start)
        case.save(case.form_of("IRQ", one.visit), told | {"decision": "go"}, "co")

    yield Act(asked_at, request)
    signed_at = asked_at + 20 * MINUTE
    yield Act(signed_at, lambda: case.sign(case.form_of("IRQ", one.visit), "in"))
    ready_at = one.start - 22 * MINUTE
    yield Act(ready_at, lambda: prepare(case, one.visit, wrong=one.wrong))
    yield Act(one.start + MINUTE, lambda: _begin(case, one))
    yield from _measurements(case, one)
    yield Act(one.stop + 9 * MINUTE, lambda: _end(case, one))
    reviewed_at = office(one.stop + timedelta(hours=case.rng.randint(2, 40)))
    if case.rng.random() < 0.9:  # noqa: PLR2004 - the rest awaits its signature
        yield Act(reviewed_at, lambda: case.sign(case.form_of("INF", one.visit), "in"))
    yield from _examination(case, one)


def _begin(case: SimulatedCase, one: SimulatedInfusion) -> None:
    told = {
        "given": "partly" if one.partly else "given",
        "clinician": case.pk("in"),
        "started_at": one.start,
        "access": chance.source().choice(("peripheral", "peripheral", "central")),
    }
    case.save(case.form_of("INF", one.visit), told, "bn", complete=False)


def _end(case: SimulatedCase, one: SimulatedInfusion) -> None:
    told: dict[str, object] = {
        "stopped_at": one.stop,
        "volume_ml": f"{one.volume_ml:.1f}",
        "cover_intact": "Y",
        "participant_saw": "Y" if one.saw else "N",
        "reaction": "Y" if one.reaction else "N",
        "completed": "N" if one.partly else "Y",
    }
    if one.partly:
        told["stopped_reason"] = "reaction" if one.reaction else "access"
    case.save(case.form_of("INF", one.visit), told, "bn")


def _measurements(case: SimulatedCase, one: SimulatedInfusion) -> Acts:
    end = case.person.last_seen_at
    for due in vital_sign_times(one.start, one.stop):
        if not due.is_applicable or due.due_at is None:
            continue
        shift = case.rng.randint(3, 14) if due.code == "pre" else case.rng.randint(0, 4)
        taken_at = due.due_at + shift * MINUTE
        if end and taken_at >= end:
            return
        yield Act(taken_at + MINUTE, _measurement(case, one, due.code, taken_at))


def _measurement(
    case: SimulatedCase, one: SimulatedInfusion, point: str, taken_at: datetime
) -> Callable[[], None]:
    nurse = case.staff["bn"]

    def measure() -> None:
        place = (case.participant, one.visit, point)
        if point == one.forgotten:
            record_vital_signs_not_taken(*place, reason="forgotten", by=nurse)
            return
        fever = one.reaction and point in FEVERISH
        told = {"taken_at": taken_at, **vital_signs(chance.source(), fever=fever)}
        insisting(
            lambda explained: record_vital_signs(
                *place, told, by=nurse, explanations=explained
            )
        )

    return measure


def _examination(case: SimulatedCase, one: SimulatedInfusion) -> Acts:
    """Yield vital signs and blood of the day of an infusion."""
    measured_at = one.start - timedelta(minutes=case.rng.randint(190, 230))
    yield Act(measured_at + 15 * MINUTE, lambda: weigh(case, one.visit, measured_at))
    yield from blood(case, one.visit, measured_at)


def weigh(
    case: SimulatedCase, visit: str, measured_at: datetime, *, number: int = 0
) -> None:
    """Enter weight and vital signs of a visit."""
    days = (measured_at.date() - case.person.day0).days
    told = {"measured_at": measured_at, **vital_signs(chance.source())}
    if visit in ("D0", "D7"):
        told |= {
            "weight_kg": weight_on(case.person, days),
            "weight_source": "bed_scale",
        }
    by = "bn" if visit in ("D0", "D7") else "co"
    case.save(case.form_of("VIT", visit, number=number), told, by)


def blood(
    case: SimulatedCase, visit: str, sampled_at: datetime, *, number: int = 0
) -> Acts:
    """Yield a laboratory panel, and the judgement of what is out of range."""
    entered_at = case.entered(sampled_at, (90, 400))
    rng_days = case.person.days_after_rise(sampled_at)
    judged_at = office(entered_at + timedelta(hours=case.rng.randint(3, 50)))

    def enter() -> None:
        creatinine = case.person.kidney.creatinine(rng_days)
        found = panel(creatinine, rng_days, case.person.sex, chance.source())
        head = blood_head(case, sampled_at)
        form = case.form_of("LAB", visit, number=number)
        case.save(form, head | found, "co", complete=visit == "D0")

    yield Act(entered_at, enter)
    if visit != "D0" and case.rng.random() < 0.93:  # noqa: PLR2004 - a few stay drafts
        yield Act(judged_at, lambda: _judge(case, visit, number))


def _judge(case: SimulatedCase, visit: str, number: int) -> None:
    """Judge what lies outside the reference range after infusion 1."""
    form = case.form_of("LAB", visit, number=number)
    form_of = case.read(form)
    outside = outside_reference(form_of, case.person.sex.value)
    rows = [{"analyte": name, "judgement": "no"} for name in outside]
    case.save(form, {"significance": rows} if rows else {}, "in")
