"""The rules that stop infusion 2, as they stand at an instant; pure."""

from collections.abc import Collection, Iterator
from datetime import datetime

from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import YesNo
from visits.infusions.rules import StopReason, stop_reasons
from visits.schedule.facts import infusion_started_at

STOPPING_GRADE = PROTOCOL.infusion.stop_after_reaction_grade


@implements("INF-04")
def reasons_against_second(casebook: Casebook, at: datetime) -> tuple[StopReason, ...]:
    """Every reason against an infusion 2 that starts at an instant.

    Events that began later do not count: a start that is corrected after a reaction to
    infusion 2 was not against the rule.
    """
    earlier = _before(casebook, at)
    day0 = infusion_started_at(casebook, 1)
    has_reaction = earlier.fact("prior_reaction_g3")
    return stop_reasons(
        worst_reaction_grade=STOPPING_GRADE if has_reaction else None,
        has_related_sae=earlier.fact("related_sae"),
        has_unassessed_sae=earlier.fact("unassessed_sae"),
        day0=site_date(day0) if day0 else None,
        today=site_date(at),
    )


def grave_events(casebook: Casebook, at: datetime) -> list[FormData]:
    """Events that the rules consider: serious ones and reactions of a high grade."""
    return [event for event in _before(casebook, at).rows("AE") if _is_grave(event)]


def _is_grave(event: FormData) -> bool:
    is_reaction = event.get("infusion_reaction") == YesNo.YES
    grade = int(event.get("grade") or 0)
    is_serious = event.get("serious") == YesNo.YES
    return bool(is_serious or (is_reaction and grade >= STOPPING_GRADE))


def _before(casebook: Casebook, at: datetime) -> Casebook:
    def load(codes: Collection[str]) -> Iterator[FormData]:
        casebook.read(*codes)
        for code in codes:
            for data in casebook.rows(code):
                if code != "AE" or not _begins_after(data, at):
                    yield data

    return Casebook(load)


def _begins_after(event: FormData, at: datetime) -> bool:
    onset = event.get("onset")
    if onset is None:
        return False
    instant = onset.instant(SITE_TZ)
    return bool(instant > at if instant else onset.earliest > site_date(at))
