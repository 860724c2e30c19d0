"""What follows from the screening forms."""

from enrollment.eligibility.facts import evidence
from enrollment.eligibility.services import freezing
from enrollment.consent.selectors import consent_versions
from enrollment.problems import KnownPerson
from enrollment.consent.facts import version_on
from enrollment.services import SCREENING, hang_screening_sheets, remember_person
from enrollment.vocabulary import (
    ApproachResult,
    ConsentKind,
    Decision,
    ScreenFailure,
)
from record.accounts.models import User
from record.audit.attribution import Actor, Via
from record.capture.events import RowStruck
from record.capture.save_hooks import Saved, follows
from record.capture.problems import Refused
from record.capture.services import save
from record.casebook import services as casebook
from record.casebook.checks import Finding
from record.casebook.models import FormInstance
from record.casebook.sheets import Binder
from trial_edc.dates import site_date
from trial_edc.vocabulary import N_, Severity

# Consents asked for again; who refuses one says what is to stop.
GOING_ON = (ConsentKind.CAPACITY_REGAINED, ConsentKind.NEW_VERSION)


@follows("CNS", "obtained_by", "decided_at")
def require_delegation(saved: Saved) -> None:
    """Refuse a consent obtained by somebody without delegation on that date."""
    key, decided_at = saved.sheet.get("obtained_by"), saved.sheet.get("decided_at")
    person = User.objects.filter(pk=key).first()
    if person is None or decided_at is None:
        return
    if not person.is_delegated(site_date(decided_at)):
        message = N_("%(name)s was not delegated on %(on)s.")
        told = {"name": person.full_name, "on": f"{site_date(decided_at)}"}
        raise Refused([Finding("CNS-05", "obtained_by", Severity.HARD, message, told)])


@follows("CNS", "version", "decided_at")
def require_version_in_force(saved: Saved) -> None:
    """Refuse a document that was not in force on the day of signing."""
    version, decided_at = saved.sheet.get("version"), saved.sheet.get("decided_at")
    if version is None or decided_at is None:
        return
    on = site_date(decided_at)
    right = version_on(consent_versions(), on)
    if right is None or right.version != version:
        message = N_("Version %(version)s was not in force on %(on)s; %(right)s was.")
        told = {"version": version, "on": f"{on}"}
        told["right"] = right.version if right else "—"
        raise Refused([Finding("CNS-02", "version", Severity.HARD, message, told)])


@follows("CNS", "kind", "decision")
def consent_decided(saved: Saved) -> None:
    """Open the screening forms, or end the screening, as the person decided."""
    kind, decision = saved.sheet.get("kind"), saved.sheet.get("decision")
    if kind == ConsentKind.INITIAL and decision == Decision.GIVEN:
        number = evidence.episode(saved.binder)
        hang_screening_sheets(saved.participant, number)
        _enter_result(saved, {"approach_result": ApproachResult.CONSENTED})
    elif kind == ConsentKind.INITIAL and decision == Decision.REFUSED:
        _enter_result(
            saved,
            {
                "approach_result": ApproachResult.DECLINED,
                "screening_closed_at": saved.sheet.get("decided_at"),
                "screen_failure_reason": ScreenFailure.CONSENT_REFUSED,
            },
        )
    elif kind in GOING_ON and decision == Decision.REFUSED:
        _open_withdrawal(saved)


def _enter_result(saved: Saved, values: dict[str, object]) -> None:
    """Enter into the screening log what nobody needs to type a second time."""
    line = saved.binder.one("SCN")
    if line is None or line.get("approach_result") or not values:
        return
    form = casebook.expect(saved.participant, "SCN", occurrence=line.occurrence)
    save(form, values, by=SCREENING, via=Via.TASK, complete=False)


def _open_withdrawal(saved: Saved) -> None:
    """Open a withdrawal form; the site describes what the person decided."""
    held = FormInstance.objects.filter(
        participant=saved.participant, code="WDR", struck_at=None
    )
    if not held.exists():
        casebook.add_row(saved.participant, "WDR", by=saved.by, via=saved.via)


@follows(RowStruck)
def require_nothing_begun(event: RowStruck, by: Actor, via: Via) -> None:
    """Refuse to strike out a screening in which the person has decided already."""
    del by, via
    form = event.form
    if form.code != "SCN" or not form.struck_at:
        return
    held = FormInstance.objects.filter(participant=form.participant, struck_at=None)
    decided = held.filter(code="CNS", revision__gt=0).exists()
    later = held.filter(code="SCN", occurrence__gt=form.occurrence).exists()
    is_randomised = held.filter(code="RAN").exists()
    if (form.occurrence == 1 and decided) or later or is_randomised:
        message = N_("More has followed this screening: close it instead.")
        raise Refused([Finding("SCN-09", "", Severity.HARD, message)])


@follows("SCN", "screening_closed_at")
def freeze_failed_criteria(saved: Saved) -> None:
    """Keep, as the screening closes, which criteria failed or were unknown."""
    closed = saved.sheet.get("screening_closed_at")
    if closed is None or saved.sheet.get("failed_criteria"):
        return
    told = failed_criteria(saved.binder)
    if told:
        values = {"failed_criteria": told}
        save(saved.form, values, by=SCREENING, via=Via.TASK)


@follows("SCN", "failed_criteria")
def keep_failed_criteria(saved: Saved) -> None:
    """Let nobody write what the system freezes; it goes only with the closing."""
    by_hand = isinstance(saved.by, User)
    if by_hand and saved.sheet.get("failed_criteria"):
        message = N_("The system writes this when screening is closed.")
        raise Refused([Finding("SCN-08", "failed_criteria", Severity.HARD, message)])


def failed_criteria(binder: Binder) -> str:
    """Return `code:state` of each criterion that is against or unknown.

    Before consent nothing was assessed, so nothing failed.
    """
    if not binder.rows("CNS"):
        return ""
    return "; ".join(binder.fact("eligibility").reasons)


@follows("CTC", "hospital_no")
def keep_person_key(saved: Saved) -> None:
    """Let the person be found again by the hospital number, and only by it."""
    number = saved.sheet.get("hospital_no")
    try:
        remember_person(saved.participant, number)
    except KnownPerson as problem:
        finding = Finding("CTC-03", "hospital_no", Severity.HARD, str(problem))
        raise Refused([finding]) from problem


@follows(RowStruck)
def used_row_struck(event: RowStruck, by: Actor, via: Via) -> None:
    """A row struck out after randomisation may have been used for it."""
    freezing.tell_row(event.form, by=by, via=via)


for _code in freezing.FORMS:
    follows(_code)(freezing.tell_save)
