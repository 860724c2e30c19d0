"""Who must be asked for consent again, and why; pure.

Asked again are people who still take part: when a new version of the document concerns
them, and when they can decide for themselves after somebody else signed. A refusal
asks for the withdrawal that says what the person wants to stop.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from enrollment.consent.facts.decisions import standing_decision
from enrollment.screening import facts as statuses
from enrollment.vocabulary import ConsentConcerns, ConsentDecision, ConsentKind, Signer
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


FORM_OF = dict.fromkeys(ReconsentReason, "CNS") | {ReconsentReason.REFUSED: "WDR"}


@dataclass(frozen=True)
class DocumentVersion:
    """A version of the consent document, as far as it asks for consent again."""

    version: str
    effective_from: date
    concerns: str


@dataclass(frozen=True)
class ReconsentDue:
    """One thing to ask of a person, since a day."""

    ground: ReconsentReason
    since: date
    version: str = ""  # the version to sign, where it is a new one

    @property
    def form(self) -> str:
        return FORM_OF[self.ground]


def version_on(
    versions: Sequence[DocumentVersion], day: date
) -> DocumentVersion | None:
    begun = [one for one in versions if one.effective_from <= day]
    return max(begun, key=lambda one: one.effective_from, default=None)


def due_of(
    casebook: Casebook, versions: Sequence[DocumentVersion], today: date
) -> list[ReconsentDue]:
    """Return what a person must be asked now, the most urgent first."""
    standing = standing_decision(casebook)
    if standing is None or _has_left(casebook):
        return []
    if standing.get("decision") == ConsentDecision.REFUSED:
        refused = casebook.fact("consented_on") is not None and not casebook.value(
            "WDR", "kind"
        )
        return [ReconsentDue(ReconsentReason.REFUSED, _on(standing))] if refused else []
    found = (
        _able_again(casebook, standing, ReconsentReason.CAPACITY),
        _version_due(standing, versions, today),
        _able_again(casebook, _contact(casebook), ReconsentReason.CONTACT),
    )
    return [due for due in found if due]


def _has_left(casebook: Casebook) -> bool:
    """Tell whether nothing more can be asked of the person."""
    failed = statuses.is_screening_closed(casebook) and casebook.one("RAN") is None
    return (
        failed
        or statuses.has_died(casebook)
        or statuses.has_withdrawn(casebook)
        or casebook.value("EOS", "reason") is not None
    )


def _on(data: FormData) -> date:
    return site_date(data.get("decided_at"))


def _contact(casebook: Casebook) -> FormData | None:
    """Return the contact consent that stands, if one was given."""
    rows = [s for s in casebook.rows("CNS") if s.get("kind") == ConsentKind.CONTACT]
    given = rows and rows[-1].get("decision") == ConsentDecision.GIVEN
    return rows[-1] if given and rows[-1].get("decided_at") else None


def _able_again(
    casebook: Casebook, signed: FormData | None, ground: ReconsentReason
) -> ReconsentDue | None:
    """Find a visit since which the person can decide what a representative signed."""
    if signed is None or signed.get("signer") != Signer.REPRESENTATIVE:
        return None
    able_on = min(_able_days(casebook, _on(signed)), default=None)
    return ReconsentDue(ground, able_on) if able_on else None


def _able_days(casebook: Casebook, since: date) -> Iterator[date]:
    for visit in casebook.rows("VIS"):
        on = visit.get("visit_date") or since
        if visit.get("has_capacity") == YesNo.YES and on >= since:
            yield on


def _version_due(
    standing: FormData, versions: Sequence[DocumentVersion], today: date
) -> ReconsentDue | None:
    """Find a version in force that concerns everybody and came after the signed one."""
    signed = next((v for v in versions if v.version == standing.get("version")), None)
    known_from = signed.effective_from if signed else date.min
    newer = [
        one
        for one in versions
        if known_from < one.effective_from <= today
        and one.concerns == ConsentConcerns.EVERYBODY
    ]
    present = version_on(versions, today)
    if not newer or present is None:
        return None
    since = min(one.effective_from for one in newer)
    return ReconsentDue(ReconsentReason.VERSION, since, present.version)
