"""Who must be asked for consent again, and why; pure.

People who still take part are asked again when a new version of the document concerns
them, and when they can decide for themselves after somebody else signed. A refusal
needs a withdrawal form that says what is to stop.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from enrollment.consent.facts.decisions import (
    latest_contact_decision,
    latest_decision,
)
from enrollment.screening.facts import participant_status as statuses
from enrollment.vocabulary import ConsentConcerns, ConsentDecision, Signer
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import site_date
from trial_edc.vocabulary import N_, Codelist, YesNo

# The forms that it is read from.
CODES = tuple(sorted({*statuses.CODES, "VIS"}))


class ReconsentReason(Codelist):
    """Why a person must be asked."""

    CAPACITY = "capacity", N_("Can decide again: ask the participant")
    VERSION = "version", N_("New version of the consent document")
    CONTACT = "contact", N_("Can decide again: ask about messages")
    REFUSED = "refused", N_("Consent refused: record the withdrawal")


FORM_BY_REASON = dict.fromkeys(ReconsentReason, "CNS") | {
    ReconsentReason.REFUSED: "WDR"
}


@dataclass(frozen=True)
class DocumentVersion:
    """A version of the consent document, as far as it asks for consent again."""

    version: str
    effective_from: date
    concerns: str


@dataclass(frozen=True)
class ReconsentDue:
    """One thing to ask of a person, since a day."""

    reason: ReconsentReason
    since: date
    version: str = ""  # the version to sign, where it is a new one

    @property
    def form(self) -> str:
        return FORM_BY_REASON[self.reason]


def version_on(
    versions: Sequence[DocumentVersion], day: date
) -> DocumentVersion | None:
    in_force = [version for version in versions if version.effective_from <= day]
    return max(in_force, key=lambda version: version.effective_from, default=None)


def reconsents_due_of(
    casebook: Casebook, versions: Sequence[DocumentVersion], today: date
) -> list[ReconsentDue]:
    decision = latest_decision(casebook)
    if decision is None or _takes_part_no_more(casebook):
        return []
    if decision.get("decision") == ConsentDecision.REFUSED:
        if casebook.fact("consented_on") is None or any(
            row.get("kind") for row in casebook.rows("WDR")
        ):
            return []
        return [ReconsentDue(ReconsentReason.REFUSED, _decided_on(decision))]
    candidates = (
        _capacity_regained(casebook, decision, ReconsentReason.CAPACITY),
        _version_due(decision, versions, today),
        _capacity_regained(
            casebook, _contact_consent(casebook), ReconsentReason.CONTACT
        ),
    )
    return [due for due in candidates if due]


def _takes_part_no_more(casebook: Casebook) -> bool:
    failed = statuses.is_screening_closed(casebook) and casebook.one("RAN") is None
    return (
        failed
        or statuses.has_died(casebook)
        or statuses.has_withdrawn(casebook)
        or casebook.value("EOS", "reason") is not None
    )


def _decided_on(data: FormData) -> date:
    return site_date(data.get("decided_at"))


def _contact_consent(casebook: Casebook) -> FormData | None:
    decision = latest_contact_decision(casebook)
    is_given = decision and decision.get("decision") == ConsentDecision.GIVEN
    return decision if is_given else None


def _capacity_regained(
    casebook: Casebook, consent: FormData | None, reason: ReconsentReason
) -> ReconsentDue | None:
    """First visit since which the person can decide what a representative signed."""
    if consent is None or consent.get("signer") != Signer.REPRESENTATIVE:
        return None
    able_on = min(_days_with_capacity(casebook, _decided_on(consent)), default=None)
    return ReconsentDue(reason, able_on) if able_on else None


def _days_with_capacity(casebook: Casebook, since: date) -> Iterator[date]:
    for visit in casebook.rows("VIS"):
        on = visit.get("visit_date") or since
        if visit.get("has_capacity") == YesNo.YES and on >= since:
            yield on


def _version_due(
    decision: FormData, versions: Sequence[DocumentVersion], today: date
) -> ReconsentDue | None:
    """A version in force that concerns everybody and came after the signed one."""
    signed = next((v for v in versions if v.version == decision.get("version")), None)
    known_from = signed.effective_from if signed else date.min
    newer = [
        version
        for version in versions
        if known_from < version.effective_from <= today
        and version.concerns == ConsentConcerns.EVERYBODY
    ]
    present = version_on(versions, today)
    if not newer or present is None:
        return None
    since = min(version.effective_from for version in newer)
    return ReconsentDue(ReconsentReason.VERSION, since, present.version)
