"""The course of a participant, read from the casebook for the endpoint rules; pure."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal

from enrollment.eligibility.facts.samples import decisive_samples
from outcomes.rules.observed_course import (
    CreatinineSample,
    Interval,
    Record,
    RecordedEvent,
    Rrt,
)
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import DetectionLimit, Partial, Quantity
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.vocabulary import (
    INFUSION_VISITS,
    VisitCode,
    VitalStatus,
    WithdrawalKind,
    YesNo,
)
from visits.facts import death_of
from visits.schedule import rules
from visits.schedule.facts import done_date, infusion_started_at

# Every form that the 25 endpoints are derived from.
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
    randomized_at = casebook.value("RAN", "randomised_at")
    if randomized_at is None:
        return None
    death = death_of(casebook)
    return Record(
        randomized_on=site_date(randomized_at),
        infusion_1_at=infusion_started_at(casebook, 1),
        baseline_umol_l=baseline_umol_l(casebook),
        cutoff=cutoff,
        d28_visit_on=done_date(casebook.one("VIS", VisitCode.DAY_28.value)),
        m3_visit_on=done_date(casebook.one("VIS", VisitCode.MONTH_3.value)),
        last_alive_on=last_known_alive(casebook),
        death_on=death.earliest if death else None,
        withdrawn_on=withdrawn_from_everything_on(casebook),
        creatinine=tuple(samples(decisive_samples(casebook))),
        rrt=tuple(renal_replacement(casebook)),
        hospital=tuple(stays(casebook, "hospital")),
        icu=tuple(stays(casebook, "icu")),
        events=tuple(adverse_events(casebook)),
    )


def baseline_umol_l(casebook: Casebook) -> Decimal | None:
    """Present value of the sample frozen as baseline, corrected or not.

    None while another value of the same instant contradicts it.
    """
    sample_id = casebook.value("RAN", "baseline_sample")
    rows = [row for row in casebook.rows("CRE") if row.form_id == sample_id]
    if sample_id and rows and rows[0] not in decisive_samples(casebook):
        return None
    value = rows[0].get("value") if sample_id and rows else None
    if isinstance(value, Quantity):
        return value.standard
    if isinstance(value, DetectionLimit):
        return None
    frozen: Decimal | None = casebook.value("RAN", "baseline_umol_l")
    return frozen


def withdrawn_from_everything_on(casebook: Casebook) -> date | None:
    """Date after which no new observation is made."""
    return min(
        (
            row.get("on")
            for row in casebook.rows("WDR")
            if row.get("kind") == WithdrawalKind.EVERYTHING and row.get("on")
        ),
        default=None,
    )


def anchor_on(casebook: Casebook) -> date | None:
    at = infusion_started_at(casebook, 1) or casebook.value("RAN", "randomised_at")
    return site_date(at) if at else None


def samples(rows: Iterable[FormData]) -> Iterator[CreatinineSample]:
    for row in rows:
        sample_at, value = sampled_at(row), row.get("value")
        key = str(row.form_id or "")
        if sample_at and isinstance(value, Quantity):
            yield CreatinineSample(sample_at, value.standard, key)
        elif sample_at and isinstance(value, DetectionLimit):
            yield CreatinineSample(sample_at, value.bound, key, value.comparator)


def sampled_at(row: FormData) -> datetime | None:
    """A date without a time counts as noon of that date; a partial date as None."""
    sample_at = row.get("sample_at")
    if isinstance(sample_at, Partial):
        if not sample_at.is_full_date:
            return None
        return sample_at.instant(SITE_TZ) or datetime.combine(
            sample_at.earliest, NOON, SITE_TZ
        )
    at: datetime | None = sample_at
    return at


def renal_replacement(casebook: Casebook) -> Iterator[Rrt]:
    """Renal replacement by its days; a partial start counts from its first day.

    A row that is over but lacks its end counts for its start only.
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
    for row in casebook.rows("AE"):
        onset, grade = row.get("onset"), row.get("grade")
        if onset:
            serious = row.get("serious") == YesNo.YES
            yield RecordedEvent(onset.text, int(grade) if grade else None, serious)


def died_before(casebook: Casebook, day: date) -> bool:
    death = death_of(casebook)
    return death is not None and death.latest < day


def last_known_alive(casebook: Casebook) -> date | None:
    return max(evidence_of_life(casebook), default=None)


def evidence_of_life(casebook: Casebook) -> Iterator[date]:
    yield from (on for data in casebook.rows("VIS") if (on := seen_on(data)))
    yield from (sample.on for sample in samples(casebook.rows("CRE")))
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
    for number in INFUSION_VISITS.values():
        if started_at := infusion_started_at(casebook, number):
            yield site_date(started_at)


def seen_on(data: FormData) -> date | None:
    looked_up = data.get("mode") == "record_lookup"
    return None if looked_up else done_date(data)


def samples_in_window(casebook: Casebook, visit: VisitCode) -> list[CreatinineSample]:
    anchor = anchor_on(casebook)
    span = rules.window(visit, anchor) if anchor else None
    rows = casebook.rows("CRE")
    return [sample for sample in samples(rows) if span and sample.on in span]
