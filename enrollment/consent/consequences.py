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
RECONSENT_KINDS = (ConsentKind.CAPACITY_REGAINED, ConsentKind.NEW_VERSION)


def require_delegation(saved: Saved) -> None:
    key, decided_at = saved.data.get("obtained_by"), saved.data.get("decided_at")
    person = User.objects.filter(pk=key).first()
    if person is None or decided_at is None:
        return
    if not person.is_delegated(site_date(decided_at)):
        message = N_("%(name)s was not delegated on %(on)s.")
        details = {"name": person.full_name, "on": f"{site_date(decided_at)}"}
        raise SaveRefused(
            [Finding("CNS-05", "obtained_by", Severity.HARD, message, details)]
        )


def require_version_in_force(saved: Saved) -> None:
    version, decided_at = saved.data.get("version"), saved.data.get("decided_at")
    if version is None or decided_at is None:
        return
    on = site_date(decided_at)
    version_in_force = version_on(consent_versions(), on)
    if version_in_force is None or version_in_force.version != version:
        message = N_("Version %(version)s was not in force on %(on)s; %(right)s was.")
        details = {"version": version, "on": f"{on}"}
        details["right"] = version_in_force.version if version_in_force else "—"
        raise SaveRefused(
            [Finding("CNS-02", "version", Severity.HARD, message, details)]
        )


def open_or_end_screening(saved: Saved) -> None:
    kind, decision = saved.data.get("kind"), saved.data.get("decision")
    if kind == ConsentKind.INITIAL and decision == ConsentDecision.GIVEN:
        number = evidence.episode(saved.casebook)
        create_screening_forms(saved.participant, number)
        _complete_screening_log(saved, {"approach_result": ApproachResult.CONSENTED})
    elif kind == ConsentKind.INITIAL and decision == ConsentDecision.REFUSED:
        _complete_screening_log(
            saved,
            {
                "approach_result": ApproachResult.DECLINED,
                "screening_closed_at": saved.data.get("decided_at"),
                "screen_failure_reason": ScreenFailure.CONSENT_REFUSED,
            },
        )
    elif kind in RECONSENT_KINDS and decision == ConsentDecision.REFUSED:
        _open_withdrawal(saved)


def _complete_screening_log(saved: Saved, values: dict[str, object]) -> None:
    """Copy the result into the screening log, so that nobody types it twice."""
    screening = saved.casebook.one("SCN")
    if screening is None or screening.get("approach_result") or not values:
        return
    form = form_instances.ensure_form(
        saved.participant, "SCN", occurrence=screening.occurrence
    )
    save(form, values, by=SCREENING, via=Source.TASK)


def _open_withdrawal(saved: Saved) -> None:
    withdrawals = FormInstance.objects.filter(
        participant=saved.participant, code="WDR", struck_at=None
    )
    if not withdrawals.exists():
        form_instances.add_row(saved.participant, "WDR", by=saved.by, via=saved.via)
