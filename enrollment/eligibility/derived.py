"""The verdict and its reasons on the eligibility form; pure."""

from enrollment.eligibility.facts import evidence
from enrollment.eligibility.rules import Assessment, Verdict
from record.casebook.derived import derived
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import N_


def _assessed(data: FormData, casebook: Casebook) -> Assessment | None:
    """Return the assessment, for the form of the present screening alone."""
    if data.occurrence != evidence.episode(casebook):
        return None
    found: Assessment = casebook.fact("eligibility")
    return found


@derived("ELG", "verdict", N_("Verdict"), terms=Verdict)
def verdict(data: FormData, casebook: Casebook) -> str | None:
    """Verdict on all 24 criteria."""
    found = _assessed(data, casebook)
    return found.verdict.value if found else None


@derived("ELG", "reasons", N_("Reasons"))
def reasons(data: FormData, casebook: Casebook) -> str | None:
    """Criteria against or unknown, in protocol order."""
    found = _assessed(data, casebook)
    return ", ".join(found.reasons) if found else None
