"""How the study ends for a person: completed, died, withdrew, lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

from simulation import words
from simulation.catalogue import EventKind
from simulation.happenings import SimulatedEvent
from simulation.people import DIES, Fate
from simulation.times import at, days_after, office
from simulation.writer.case import Act, Acts, SimulatedCase
from simulation.writer.safety import assess, report
from trial_edc import chance
from trial_edc.vocabulary import VisitCode
from visits.schedule.rules import window

KINDS = {
    Fate.LEAVES: "everything",
    Fate.LEAVES_VISITS: "visits_lookup_allowed",
    Fate.LEAVES_INFUSION: "infusion_only",
}
ATTEMPTS = ((2, "phone"), (9, "sms"), (17, "phone"))  # days after month 3 has closed


def ending(case: SimulatedCase) -> Acts:
    """Yield the end of a person's study, and what leads to it."""
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
    early = case.person.fate == Fate.DIES_EARLY
    cause, category = case.rng.choice(words.CAUSES_OF_DEATH)
    told = {
        "death_on": died_at.date().isoformat(),
        "death_time": died_at.strftime("%H:%M"),
        "place": "our_ward" if early else "home",
        "source": "record" if early else "relatives",
        "cause": cause,
        "cause_category": category,
        "autopsy": "not_done",
    }
    delay = timedelta(minutes=case.rng.randint(60, 400), days=0 if early else 2)
    known_at = office(died_at + delay)

    def enter() -> None:
        case.save(case.open_form_instance("DTH", "co"), told, "co", complete=False)
        case.forms["AE death"] = case.row("AE", outcome="fatal")

    yield Act(known_at, enter)
    treatment = "icu" if early else "none"
    kind = EventKind(cause, "diagnosis", "5", "none", treatment, 1)
    event = SimulatedEvent(kind, died_at, None, "5", ("death",))
    assessed_at = office(known_at + timedelta(minutes=case.rng.randint(40, 200)))
    yield Act(assessed_at, lambda: _assess_death(case, event, died_at))
    yield from report(case, event, "AE death", known_at, described_at=assessed_at)
    ended_at = office(known_at + timedelta(days=case.rng.randint(3, 12)))
    yield from _end(case, ended_at, "died", died_at)


def _assess_death(
    case: SimulatedCase, event: SimulatedEvent, died_at: datetime
) -> None:
    """Complete the event that the death opened, then the death itself; sign both."""
    form = case.forms["AE death"]
    on = died_at.date().isoformat()
    told = {
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
    case.save(form, told, "in", complete=False)
    assess(case, form, event.causality)
    case.sign(form, "in")
    death = case.form_of("DTH")
    case.save(death, {"related_infusion": "unlikely", "ae": form.pk}, "in")
    case.sign(death, "in")


def _withdrawal(case: SimulatedCase, left_at: datetime) -> Acts:
    told = {
        "kind": KINDS[case.person.fate],
        "on": left_at.date(),
        "by": "participant",
        "reason": case.rng.choice(("burden", "not_stated", "moved")),
    }
    entered_at = office(left_at + timedelta(minutes=30))
    yield Act(entered_at, lambda: case.add("WDR", told, "co"))
    if case.person.fate == Fate.LEAVES:
        ended_at = office(left_at + timedelta(days=case.rng.randint(3, 9)))
        yield from _end(case, ended_at, "withdrew", left_at)


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
    yield from _end(case, lost_at, "lost", lost_at)


def _attempt(case: SimulatedCase, attempt: dict[str, object]) -> Callable[[], object]:
    return lambda: case.add("CAL", attempt, "co")


def _completion(case: SimulatedCase) -> Acts:
    """Yield the end after month 3, done or missed; a few are not yet entered."""
    span = window(VisitCode.MONTH_3, case.person.day0)
    if span is None or case.rng.random() < 0.06:  # noqa: PLR2004 - the few
        return
    seen_at = case.finished_at or at(span.overdue_until + timedelta(days=2), 660)
    ended_at = office(seen_at + timedelta(days=case.rng.randint(2, 9)))
    left = case.person.fate == Fate.LEAVES_VISITS
    yield from _end(case, ended_at, "withdrew" if left else "completed", seen_at)


def _end(case: SimulatedCase, at_instant: datetime, reason: str, on: datetime) -> Acts:
    told = {"reason": reason, "on": on.date()}

    def enter() -> None:
        case.save(case.open_form_instance("EOS", "pi"), told, "pi")
        if chance.source().random() < 0.9:  # noqa: PLR2004 - the rest awaits it
            case.sign(case.form_of("EOS"), "pi")

    yield Act(at_instant, enter)
