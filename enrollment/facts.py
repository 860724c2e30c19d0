"""Facts of a participant that conditions and checks of any room use; pure."""

from datetime import date, datetime

from enrollment.consent.facts import decisions
from enrollment.eligibility.facts import evidence
from enrollment.eligibility.facts.as_of_randomization import as_of_randomization
from enrollment.eligibility.rules import (
    Assessment,
    CriterionAnswer,
    Immunosuppression,
    Verdict,
    assess,
)
from enrollment.vocabulary import Signer
from record.casebook.form_data import Casebook, fact
from trial_edc.dates import completed_years, site_date


@fact("sex")
def sex(casebook: Casebook) -> str | None:
    """As documented; before that, as reported at the approach."""
    documented: str | None = casebook.value("DEM", "sex") or casebook.value(
        "SCN", "sex"
    )
    return documented


@fact("age_years")
def age_years(casebook: Casebook) -> int | None:
    born_on, on = casebook.value("DEM", "birth_date"), decisions.consent_on(casebook)
    if born_on and on:
        return completed_years(born_on, on)
    reported = casebook.value("SCN", "age_years")
    return int(reported) if reported is not None else None


@fact("consented_on")
def consented_on(casebook: Casebook) -> date | None:
    return decisions.consent_on(casebook)


@fact("first_consented_on")
def first_consented_on(casebook: Casebook) -> date | None:
    """Since when what happens to the person is of the trial."""
    at = decisions.first_consented_at(casebook)
    return site_date(at) if at else None


@fact("consented_at")
def consented_at(casebook: Casebook) -> datetime | None:
    return decisions.consented_at(casebook)


@fact("is_consented")
def is_consented(casebook: Casebook) -> bool:
    return decisions.consent_answer(casebook) == CriterionAnswer.YES


@fact("has_refused_to_go_on")
def has_refused_to_go_on(casebook: Casebook) -> bool:
    was_given = decisions.consent_on(casebook) is not None
    return was_given and decisions.consent_answer(casebook) == CriterionAnswer.NO


@fact("representative_signed")
def representative_signed(casebook: Casebook) -> bool:
    data = decisions.initial_consent(casebook)
    return data is not None and data.get("signer") == Signer.REPRESENTATIVE


@fact("is_randomized")
def is_randomized(casebook: Casebook) -> bool:
    return casebook.one("RAN") is not None


@fact("eligibility")
def eligibility(casebook: Casebook) -> Assessment:
    """Assessment of the present screening; once randomized, as of randomization."""
    return assess(evidence.evidence_of(as_of_randomization(casebook)))


@fact("is_ineligible")
def is_ineligible(casebook: Casebook) -> bool:
    return bool(casebook.fact("eligibility").verdict == Verdict.INELIGIBLE)


@fact("has_short_steroid_burst")
def has_short_steroid_burst(casebook: Casebook) -> bool:
    outcomes = casebook.fact("eligibility").outcomes
    basis = next(outcome.basis for outcome in outcomes if outcome.criterion == "E17")
    return isinstance(basis, Immunosuppression) and basis.needs_burst_decision
