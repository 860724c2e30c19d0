"""How old the evidence is that can grow old; it warns and changes no verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrollment.eligibility.facts.as_of_randomization import as_screened
from enrollment.eligibility.facts.evidence import platelets_of, screening_data
from enrollment.eligibility.rules import Injury, Stale
from enrollment.eligibility.selectors import Eligibility
from trial_edc.protocol import PROTOCOL

LIMITS: Mapping[Stale, timedelta] = {
    Stale.HCG: timedelta(days=PROTOCOL.freshness.hcg_days),
    Stale.ECHO: timedelta(days=PROTOCOL.freshness.echo_days),
    Stale.PLATELETS: timedelta(hours=PROTOCOL.freshness.platelets_hours),
    Stale.QUALIFYING_SAMPLE: timedelta(
        hours=PROTOCOL.freshness.qualifying_sample_hours
    ),
    Stale.CONFIRMATION: timedelta(hours=PROTOCOL.freshness.reconfirmation_hours),
}
IN_HOURS = timedelta(days=5)  # longer limits are told in days


@dataclass(frozen=True, slots=True)
class Warned:
    """One piece of evidence older than its limit, and where a newer one goes."""

    label: str
    at: datetime
    limit: str
    form_id: int | None
    item: str


def warned(found: Eligibility, now: datetime) -> list[Warned]:
    """Return the warnings of this moment, each with its place."""
    told = _places(found)
    stale = found.warnings_at(now)
    return [
        Warned(_(one.label), at, _span(LIMITS[one]), form_id, item)
        for one, (at, form_id, item) in told.items()
        if one in stale and at is not None
    ]


Place = tuple[datetime | None, int | None, str]


def _places(found: Eligibility) -> dict[Stale, Place]:
    """Return when each piece was obtained, and the item that a newer one goes to."""
    casebook = as_screened(found.casebook)
    judged, counted = screening_data(casebook, "ELG"), platelets_of(casebook)
    grounds = found.assessment.outcomes[0].grounds
    pair = grounds.creatinine.qualifying if isinstance(grounds, Injury) else None
    elg = judged.form_id if judged else None
    confirmed = found.confirmation.at if found.confirmation else None
    places: dict[Stale, Place] = {
        Stale.HCG: (judged.get("hcg_at") if judged else None, elg, "hcg_at"),
        Stale.ECHO: (judged.get("lvef_at") if judged else None, elg, "lvef_at"),
        Stale.PLATELETS: (
            counted.get("sampled_at") if counted else None,
            counted.form_id if counted else None,
            "sampled_at",
        ),
        Stale.QUALIFYING_SAMPLE: (
            pair.later.at if pair else None,
            int(pair.later.id) if pair else None,
            "sample_at",
        ),
        Stale.CONFIRMATION: (confirmed, None, ""),
    }
    return places


def _span(limit: timedelta) -> str:
    if limit < IN_HOURS:
        hours = int(limit / timedelta(hours=1))
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", limit.days) % {"n": limit.days}
