"""I1, urine limb: contiguous timed collections, each below 0.5 ml/kg/h, over 12 hours.

"Consistently" is read as every collection, not the mean.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from enrollment.eligibility.rules.evidence import (
    Evidence,
    TimedCollection,
    is_rate_below,
)
from enrollment.eligibility.rules.states import State
from trial_edc.dates import whole_seconds
from trial_edc.units import rounded
from trial_edc.vocabulary import N_


@dataclass(frozen=True, slots=True)
class CollectionRun:
    """Contiguous collections."""

    collections: tuple[TimedCollection, ...]

    @property
    def start(self) -> datetime:
        return self.collections[0].start

    @property
    def duration(self) -> timedelta:
        return self.collections[-1].end - self.start

    @property
    def hours(self) -> Decimal:
        return whole_seconds(self.duration) / 3600


@dataclass(frozen=True, slots=True)
class UrineLimb:
    """State of the urine limb with the runs that decided it."""

    state: State
    qualifying: CollectionRun | None = None
    longest_low: CollectionRun | None = None
    longest: CollectionRun | None = None
    why_unknown: str = ""

    @property
    def low_hours(self) -> Decimal | None:
        """Hours of the longest low run, two decimals; None if nothing is measured."""
        if self.longest is None:
            return None
        return rounded(self.longest_low.hours if self.longest_low else Decimal(0), 2)


def urine_limb(evidence: Evidence) -> UrineLimb:
    """Met: a low run of 12 h or more; not met: 12 h of record without one."""
    collections = sorted(evidence.urine, key=lambda c: (c.start, c.end))
    if evidence.weight_kg is None or evidence.weight_kg <= 0:
        return UrineLimb(State.UNKNOWN, why_unknown=N_("no weight"))
    if evidence.weight_estimated:
        return UrineLimb(State.UNKNOWN, why_unknown=N_("weight only estimated"))
    if has_wrong_times(collections):
        return UrineLimb(State.UNKNOWN, why_unknown=N_("collection times overlap"))
    return judge_collections(evidence, collections, evidence.weight_kg)


def judge_collections(
    evidence: Evidence, collections: Sequence[TimedCollection], weight_kg: Decimal
) -> UrineLimb:
    settings = evidence.settings

    def is_low(collection: TimedCollection) -> bool:
        duration = collection.end - collection.start
        return collection.ml is not None and is_rate_below(
            settings.i1_urine_ml_kg_h, collection.ml, weight_kg, duration
        )

    low = contiguous_runs(collections, is_low)
    measured = contiguous_runs(collections, lambda c: c.ml is not None)
    longest_low, longest = longest_of(low), longest_of(measured)
    needed = settings.i1_urine_hours
    qualifying = next((run for run in low if run.hours >= needed), None)
    state = State.UNKNOWN
    why = "" if qualifying else N_("record shorter than needed")
    if qualifying:
        state = State.MET
    elif any(collection.ml is None for collection in collections):
        why = N_("a volume is missing")
    elif longest and longest.hours >= needed:
        state, why = State.NOT_MET, ""
    return UrineLimb(state, qualifying, longest_low, longest, why)


def has_wrong_times(collections: Sequence[TimedCollection]) -> bool:
    """Sorted collections overlap, or one ends before it starts."""
    return any(c.end <= c.start for c in collections) or any(
        later.start < earlier.end for earlier, later in pairwise(collections)
    )


def contiguous_runs(
    collections: Sequence[TimedCollection], fits: Callable[[TimedCollection], bool]
) -> list[CollectionRun]:
    """Longest contiguous stretches of sorted collections that all fit."""
    stretches: list[list[TimedCollection]] = []
    previous: TimedCollection | None = None
    for collection in collections:
        if fits(collection):
            if previous and stretches and previous.end == collection.start:
                stretches[-1].append(collection)
            else:
                stretches.append([collection])
            previous = collection
        else:
            previous = None
    return [CollectionRun(tuple(stretch)) for stretch in stretches]


def longest_of(candidates: Sequence[CollectionRun]) -> CollectionRun | None:
    """The earliest of equally long runs."""
    return max(candidates, key=lambda run: run.hours, default=None)
