"""The course of a participant as the endpoint rules read it from the casebook; pure."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal

from outcomes.rules.record import CreatinineSample, Interval, Record, RecordedEvent, Rrt
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial, Quantity
from trial_edc.clock import SITE_TZ, site_date
from trial_edc.dates import PartialDateText
from trial_edc.vocabulary import VisitCode, VitalStatus, WithdrawalKind, YesNo
from visits.schedule import rules
from visits.schedule.facts import done_date, infusion_started_at

# Every form that the endpoints rest on: to read them is to know all 25.
FORMS = (
    "RAN",
    "INF",
    "VIS",
    "CRE",
    "RRT",
    "STY",
    "AE",
    "DTH",
    "WDR",
    "CAL",
    "O28",
    "OM3",
)
NOON = time(12)  # a sample known by date only: no time of day decides between dates


def record_of(casebook: Casebook, cutoff: date) -> Record | None:
    """Return the course up to a cut-off; None for a person never randomised."""
    randomised_at = casebook.value("RAN", "randomised_at")
    if randomised_at is None:
        return None
    death = death_on(casebook)
    return Record(
        randomised_on=site_date(randomised_at),
        infusion_1_at=infusion_started_at(casebook, 1),
        baseline_umol_l=baseline_umol_l(casebook),
        cutoff=cutoff,
        d28_visit_on=done_date(casebook.one("VIS", VisitCode.DAY_28.value)),
        m3_visit_on=done_date(casebook.one("VIS", VisitCode.MONTH_3.value)),
        last_alive_on=last_known_alive(casebook),
        death_on=death.earliest if death else None,
        withdrawn_on=withdrawn_from_everything_on(casebook),
        creatinine=tuple(samples(casebook)),
        rrt=tuple(replacement(casebook)),
        hospital=tuple(stays(casebook, "hospital")),
        icu=tuple(stays(casebook, "icu")),
        events=tuple(adverse_events(casebook)),
    )


def baseline_umol_l(casebook: Casebook) -> Decimal | None:
    """Return the value that the frozen baseline sample has now, corrected or not."""
    chosen = casebook.value("RAN", "baseline_sample")
    kept = (row for row in casebook.rows("CRE") if row.form_id == chosen)
    sample = next(kept, None) if chosen else None
    value = sample.get("value") if sample else None
    if isinstance(value, Quantity):
        return value.standard
    frozen: Decimal | None = casebook.value("RAN", "baseline_umol_l")
    return frozen


def death_on(casebook: Casebook) -> PartialDateText | None:
    known: Partial | None = casebook.value("DTH", "death_on")
    return PartialDateText(known.earliest, known.latest) if known else None


def withdrawn_from_everything_on(casebook: Casebook) -> date | None:
    """Return the date after which no new observation is made."""
    return min(
        (
            row.get("on")
            for row in casebook.rows("WDR")
            if row.get("kind") == WithdrawalKind.EVERYTHING and row.get("on")
        ),
        default=None,
    )


def anchor_on(casebook: Casebook) -> date | None:
    """Return day 0 of the endpoints: infusion 1, else randomisation (ITT)."""
    at = infusion_started_at(casebook, 1) or casebook.value("RAN", "randomised_at")
    return site_date(at) if at else None


def samples(casebook: Casebook) -> Iterator[CreatinineSample]:
    """Return the creatinine values with the instant they were taken at."""
    for row in casebook.rows("CRE"):
        taken, value = sampled_at(row), row.get("value")
        if taken and isinstance(value, Quantity):
            yield CreatinineSample(taken, value.standard, str(row.form_id or ""))


def sampled_at(row: FormData) -> datetime | None:
    """Return when a sample was taken; a date alone counts as noon of that date."""
    taken = row.get("sample_at")
    if isinstance(taken, Partial):
        if not taken.is_full_date:
            return None
        return taken.instant(SITE_TZ) or datetime.combine(taken.earliest, NOON, SITE_TZ)
    at: datetime | None = taken
    return at


def replacement(casebook: Casebook) -> Iterator[Rrt]:
    """Return renal replacement by its days; a partial start counts from its first.

    Of a row that is over but lacks its end only the start is known to have been.
    """
    for row in casebook.rows("RRT"):
        started, ended = row.get("started_at"), row.get("ended_at")
        if not started:
            continue
        is_over = row.get("ongoing") == YesNo.NO or row.get("row_kind") == "session"
        end = ended.latest if ended else (started.latest if is_over else None)
        yield Rrt(started.earliest, end, row.get("modality") == "transplant")


def stays(casebook: Casebook, kind: str) -> Iterator[Interval]:
    for row in casebook.rows("STY"):
        if row.get("kind") == kind and row.get("in_at"):
            yield Interval(row.get("in_at"), row.get("out_at"))


def adverse_events(casebook: Casebook) -> Iterator[RecordedEvent]:
    """Return the events whose onset is known at least in part."""
    for row in casebook.rows("AE"):
        onset, grade = row.get("onset"), row.get("grade")
        if onset:
            serious = row.get("serious") == YesNo.YES
            yield RecordedEvent(onset.text, int(grade) if grade else None, serious)


def last_known_alive(casebook: Casebook) -> date | None:
    return max(signs_of_life(casebook), default=None)


def signs_of_life(casebook: Casebook) -> Iterator[date]:
    """Return every date on which somebody or something showed that they lived."""
    yield from (on for data in casebook.rows("VIS") if (on := seen_on(data)))
    yield from (one.on for one in samples(casebook))
    for row in casebook.rows("STY"):
        yield from (site_date(at) for at in (row.get("in_at"), row.get("out_at")) if at)
    yield from (on for row in casebook.rows("CAL") if (on := row.get("alive_on")))
    for row in casebook.rows("AE"):
        if onset := row.get("onset"):
            yield onset.earliest
    for code in ("O28", "OM3"):
        for row in casebook.rows(code):
            alive = row.get("vital_status") == VitalStatus.ALIVE
            if alive and row.get("status_known_on"):
                yield row.get("status_known_on")
    if started_at := infusion_started_at(casebook, 1):
        yield site_date(started_at)


def seen_on(data: FormData) -> date | None:
    """Return the date of a visit that met or reached the participant."""
    looked_up = data.get("mode") == "record_lookup"
    return None if looked_up else done_date(data)


def samples_in_window(casebook: Casebook, visit: VisitCode) -> list[CreatinineSample]:
    anchor = anchor_on(casebook)
    span = rules.window(visit, anchor) if anchor else None
    return [one for one in samples(casebook) if span and one.on in span]
