"""The two infusions: request, product, bedside record with vital signs, signatures."""

from collections.abc import Callable
from datetime import datetime, timedelta

from record.casebook.selectors import casebook_of
from simulation.clinical_events import weight_on
from simulation.infusion_plans import SimulatedInfusion, SimulatedRefusal
from simulation.measurements import panel, vital_signs
from simulation.times import in_office_hours
from simulation.writer.case import Act, Acts, SimulatedCase, save_with_explanations
from simulation.writer.pharmacy import pharmacy_acts
from simulation.writer.screening import panel_head
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


def infusion_acts(case: SimulatedCase) -> Acts:
    for infusion in case.clinical_events.infusions:
        yield from (
            _refusal(case, infusion)
            if isinstance(infusion, SimulatedRefusal)
            else _infusion(case, infusion)
        )


def _request(case: SimulatedCase, at: datetime, start: datetime) -> dict[str, object]:
    days = (start.date() - case.person.day0).days
    values: dict[str, object] = {
        "planned_start_at": start,
        "dosing_weight_kg": weight_on(case.person, days),
        "weighed_at": at - 50 * MINUTE,
        "weight_source": "bed_scale",
        **dict.fromkeys(RECHECKED, "N"),
    }
    if case.person.is_female:
        values["pregnant_now"] = "N"
    return values


def _refusal(case: SimulatedCase, refusal: SimulatedRefusal) -> Acts:
    """A request with the decision not to give the infusion."""
    decision = {"decision": "no_go_final", "reason": refusal.why}

    def decide() -> None:
        values = _request(case, refusal.at, refusal.at + timedelta(hours=2))
        case.save(case.form_of("IRQ", refusal.visit), values | decision, "co")

    yield Act(refusal.at, decide)
    signed_at = refusal.at + 25 * MINUTE
    yield Act(signed_at, lambda: case.sign(case.form_of("IRQ", refusal.visit), "in"))


def _infusion(case: SimulatedCase, infusion: SimulatedInfusion) -> Acts:
    requested_at = infusion.start - timedelta(minutes=170)

    def request() -> None:
        values = _request(case, requested_at, infusion.start)
        case.save(
            case.form_of("IRQ", infusion.visit), values | {"decision": "go"}, "co"
        )

    yield Act(requested_at, request)
    signed_at = requested_at + 20 * MINUTE
    yield Act(signed_at, lambda: case.sign(case.form_of("IRQ", infusion.visit), "in"))
    yield from pharmacy_acts(case, infusion)
    yield Act(infusion.start + MINUTE, lambda: _begin(case, infusion))
    yield from _measurements(case, infusion)
    yield Act(infusion.stop + 9 * MINUTE, lambda: _end(case, infusion))
    reviewed_at = in_office_hours(
        infusion.stop + timedelta(hours=case.rng.randint(2, 40))
    )
    if case.rng.random() < 0.9:  # noqa: PLR2004 - the rest awaits its signature
        yield Act(
            reviewed_at, lambda: case.sign(case.form_of("INF", infusion.visit), "in")
        )
    yield from _examination(case, infusion)


def _begin(case: SimulatedCase, infusion: SimulatedInfusion) -> None:
    values = {
        "given": "partly" if infusion.is_partly_given else "given",
        "clinician": case.pk("in"),
        "started_at": infusion.start,
        "access": chance.source().choice(("peripheral", "peripheral", "central")),
    }
    case.save(case.form_of("INF", infusion.visit), values, "bn", complete=False)


def _end(case: SimulatedCase, infusion: SimulatedInfusion) -> None:
    values: dict[str, object] = {
        "stopped_at": infusion.stop,
        "volume_ml": f"{infusion.volume_ml:.1f}",
        "cover_intact": "Y",
        "participant_saw": "Y" if infusion.saw_bag else "N",
        "reaction": "Y" if infusion.has_reaction else "N",
        "completed": "N" if infusion.is_partly_given else "Y",
    }
    if infusion.is_partly_given:
        values["stopped_reason"] = "reaction" if infusion.has_reaction else "access"
    case.save(case.form_of("INF", infusion.visit), values, "bn")


def _measurements(case: SimulatedCase, infusion: SimulatedInfusion) -> Acts:
    end = case.person.last_seen_at
    for point in vital_sign_times(infusion.start, infusion.stop):
        if not point.is_applicable or point.due_at is None:
            continue
        shift = (
            case.rng.randint(3, 14) if point.code == "pre" else case.rng.randint(0, 4)
        )
        taken_at = point.due_at + shift * MINUTE
        if end and taken_at >= end:
            return
        yield Act(taken_at + MINUTE, _measurement(case, infusion, point.code, taken_at))


def _measurement(
    case: SimulatedCase, infusion: SimulatedInfusion, point: str, taken_at: datetime
) -> Callable[[], None]:
    nurse = case.staff["bn"]

    def measure() -> None:
        place = (case.participant, infusion.visit, point)
        if point == infusion.forgotten_point:
            record_vital_signs_not_taken(*place, reason="forgotten", by=nurse)
            return
        fever = infusion.has_reaction and point in FEVERISH
        values = {"taken_at": taken_at, **vital_signs(chance.source(), fever=fever)}
        save_with_explanations(
            lambda explained: record_vital_signs(
                *place, values, by=nurse, explanations=explained
            )
        )

    return measure


def _examination(case: SimulatedCase, infusion: SimulatedInfusion) -> Acts:
    measured_at = infusion.start - timedelta(minutes=case.rng.randint(190, 230))
    yield Act(
        measured_at + 15 * MINUTE,
        lambda: enter_vital_signs(case, infusion.visit, measured_at),
    )
    yield from laboratory_acts(case, infusion.visit, measured_at)


def enter_vital_signs(
    case: SimulatedCase, visit: str, measured_at: datetime, *, number: int = 0
) -> None:
    days = (measured_at.date() - case.person.day0).days
    values = {"measured_at": measured_at, **vital_signs(chance.source())}
    if visit in ("D0", "D7"):
        values |= {
            "weight_kg": weight_on(case.person, days),
            "weight_source": "bed_scale",
        }
    by = "bn" if visit in ("D0", "D7") else "co"
    case.save(case.form_of("VIT", visit, number=number), values, by)


def laboratory_acts(
    case: SimulatedCase, visit: str, sampled_at: datetime, *, number: int = 0
) -> Acts:
    """A laboratory panel, and the judgement of values out of range."""
    entered_at = case.entry_time(sampled_at, (90, 400))
    days_after_rise = case.person.days_after_rise(sampled_at)
    judged_at = in_office_hours(entered_at + timedelta(hours=case.rng.randint(3, 50)))

    def enter() -> None:
        creatinine = case.person.kidney.creatinine(days_after_rise)
        values = panel(creatinine, days_after_rise, case.person.sex, chance.source())
        head = panel_head(case, sampled_at)
        form = case.form_of("LAB", visit, number=number)
        case.save(form, head | values, "co", complete=visit == "D0")

    yield Act(entered_at, enter)
    if visit != "D0" and case.rng.random() < 0.93:  # noqa: PLR2004 - a few stay drafts
        yield Act(judged_at, lambda: _judge(case, visit, number))


def _judge(case: SimulatedCase, visit: str, number: int) -> None:
    form = case.form_of("LAB", visit, number=number)
    data = case.read(form)
    outside = outside_reference(data, casebook_of(form.participant))
    rows = [{"analyte": name, "judgement": "no"} for name in outside]
    case.save(form, {"significance": rows} if rows else {}, "in")
