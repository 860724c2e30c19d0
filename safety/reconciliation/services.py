"""Upload of the sponsor's list; acceptance of differences that stay."""

import hashlib
from collections.abc import Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit import once
from record.audit.attribution import Source, attributed
from record.casebook import catalogue
from record.casebook.access import may_on
from record.casebook.blinding import require_blind
from record.casebook.models import Participant
from record.casebook.services.form_instances import lock as lock_participant
from safety.models import AcceptedDifference, SafetyCase, SafetyList
from safety.reconciliation.problems import NotReconciled
from safety.reconciliation.rules.reading import CaseRow
from safety.reconciliation.selectors import difference_lines_for
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.typed_text import LONGEST_REASON, UnfitText, fit_text


def may_reconcile(user: User) -> bool:
    return may_on(user, Permission.RAISE_QUERY, catalogue.design("SAE"))


@implements("SAF-05")
def store_list(
    cut_off_on: date, rows: Sequence[CaseRow], content: bytes, *, by: User
) -> SafetyList:
    """Store the list as a whole. Raises `NotReconciled`, naming the lines."""
    _require(by)
    people = _people_of(rows)
    for row in rows:
        words = (row.case_number, row.term, row.pt)
        require_blind(words, by=by, participant=None, refusal=NotReconciled)
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        stored = SafetyList.objects.create(
            cut_off_on=cut_off_on,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(rows),
            uploaded_by=by,
        )
        SafetyCase.objects.bulk_create(
            SafetyCase(
                safety_list=stored,
                participant=people[row.participant],
                case_number=row.case_number,
                term=row.term,
                pt=row.pt,
                onset=row.onset,
                outcome=row.outcome,
                causality=row.causality,
            )
            for row in rows
        )
    return stored


def _people_of(rows: Sequence[CaseRow]) -> dict[str, Participant]:
    """By the number as the list writes it: dashes may be left out."""
    people = {one.number.replace("-", ""): one for one in Participant.objects.all()}
    by_number = {
        row.participant: people.get(row.participant.replace("-", "")) for row in rows
    }
    strangers = [row for row in rows if by_number[row.participant] is None]
    if strangers:
        message = _("Line %(line)s: there is no participant %(number)s.")
        raise NotReconciled(
            "\n".join(
                message % {"line": row.line, "number": row.participant}
                for row in strangers
            )
        )
    return {number: person for number, person in by_number.items() if person}


@implements("SAF-05")
def accept_difference(
    participant: Participant, digest: str, reason: str, *, by: User
) -> AcceptedDifference:
    """Let a difference stay, for a reason; twice is once.

    Raises `NotReconciled` when it is not there any more, or the reason is none.
    """
    _require(by)
    words = _reason(reason, participant, by=by)
    with attributed(by=by, via=Source.PAGE):
        lock_participant(participant)
        lines = difference_lines_for(by)
        line = next(
            (
                line
                for line in lines
                if (line.participant, line.difference.digest) == (participant, digest)
            ),
            None,
        )
        if line is None:
            raise NotReconciled(
                _("This difference is not there any more, or another one now.")
            )
        if line.accepted:
            return line.accepted
        return AcceptedDifference.objects.create(
            participant=participant,
            kind=line.kind.value,
            digest=digest,
            reason=words,
            accepted_by=by,
        )


def withdraw_acceptance(accepted: AcceptedDifference, *, by: User) -> None:
    """Open the difference again; twice is once."""
    _require(by)
    with attributed(by=by, via=Source.PAGE):
        lock_participant(accepted.participant)
        accepted.refresh_from_db()
        if accepted.withdrawn_at is None:
            accepted.withdrawn_at = clock.after(accepted.accepted_at)
            accepted.save(update_fields=("withdrawn_at",))


def _reason(text: str, participant: Participant, *, by: User) -> str:
    try:
        words = fit_text(text, LONGEST_REASON)
    except UnfitText as problem:
        raise NotReconciled(_(problem.message) % problem.details) from problem
    if not words:
        raise NotReconciled(_("Say why this difference may stay."))
    require_blind([words], by=by, participant=participant, refusal=NotReconciled)
    return words


def _require(by: User) -> None:
    if not may_reconcile(by):
        raise PermissionDenied
