"""I1, creatinine limb, and the one baseline algorithm for I1, E9 and recovery."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from enrollment.eligibility.rules.evidence import CriterionAnswer, Evidence, Sample
from enrollment.eligibility.rules.states import BaselineSource, State
from enrollment.eligibility.rules.urine_limb import UrineLimb, urine_limb
from trial_edc.requirements import implements


@dataclass(frozen=True, slots=True)
class SamplePair:
    """Two samples, the later at most 48 h after the earlier."""

    earlier: Sample
    later: Sample

    @property
    def is_exact(self) -> bool:
        return self.earlier.is_exact and self.later.is_exact

    @property
    def ratio(self) -> Decimal:
        """Later value as a multiple of the earlier; of limits, the least it can be."""
        return self.later.least / self.earlier.most

    def rises_above(self, fold: Decimal) -> bool:
        """For certain strictly more than so many times; a limit is never reached."""
        least, needed = self.later.least, fold * self.earlier.most
        return least > needed or (least == needed and not self.is_exact)

    def may_rise_above(self, fold: Decimal) -> bool:
        return self.later.most > fold * self.earlier.least


@dataclass(frozen=True, slots=True)
class Baseline:
    """Creatinine before the injury.

    `limit`: the limit of detection that may be the lowest; then there is no number,
    only what the baseline lies between.
    """

    umol_l: Decimal | None
    source: BaselineSource
    sample: Sample | None = None
    limit: Sample | None = None


@dataclass(frozen=True, slots=True)
class CreatinineLimb:
    """State of the creatinine limb with the pairs that decided it.

    `attested_by`: the sample that counts because the onset was attested.
    """

    state: State
    qualifying: SamplePair | None
    steepest: SamplePair | None
    attested_by: Sample | None = None


@dataclass(frozen=True, slots=True)
class Injury:
    """I1 as a whole: both limbs, and the instant T that the baseline is anchored on."""

    state: State
    creatinine: CreatinineLimb
    urine: UrineLimb
    reference_at: datetime | None


def sample_pairs(samples: Iterable[Sample], within_hours: int) -> list[SamplePair]:
    """Pairs at most so many hours apart, by time of the later sample.

    A sample without time of day takes no part: nobody knows how far apart it is.
    """
    timed = sorted((s for s in samples if not s.date_only), key=lambda s: s.at)
    limit = timedelta(hours=within_hours)
    return [
        SamplePair(earlier, later)
        for index, later in enumerate(timed)
        for earlier in timed[:index]
        if timedelta(0) < later.at - earlier.at <= limit
    ]


def creatinine_limb(evidence: Evidence) -> CreatinineLimb:
    """Met: a pair rises above two-fold; not met: pairs, but none; else unknown.

    Unknown, too, where a limit of detection leaves open whether a pair does.
    """
    settings = evidence.settings
    pairs = sample_pairs(evidence.samples, settings.i1_pair_hours)
    rising_pairs = [pair for pair in pairs if pair.rises_above(settings.i1_fold)]
    exact = (pair for pair in pairs if pair.is_exact)
    steepest = max(exact, key=lambda pair: pair.ratio, default=None)
    if rising_pairs:
        return CreatinineLimb(State.MET, rising_pairs[0], steepest)
    attested_state = attested_rise(evidence)
    if attested_state is State.MET:
        latest = latest_sample(evidence.samples)
        return CreatinineLimb(attested_state, None, steepest, attested_by=latest)
    is_open = any(pair.may_rise_above(settings.i1_fold) for pair in pairs)
    is_judged = bool(pairs) or attested_state is State.NOT_MET
    state = State.NOT_MET if is_judged and not is_open else State.UNKNOWN
    return CreatinineLimb(state, None, steepest)


def attested_rise(evidence: Evidence) -> State:
    """Judge the latest value against the baseline, where an attested onset counts."""
    settings = evidence.settings
    counts = (
        settings.i1_allow_attested_onset
        and evidence.onset_attested == CriterionAnswer.YES
    )
    latest = latest_sample(evidence.samples)
    if not counts or latest is None:
        return State.UNKNOWN
    before = baseline_before(evidence, latest.at)
    if before.umol_l is None:
        return State.UNKNOWN
    needed = settings.i1_fold * before.umol_l
    if latest.least > needed or (latest.least == needed and not latest.is_exact):
        return State.MET
    return State.UNKNOWN if latest.most > needed else State.NOT_MET


def injury(evidence: Evidence) -> Injury:
    """Judge I1: either limb suffices, and only two failures fail."""
    creatinine, urine = creatinine_limb(evidence), urine_limb(evidence)
    states = {creatinine.state, urine.state}
    state = State.UNKNOWN
    if State.MET in states:
        state = State.MET
    elif states == {State.NOT_MET}:
        state = State.NOT_MET
    return Injury(state, creatinine, urine, reference_time(evidence, creatinine, urine))


def reference_time(
    evidence: Evidence, creatinine: CreatinineLimb, urine: UrineLimb
) -> datetime | None:
    """T: later sample of the earliest qualifying pair, start of the run, or latest."""
    if creatinine.qualifying:
        return creatinine.qualifying.later.at
    if urine.qualifying and not creatinine.attested_by:
        return urine.qualifying.start
    latest = latest_sample(evidence.samples)
    return None if latest is None else latest.at


def latest_sample(samples: Iterable[Sample]) -> Sample | None:
    return max(samples, key=lambda sample: sample.at, default=None)


@implements("KID-04")
def baseline(evidence: Evidence) -> Baseline:
    """Lowest creatinine in [T-90 d, T), else in [T-365 d, T), else missing."""
    at = injury(evidence).reference_at
    if at is None:
        return Baseline(None, BaselineSource.MISSING)
    return baseline_before(evidence, at)


def baseline_before(evidence: Evidence, at: datetime) -> Baseline:
    """Baseline before an instant.

    A sample without time of day counts where its whole day lies before. A limit of
    detection that may be the lowest leaves the baseline missing: it is no number.
    """
    source, candidates = _baseline_candidates(evidence, at)
    if not candidates:
        return Baseline(None, BaselineSource.MISSING)
    # The latest of equals; a limit is taken for the least that it may be.
    lowest = min(candidates, key=lambda s: (s.least, -s.at.timestamp()))
    if not lowest.is_exact:
        return Baseline(None, BaselineSource.MISSING, limit=lowest)
    return Baseline(lowest.umol_l, source, lowest)


def baseline_between(evidence: Evidence) -> tuple[Decimal, Decimal] | None:
    """The least and the most, in umol/L, that the baseline can be; None without any."""
    at = injury(evidence).reference_at
    candidates = _baseline_candidates(evidence, at)[1] if at else ()
    if not candidates:
        return None
    return min(s.least for s in candidates), min(s.most for s in candidates)


def _baseline_candidates(
    evidence: Evidence, at: datetime
) -> tuple[BaselineSource, Sequence[Sample]]:
    spans = (
        (BaselineSource.D90, evidence.settings.baseline_days),
        (BaselineSource.D365, evidence.settings.baseline_fallback_days),
    )
    for source, days in spans:
        start = at - timedelta(days=days)
        inside = [
            sample
            for sample in evidence.samples
            if start <= sample.at < at and sample.taken_by <= at
        ]
        if inside:
            return source, inside
    return BaselineSource.MISSING, ()
