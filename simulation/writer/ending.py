"""End of the study for a person: completed, died, withdrew, lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

from simulation import phrases
from simulation.clinical_events import SimulatedAdverseEvent
from simulation.drug_and_event_kinds import EventKind
from simulation.people import DIES, Fate
from simulation.times import at, days_after, in_office_hours
from simulation.writer.case import Act, Acts, SimulatedCase
from simulation.writer.safety import assess_causality, report_acts
from trial_edc import chance
from trial_edc.vocabulary import VisitCode
from visits.schedule.rules import window

KINDS = {
    Fate.LEAVES: "everything",
    Fate.LEAVES_VISITS: "visits_lookup_allowed",
    Fate.LEAVES_INFUSION: "infusion_only",
}
ATTEMPTS = ((2, "phone"), (9, "sms"), (17, "phone"))  # days after month 3 has closed


def end_of_study_acts(case: SimulatedCase) -> Acts:
    person = case.person
    if person.fate in DIES and person.ends_at:
        yield from _death(case, person.ends_at)
    elif person.fate in KINDS and person.ends_at:
        yield from _withdrawal(case, person.ends_at)
    elif person.fate == Fate.LOST:
        yield from _loss(case)
    if person.last_seen_at is None and person.fate != Fate.LOST:
        yield from _completion(case)


def _death(case: SimulatedCase, died_at: datetime) -> Acts:
    died_early = case.person.fate == Fate.DIES_EARLY
    cause, category = case.rng.choice(phrases.CAUSES_OF_DEATH)
    values = {
        "death_on": died_at.date().isoformat(),
        "death_time": died_at.strftime("%H:%M"),
        "place": "our_ward" if died_early else "home",
        "source": "record" if died_early else "relatives",
        "cause": cause,
        "cause_category": category,
        "autopsy": "not_done",
    }
    delay = timedelta(minutes=case.rng.randint(60, 400), days=0 if died_early else 2)
    known_at = in_office_hours(died_at + delay)

    def enter() -> None:
        case.save(case.ensure_form("DTH", "co"), values, "co", complete=False)
        case.forms["AE death"] = case.row_with("AE", outcome="fatal")

    yield Act(known_at, enter)
    treatment = "icu" if died_early else "none"
    kind = EventKind(cause, "diagnosis", "5", "none", treatment, 1)
    event = SimulatedAdverseEvent(kind, died_at, None, "5", ("death",))
    assessed_at = in_office_hours(
        known_at + timedelta(minutes=case.rng.randint(40, 200))
    )
    yield Act(assessed_at, lambda: _assess_death(case, event, died_at))
    yield from report_acts(case, event, "AE death", known_at, described_at=assessed_at)
    ended_at = in_office_hours(known_at + timedelta(days=case.rng.randint(3, 12)))
    yield from _end_of_study(case, ended_at, "died", died_at)


def _assess_death(
    case: SimulatedCase, event: SimulatedAdverseEvent, died_at: datetime
) -> None:
    """Complete the event that the death opened, then the death itself; sign both."""
    form = case.forms["AE death"]
    on = died_at.date().isoformat()
    values = {
        "term": event.kind.term,
        "term_kind": "diagnosis",
        "onset": on,
        "ended": on,
        "ctcae_version": "5.0",
        "infusion_reaction": "N",
        "infusion_number": "none",
        "special_interest": ["none"],
        "aki_course": "no",
        "action_infusion": "not_applicable",
        "treatment": [event.kind.treatment],
    }
    case.save(form, values, "in", complete=False)
    assess_causality(case, form, event.causality)
    case.sign(form, "in")
    death = case.form_of("DTH")
    case.save(death, {"related_infusion": "unlikely", "ae": form.pk}, "in")
    case.sign(death, "in")


def _withdrawal(case: SimulatedCase, withdrew_at: datetime) -> Acts:
    values = {
        "kind": KINDS[case.person.fate],
        "on": withdrew_at.date(),
        "by": "participant",
        "reason": case.rng.choice(("burden", "not_stated", "moved")),
    }
    entered_at = in_office_hours(withdrew_at + timedelta(minutes=30))
    yield Act(entered_at, lambda: case.add("WDR", values, "co"))
    if case.person.fate == Fate.LEAVES:
        ended_at = in_office_hours(withdrew_at + timedelta(days=case.rng.randint(3, 9)))
        yield from _end_of_study(case, ended_at, "withdrew", withdrew_at)


def _loss(case: SimulatedCase) -> Acts:
    span = window(VisitCode.MONTH_3, case.person.day0)
    if span is None:
        return
    for days, channel in ATTEMPTS:
        tried_at = days_after(span.closes, days, 700)
        attempt = {
            "at": tried_at,
            "channel": channel,
            "reached": "nobody",
            "result": "no_answer",
        }
        yield Act(tried_at + timedelta(minutes=9), _attempt(case, attempt))
    lost_at = days_after(span.closes, ATTEMPTS[-1][0] + 2, 720)
    yield from _end_of_study(case, lost_at, "lost", lost_at)


def _attempt(case: SimulatedCase, attempt: dict[str, object]) -> Callable[[], object]:
    return lambda: case.add("CAL", attempt, "co")


def _completion(case: SimulatedCase) -> Acts:
    """The end after month 3, done or missed; a few are not yet entered."""
    span = window(VisitCode.MONTH_3, case.person.day0)
    if span is None or case.rng.random() < 0.06:  # noqa: PLR2004 - the few
        return
    seen_at = case.finished_at or at(span.overdue_until + timedelta(days=2), 660)
    ended_at = in_office_hours(seen_at + timedelta(days=case.rng.randint(2, 9)))
    has_withdrawn = case.person.fate == Fate.LEAVES_VISITS
    yield from _end_of_study(
        case, ended_at, "withdrew" if has_withdrawn else "completed", seen_at
    )


def _end_of_study(
    case: SimulatedCase, ended_at: datetime, reason: str, on: datetime
) -> Acts:
    values = {"reason": reason, "on": on.date()}

    def enter() -> None:
        case.save(case.ensure_form("EOS", "pi"), values, "pi")
        if chance.source().random() < 0.9:  # noqa: PLR2004 - the rest awaits it
            case.sign(case.form_of("EOS"), "pi")

    yield Act(ended_at, enter)
