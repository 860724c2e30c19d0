"""What conditions and checks of any room may ask of a participant; pure."""

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
from enrollment.vocabulary import ConsentDecision, Signer
from record.casebook.form_data import Casebook, fact
from trial_edc.dates import completed_years


@fact("sex")
def sex(casebook: Casebook) -> str | None:
    """Sex as documented, before that as told at the approach."""
    told: str | None = casebook.value("DEM", "sex") or casebook.value("SCN", "sex")
    return told


@fact("age_years")
def age_years(casebook: Casebook) -> int | None:
    """Completed years at consent; before that, the age told at the approach."""
    born_on, on = casebook.value("DEM", "birth_date"), decisions.consent_on(casebook)
    if born_on and on:
        return completed_years(born_on, on)
    told = casebook.value("SCN", "age_years")
    return int(told) if told is not None else None


@fact("consented_on")
def consented_on(casebook: Casebook) -> date | None:
    return decisions.consent_on(casebook)


@fact("consented_at")
def consented_at(casebook: Casebook) -> datetime | None:
    data = decisions.initial_consent(casebook)
    if data is None or data.get("decision") != ConsentDecision.GIVEN:
        return None
    decided_at: datetime | None = data.get("decided_at")
    return decided_at


@fact("is_consented")
def is_consented(casebook: Casebook) -> bool:
    """Tell whether consent was given, and nothing refused since."""
    return decisions.consent_answer(casebook) == CriterionAnswer.YES


@fact("has_refused_to_go_on")
def has_refused_to_go_on(casebook: Casebook) -> bool:
    """Tell whether consent was given once, and the last decision is a refusal."""
    given = decisions.consent_on(casebook) is not None
    return given and decisions.consent_answer(casebook) == CriterionAnswer.NO


@fact("representative_signed")
def representative_signed(casebook: Casebook) -> bool:
    """Tell whether a representative gave the consent on which the person takes part."""
    data = decisions.initial_consent(casebook)
    return data is not None and data.get("signer") == Signer.REPRESENTATIVE


@fact("is_randomised")
def is_randomised(casebook: Casebook) -> bool:
    return casebook.one("RAN") is not None


@fact("eligibility")
def eligibility(casebook: Casebook) -> Assessment:
    """Return the assessment of the present screening; once randomised, as of then."""
    return assess(evidence.evidence_of(as_of_randomization(casebook)))


@fact("is_ineligible")
def is_ineligible(casebook: Casebook) -> bool:
    """Tell whether a criterion decides against the person."""
    return bool(casebook.fact("eligibility").verdict == Verdict.INELIGIBLE)


@fact("has_short_steroid_burst")
def has_short_steroid_burst(casebook: Casebook) -> bool:
    """Tell whether an investigator must say if a short steroid course counts."""
    outcomes = casebook.fact("eligibility").outcomes
    found = next(one.basis for one in outcomes if one.criterion == "E17")
    return isinstance(found, Immunosuppression) and found.needs_burst_decision
