"""What happens before the first participant: laboratory, list, opening of the study."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import combinations

from randomization.infusion_plan import services as infusion_plan
from randomization.lists.services import allocation_list
from randomization.lists.services.validation_report import (
    is_predictable,
    predictability_with,
)
from randomization.study import services as study
from randomization.vocabulary import StudyStatus
from record.accounts.models import User
from simulation.demo_users import create_accounts
from simulation.measurements import RANGES
from simulation.site import Site
from trial_edc import chance
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import Sex
from visits.laboratory import services as laboratories
from visits.laboratory.vocabulary import Analyte

ARMS = len(PROTOCOL.arms)
MOST_MULTIPLE = 4  # the largest block holds each arm so often
SEGMENT = PROTOCOL.registry.enrolment


def set_up_site(since: date) -> Site:
    staff = create_accounts()
    laboratory = laboratories.register_laboratory(
        "central", "Central laboratory", by=staff["dm"]
    )
    for limits in _ranges(since):
        reference_range = laboratories.enter_range(laboratory, limits, by=staff["dm"])
        laboratories.approve_range(reference_range, by=staff["pi"])
    seal_list(staff)
    enter_plan(staff)
    change = study.change_status(
        StudyStatus.OPEN, reason="Everything is ready.", by=staff["pi"]
    )
    study.confirm_status(change, by=staff["so"])
    return Site(staff, laboratory.pk, slots=SEGMENT)


def _ranges(since: date) -> Iterator[laboratories.Range]:
    for name, (unit, men, women) in RANGES.items():
        for sex, limits in ((Sex.MALE, men), (Sex.FEMALE, women)):
            low, high = (None if limit is None else Decimal(limit) for limit in limits)
            analyte = Analyte(name)
            yield laboratories.Range(analyte, sex.value, unit, low, high, since)


def enter_plan(staff: Mapping[str, User]) -> None:
    plan = infusion_plan.enter_plan(
        PROTOCOL.infusion.precedent, reason="As in comparable trials.", by=staff["pi"]
    )
    infusion_plan.approve_plan(plan, by=staff["so"])


def seal_list(staff: Mapping[str, User], *, reason: str = "") -> None:
    """Generate a list with random block sizes, have it approved, seal it."""
    draft = allocation_list.generate_draft(
        block_sizes=chance.source().choice(_unpredictable_pairs()),
        by=staff["lc"],
        size=SEGMENT,
        reason=reason,
    )
    allocation_list.approve(draft, by=staff["us"])
    allocation_list.seal_list(draft, by=staff["lc"])


def _unpredictable_pairs() -> list[tuple[int, int]]:
    """Pairs of block sizes of which the arms can hardly be foreseen."""
    sizes = range(ARMS, ARMS * MOST_MULTIPLE + 1, ARMS)
    return [
        pair
        for pair in combinations(sizes, 2)
        if not is_predictable(predictability_with(pair, SEGMENT))
    ]


def ensure_free_slot(site: Site) -> None:
    """Enlarge the trial when the list is used up; a demo may be of any size."""
    if site.slots == 0:
        seal_list(site.staff, reason="Amendment: the sample size was raised.")
        site.slots = SEGMENT
    site.slots -= 1
