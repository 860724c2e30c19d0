"""What follows from a consent form."""

from enrollment.consent.facts.reconsent import version_on
from enrollment.consent.selectors import consent_versions
from enrollment.eligibility.facts import evidence
from enrollment.screening.services import (
    SCREENING,
    create_screening_forms,
)
from enrollment.vocabulary import (
    ApproachResult,
    ConsentDecision,
    ConsentKind,
    ScreenFailure,
)
from record.accounts.models import User
from record.audit.attribution import Source
from record.capture.problems import SaveRefused
from record.capture.save_hooks import Saved
from record.capture.services.forms import save
from record.casebook.checks import Finding
from record.casebook.models import FormInstance
from record.casebook.services import form_instances
from trial_edc.dates import site_date
from trial_edc.vocabulary import N_, Severity

# Consents asked for again; who refuses one says what is to stop.
GOING_ON = (ConsentKind.CAPACITY_REGAINED, ConsentKind.NEW_VERSION)


def require_delegation(saved: Saved) -> None:
    """Refuse a consent obtained by somebody without delegation on that date."""
    key, decided_at = saved.data.get("obtained_by"), saved.data.get("decided_at")
    person = User.objects.filter(pk=key).first()
    if person is None or decided_at is None:
        return
    if not person.is_delegated(site_date(decided_at)):
        message = N_("%(name)s was not delegated on %(on)s.")
        told = {"name": person.full_name, "on": f"{site_date(decided_at)}"}
        raise SaveRefused(
            [Finding("CNS-05", "obtained_by", Severity.HARD, message, told)]
        )


def require_version_in_force(saved: Saved) -> None:
    """Refuse a document that was not in force on the day of signing."""
    version, decided_at = saved.data.get("version"), saved.data.get("decided_at")
    if version is None or decided_at is None:
        return
    on = site_date(decided_at)
    right = version_on(consent_versions(), on)
    if right is None or right.version != version:
        message = N_("Version %(version)s was not in force on %(on)s; %(right)s was.")
        told = {"version": version, "on": f"{on}"}
        told["right"] = right.version if right else "—"
        raise SaveRefused([Finding("CNS-02", "version", Severity.HARD, message, told)])


def open_or_end_screening(saved: Saved) -> None:
    """Open the screening forms, or end the screening, as the person decided."""
    kind, decision = saved.data.get("kind"), saved.data.get("decision")
    if kind == ConsentKind.INITIAL and decision == ConsentDecision.GIVEN:
        number = evidence.episode(saved.casebook)
        create_screening_forms(saved.participant, number)
        _enter_result(saved, {"approach_result": ApproachResult.CONSENTED})
    elif kind == ConsentKind.INITIAL and decision == ConsentDecision.REFUSED:
        _enter_result(
            saved,
            {
                "approach_result": ApproachResult.DECLINED,
                "screening_closed_at": saved.data.get("decided_at"),
                "screen_failure_reason": ScreenFailure.CONSENT_REFUSED,
            },
        )
    elif kind in GOING_ON and decision == ConsentDecision.REFUSED:
        _open_withdrawal(saved)


def _enter_result(saved: Saved, values: dict[str, object]) -> None:
    """Enter into the screening log what nobody needs to type a second time."""
    line = saved.casebook.one("SCN")
    if line is None or line.get("approach_result") or not values:
        return
    form = form_instances.ensure_form(
        saved.participant, "SCN", occurrence=line.occurrence
    )
    save(form, values, by=SCREENING, via=Source.TASK, complete=False)


def _open_withdrawal(saved: Saved) -> None:
    """Open a withdrawal form; the site describes what the person decided."""
    held = FormInstance.objects.filter(
        participant=saved.participant, code="WDR", struck_at=None
    )
    if not held.exists():
        form_instances.add_row(saved.participant, "WDR", by=saved.by, via=saved.via)
