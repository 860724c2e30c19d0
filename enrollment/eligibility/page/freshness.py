"""How old the evidence is that can grow old; it warns and changes no verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrollment.eligibility.facts.as_of_randomization import as_of_randomization
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
LIMIT_IN_DAYS_FROM = timedelta(days=5)  # shorter limits are shown in hours


@dataclass(frozen=True, slots=True)
class StalenessWarning:
    """One piece of evidence older than its limit, and where a newer one goes."""

    label: str
    at: datetime
    limit: str
    form_id: int | None
    item: str


def staleness_warnings(
    eligibility: Eligibility, now: datetime
) -> list[StalenessWarning]:
    places = _places(eligibility)
    stale = eligibility.warnings_at(now)
    return [
        StalenessWarning(_(kind.label), at, _span(LIMITS[kind]), form_id, item)
        for kind, (at, form_id, item) in places.items()
        if kind in stale and at is not None
    ]


EvidencePlace = tuple[datetime | None, int | None, str]


def _places(eligibility: Eligibility) -> dict[Stale, EvidencePlace]:
    casebook = as_of_randomization(eligibility.casebook)
    eligibility_form = screening_data(casebook, "ELG")
    platelet_form = platelets_of(casebook)
    basis = eligibility.assessment.outcomes[0].basis
    pair = basis.creatinine.qualifying if isinstance(basis, Injury) else None
    eligibility_form_id = eligibility_form.form_id if eligibility_form else None
    confirmed_at = eligibility.confirmation.at if eligibility.confirmation else None
    places: dict[Stale, EvidencePlace] = {
        Stale.HCG: (
            eligibility_form.get("hcg_at") if eligibility_form else None,
            eligibility_form_id,
            "hcg_at",
        ),
        Stale.ECHO: (
            eligibility_form.get("lvef_at") if eligibility_form else None,
            eligibility_form_id,
            "lvef_at",
        ),
        Stale.PLATELETS: (
            platelet_form.get("sampled_at") if platelet_form else None,
            platelet_form.form_id if platelet_form else None,
            "sampled_at",
        ),
        Stale.QUALIFYING_SAMPLE: (
            pair.later.at if pair else None,
            int(pair.later.id) if pair else None,
            "sample_at",
        ),
        Stale.CONFIRMATION: (confirmed_at, None, ""),
    }
    return places


def _span(limit: timedelta) -> str:
    if limit < LIMIT_IN_DAYS_FROM:
        hours = int(limit / timedelta(hours=1))
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", limit.days) % {"n": limit.days}
