"""The verdict and its reasons on the eligibility form; pure."""

from enrollment.eligibility.facts import evidence
from enrollment.eligibility.rules import Assessment, Verdict
from record.casebook.derived import derived
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import N_


def _assessed(sheet: FormData, binder: Casebook) -> Assessment | None:
    """Return the assessment, for the sheet of the present screening alone."""
    if sheet.occurrence != evidence.episode(binder):
        return None
    found: Assessment = binder.fact("eligibility")
    return found


@derived("ELG", "verdict", N_("Verdict"), terms=Verdict)
def verdict(sheet: FormData, binder: Casebook) -> str | None:
    """Verdict on all 24 criteria."""
    found = _assessed(sheet, binder)
    return found.verdict.value if found else None


@derived("ELG", "reasons", N_("Reasons"))
def reasons(sheet: FormData, binder: Casebook) -> str | None:
    """Criteria against or unknown, in protocol order."""
    found = _assessed(sheet, binder)
    return ", ".join(found.reasons) if found else None
