"""The verdict and its reasons on the eligibility form; pure."""

from enrollment.eligibility.facts import evidence
from enrollment.eligibility.rules import Assessment, Verdict
from record.casebook.derived import derived
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import N_


def _assessment(data: FormData, casebook: Casebook) -> Assessment | None:
    if data.occurrence != evidence.episode(casebook):
        return None
    assessment: Assessment = casebook.fact("eligibility")
    return assessment


@derived("ELG", "verdict", N_("Verdict"), terms=Verdict)
def verdict(data: FormData, casebook: Casebook) -> str | None:
    assessment = _assessment(data, casebook)
    return assessment.verdict.value if assessment else None


@derived("ELG", "reasons", N_("Reasons"))
def reasons(data: FormData, casebook: Casebook) -> str | None:
    assessment = _assessment(data, casebook)
    return ", ".join(assessment.reasons) if assessment else None
