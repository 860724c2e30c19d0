"""Why each derived endpoint is what it is: one sentence from the same record; pure.

A sentence is made anew whenever it is read, as its value is, so neither can be stale.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from outcomes.rules import Endpoints, Record, endpoints, records_by_death
from outcomes.rules.events import emergent_events
from outcomes.rules.observed_course import CreatinineSample, Rrt
from outcomes.rules.renal_endpoints import (
    Primary,
    creatinine_3m,
    day_of_dependence,
    primary,
    why_missing,
)
from outcomes.rules.states import (
    AnyEvent,
    MissingReason,
    Recovery,
    RrtDependence,
    Survival,
)
from outcomes.rules.stays import clip
from trial_edc.dates import SITE_TZ, PartialDateText, site_date
from trial_edc.requirements import implements
from trial_edc.units import rounded
from trial_edc.vocabulary import N_, VisitCode
from trial_edc.wording import Wording

Sentences = Iterator[tuple[str, Wording]]
A_DAY = timedelta(days=1)
MOST_DECIMALS = 4


@implements("OUT-09")
def explanations(record: Record, death: PartialDateText | None) -> dict[str, Wording]:
    """By name of the endpoint. Where both ends of a partial death differ, just that."""
    early, late = records_by_death(record, death)
    sentences = dict(_Course(early, death).sentences())
    if early.died_on == late.died_on:
        return sentences
    bounds = {"first": early.death_on, "last": late.death_on}
    undecided = Wording(
        N_("Death between %(first)s and %(last)s: these days give different results."),
        bounds,
    )
    one, other = endpoints(early), endpoints(late)
    return {
        name: sentence if getattr(one, name) == getattr(other, name) else undecided
        for name, sentence in sentences.items()
    }


class _Course:
    """One record with the endpoints that follow from it."""

    def __init__(self, record: Record, death: PartialDateText | None) -> None:
        self.record = record
        self.values: Endpoints = endpoints(record)
        self.died = str(record.died_on)
        if death and not death.is_exact:
            self.died = f"{death.earliest} – {death.latest}"

    def sentences(self) -> Sentences:
        yield from self._dates()
        yield from self._day_28_creatinine()
        yield from self._survival("os28", self.record.day28, VisitCode.DAY_28)
        yield from self._survival("os3m", self.record.month3, VisitCode.MONTH_3)
        yield from self._renal_replacement()
        yield from self._month_3_creatinine()
        yield from self._stays()
        yield from self._events()

    def _dates(self) -> Sentences:
        record = self.record
        anchor = N_("The day of infusion 1.")
        if record.infusion_1_at is None:
            anchor = N_("Never infused: the day of randomization.")
        yield "day0", Wording(anchor)
        days = {"days": record.settings.day28}
        yield "d28_date", Wording(N_("Day 0 and %(days)s days."), days)
        yield "m3_date", Wording(N_("The day of month 3 after day 0."))

    def _day_28_creatinine(self) -> Sentences:
        record, first = self.record, primary(self.record)
        around = timedelta(days=record.settings.creatinine_window_days)
        span = {"first": record.day28 - around, "last": record.day28 + around}
        if first.sample is None:
            none = self._no_sample(**span)
            yield "scr_d28", none
            yield "scr_d28_on", none
            yield "scr_d28_missing_reason", self._reason(span["last"])
            yield "scr_d28_on_rrt", none
            yield "scr_d28_ratio", none
            return
        sample = self._nearest(first.sample, record.day28, **span)
        yield "scr_d28", sample
        yield "scr_d28_on", sample
        yield "scr_d28_missing_reason", self._why_not_missing(first)
        yield "scr_d28_on_rrt", self._lookback(first.sample.on)
        yield "scr_d28_ratio", self._ratio(first.sample)

    def _nearest(
        self, sample: CreatinineSample, target: date, first: date, last: date
    ) -> Wording:
        at = sample.at.astimezone(SITE_TZ)
        places = {
            "at": f"{at:%Y-%m-%d %H:%M}",
            "target": target,
            "first": first,
            "last": last,
        }
        return Wording(
            N_(
                "Sample of %(at)s, the nearest to %(target)s from %(first)s to "
                "%(last)s."
            ),
            places,
        )

    def _no_sample(self, first: date, last: date) -> Wording:
        until = self.record.observed_until(last)
        message = N_("No sample from %(first)s to %(last)s.")
        if until < first:
            message = N_("Data end on %(last)s; samples count from %(first)s.")
        return Wording(message, {"first": first, "last": until})

    def _reason(self, last: date) -> Wording:
        record = self.record
        match why_missing(record, last):
            case MissingReason.DEATH:
                message, on = N_("Died on %(on)s, not after %(last)s."), self.died
            case MissingReason.WITHDRAWN:
                message = N_("Withdrew from everything on %(on)s, not after %(last)s.")
                on = str(record.withdrawn_on)
            case MissingReason.PENDING:
                message = N_("Data count up to %(on)s; samples count up to %(last)s.")
                on = str(record.cutoff)
            case _:
                message = N_("Neither death nor withdrawal up to %(last)s explains it.")
                on = ""
        return Wording(message, {"on": on, "last": last})

    def _why_not_missing(self, first: Primary) -> Wording:
        if first.missing is None:
            return Wording(N_("There is a value."))
        return self._limit(first.sample)

    def _limit(self, sample: CreatinineSample | None) -> Wording:
        known = sample.comparator + _umol_l(sample.umol_l) if sample else ""
        return Wording(N_("Known as %(value)s µmol/L alone."), {"value": known})

    def _ratio(self, sample: CreatinineSample) -> Wording:
        value, baseline = sample.exact_umol_l, self.record.baseline_umol_l
        if value is None:
            return self._limit(sample)
        if baseline is None:
            return Wording(N_("There is no baseline."))
        return Wording(
            N_("%(value)s µmol/L by the baseline of %(baseline)s µmol/L."),
            {"value": _umol_l(value), "baseline": _umol_l(baseline)},
        )

    def _survival(self, name: str, horizon: date, visit: VisitCode) -> Sentences:
        status: Survival = getattr(self.values, f"{name}_status")
        reason = self._state_of_life(status, horizon, visit)
        yield f"{name}_status", reason
        days = {"on": self.died, "day0": self.record.day0, "horizon": horizon}
        message = N_("From day 0, %(day0)s, to the death on %(on)s.")
        if status != Survival.DEAD:
            days["on"] = self._seen_on(visit)
            message = N_(
                "From day 0, %(day0)s, to the last known day alive, %(on)s, at most to "
                "%(horizon)s."
            )
        yield f"{name}_time", Wording(message, days)
        yield f"{name}_event", reason

    def _seen_on(self, visit: VisitCode) -> date:
        record = self.record
        evidence = (record.alive_on, self._visited_on(visit))
        return max((day for day in evidence if day), default=record.day0)

    def _visited_on(self, visit: VisitCode) -> date | None:
        at_28 = visit == VisitCode.DAY_28
        on = self.record.d28_visit_on if at_28 else self.record.m3_visit_on
        return on if on and on <= self.record.cutoff else None

    def _state_of_life(
        self, status: Survival, horizon: date, visit: VisitCode
    ) -> Wording:
        record, span = self.record, self.record.span(visit)
        places: dict[str, object] = {
            "horizon": horizon,
            "closes": span.closes,
            "alive": self._seen_on(visit),
        }
        if status == Survival.DEAD:
            message = N_("Died on %(on)s, not after %(horizon)s.")
            places["on"] = self.died
        elif status == Survival.ALIVE and self._seen_on(visit) >= horizon:
            message = N_("Last known alive on %(alive)s, not before %(horizon)s.")
        elif status == Survival.ALIVE:
            message = N_("Seen on %(alive)s, inside the window of the visit.")
        elif status == Survival.PENDING:
            message = N_("Data count up to %(on)s; the window closes on %(closes)s.")
            places["on"] = record.cutoff
        elif record.withdrawn_on and record.withdrawn_on <= record.cutoff:
            message = N_(
                "Withdrew from everything on %(on)s; last known alive on %(alive)s."
            )
            places["on"] = record.withdrawn_on
        else:
            message = N_(
                "Last known alive on %(alive)s; the window closed on %(closes)s."
            )
        return Wording(message, places)

    def _renal_replacement(self) -> Sentences:
        record, values = self.record, self.values
        if values.rrt_m3 in {RrtDependence.DEPENDENT, RrtDependence.INDEPENDENT}:
            yield "rrt_m3", self._lookback(day_of_dependence(record))
        else:
            yield "rrt_m3", Wording(N_("As survival at month 3."))
        last = min(record.month3, record.cutoff)
        span = {"first": record.day0, "last": last}
        first = next((r for r in record.rrt if r.touches(record.day0, last)), None)
        if first:
            yield "ever_rrt_3m", self._touching(first, **span)
        else:
            none = N_("No renal replacement is recorded from %(first)s to %(last)s.")
            yield "ever_rrt_3m", Wording(none, span)

    def _lookback(self, day: date) -> Wording:
        """Renal replacement in the days that end on a date."""
        record = self.record
        first = day - timedelta(days=record.settings.rrt_lookback_days - 1)
        for rrt in record.rrt:
            is_counted = record.settings.rrt_transplant_counts
            if rrt.is_transplant and is_counted and rrt.start <= day:
                transplanted = {"on": rrt.start}
                return Wording(N_("Kidney transplant on %(on)s."), transplanted)
            if not rrt.is_transplant and rrt.touches(first, day):
                return self._touching(rrt, first=first, last=day)
        none = N_("No renal replacement is recorded from %(first)s to %(last)s.")
        return Wording(none, {"first": first, "last": day})

    @staticmethod
    def _touching(rrt: Rrt, *, first: date, last: date) -> Wording:
        message = N_(
            "Renal replacement from %(start)s to %(end)s, within %(first)s to %(last)s."
        )
        if rrt.end is None:
            message = N_(
                "Renal replacement since %(start)s, within %(first)s to %(last)s."
            )
        places = {"start": rrt.start, "end": rrt.end, "first": first, "last": last}
        return Wording(message, places)

    def _month_3_creatinine(self) -> Sentences:
        record, status = self.record, self.values.os3m_status
        sample, span = creatinine_3m(record, status), record.span(VisitCode.MONTH_3)
        if status != Survival.ALIVE:
            yield "scr_m3", Wording(N_("Only of who is known to be alive at month 3."))
        elif sample is None:
            yield "scr_m3", self._no_sample(span.opens, span.closes)
        else:
            nearest = self._nearest(sample, record.month3, span.opens, span.closes)
            yield "scr_m3", nearest
        yield "recovery_m3", self._recovery(sample)

    def _recovery(self, sample: CreatinineSample | None) -> Wording:
        record, values = self.record, self.values
        if values.recovery_m3 == Recovery.RRT_DEPENDENT:
            return self._lookback(day_of_dependence(record))
        if values.rrt_m3 != RrtDependence.INDEPENDENT:
            return Wording(N_("As survival at month 3."))
        if sample is None:
            return Wording(N_("No creatinine in the window of month 3."))
        if record.baseline_umol_l is None:
            return Wording(N_("There is no baseline."))
        factor = record.settings.recovery_ratio
        places = {
            "value": sample.comparator + _umol_l(sample.umol_l),
            "most": _umol_l(factor * record.baseline_umol_l),
            "factor": factor,
            "baseline": _umol_l(record.baseline_umol_l),
        }
        return Wording(
            N_(
                "%(value)s µmol/L; complete up to %(most)s µmol/L, %(factor)s times "
                "the baseline of %(baseline)s µmol/L."
            ),
            places,
        )

    def _stays(self) -> Sentences:
        record = self.record
        places = {
            "first": record.day0,
            "last": site_date(clip(record) - A_DAY),
            "icu": len(record.icu),
            "hospital": len(record.hospital),
        }
        yield (
            "icu_days",
            Wording(
                N_(
                    "Stays in intensive care: %(icu)s, counted from %(first)s to "
                    "%(last)s."
                ),
                places,
            ),
        )
        yield (
            "hosp_days",
            Wording(
                N_(
                    "Stays in hospital: %(hospital)s, in intensive care: %(icu)s, "
                    "counted from %(first)s to %(last)s."
                ),
                places,
            ),
        )
        yield "los_complete", Wording(N_("As far as survival at month 3 is known."))

    def _events(self) -> Sentences:
        record, emergent = self.record, emergent_events(self.record)
        names = ("teae_any", "teae_n", "sae_any", "teae_max_grade")
        sentence = Wording(N_("Never infused: no event can follow the infusion."))
        if emergent.any_event is not AnyEvent.NOT_APPLICABLE:
            places = {
                "count": emergent.count,
                "all": len(record.events),
                "first": record.day0,
                "last": min(record.month3, record.cutoff),
            }
            sentence = Wording(
                N_(
                    "Recorded events that began, or may have begun, from infusion 1 on "
                    "%(first)s to %(last)s: %(count)s of %(all)s."
                ),
                places,
            )
        yield from ((name, sentence) for name in names)


def _umol_l(value: Decimal) -> str:
    """As exact as it is compared, so that no rounding hides why it decides."""
    return f"{rounded(value, MOST_DECIMALS).normalize():f}"
