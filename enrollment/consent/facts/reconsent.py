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


@dataclass(frozen=True)
class ConsentOutlook:
    """What asking again follows from, on whatever day and with whatever versions.

    `now_due` is due already, but for a new version: it is due where one that concerns
    everybody came into force after `signed_from`. None: nobody is asked about versions.
    """

    now_due: tuple[ReconsentDue, ...] = ()
    signed_from: date | None = None


def consent_outlook(
    casebook: Casebook, versions: Sequence[DocumentVersion]
) -> ConsentOutlook:
    decision = latest_decision(casebook)
    if decision is None or _takes_part_no_more(casebook):
        return ConsentOutlook()
    if decision.get("decision") == ConsentDecision.REFUSED:
        if casebook.fact("consented_on") is None or any(
            row.get("kind") for row in casebook.rows("WDR")
        ):
            return ConsentOutlook()
        refused = ReconsentDue(ReconsentReason.REFUSED, _decided_on(decision))
        return ConsentOutlook((refused,))
    now_due = (
        _capacity_regained(casebook, decision, ReconsentReason.CAPACITY),
        _capacity_regained(
            casebook, _contact_consent(casebook), ReconsentReason.CONTACT
        ),
    )
    signed = next((v for v in versions if v.version == decision.get("version")), None)
    signed_from = signed.effective_from if signed else date.min
    return ConsentOutlook(tuple(due for due in now_due if due), signed_from)


def reconsents_due_of(
    casebook: Casebook, versions: Sequence[DocumentVersion], today: date
) -> list[ReconsentDue]:
    """In the order in which they are asked."""
    outlook = consent_outlook(casebook, versions)
    version_due = _version_due(outlook.signed_from, versions, today)
    due = [*outlook.now_due, *([version_due] if version_due else [])]
    return sorted(due, key=lambda one: list(ReconsentReason).index(one.reason))


def versions_to_ask_about(
    versions: Sequence[DocumentVersion], today: date
) -> list[DocumentVersion]:
    """Versions in force that concern everybody."""
    return [
        version
        for version in versions
        if version.effective_from <= today
        and version.concerns == ConsentConcerns.EVERYBODY
    ]


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
    signed_from: date | None, versions: Sequence[DocumentVersion], today: date
) -> ReconsentDue | None:
    """A version that came after the signed one."""
    present = version_on(versions, today)
    if signed_from is None or present is None:
        return None
    in_force = versions_to_ask_about(versions, today)
    days = (version.effective_from for version in in_force)
    since = min((day for day in days if day > signed_from), default=None)
    return (
        ReconsentDue(ReconsentReason.VERSION, since, present.version) if since else None
    )
