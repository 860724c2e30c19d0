"""The two who lock, and what they write."""

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.lock.models import LockProposal
from record.lock.readiness import checks, readiness
from record.lock.services import database as services
from tests.sample_room.people import person
from trial_edc import clock

EXCEPTIONS = {check.name: f"known: {check.name}" for check in checks()}


def proof_of(user: User) -> ReAuthenticated:
    """Return what a password typed just now would give."""
    return ReAuthenticated(user.pk, clock.now())


def proposed(by=None, proof=None, shown=None, exceptions=None) -> LockProposal:
    by = by or person("DM")
    return services.propose_lock(
        reason="all is clean",
        exceptions=EXCEPTIONS if exceptions is None else exceptions,
        shown=shown or readiness().digest,
        proof=proof or proof_of(by),
        by=by,
    )


def proposed_unlock(by=None, reason="a late scan") -> LockProposal:
    by = by or person("DM")
    return services.propose_unlock(reason=reason, proof=proof_of(by), by=by)


def confirmed(proposal: LockProposal, by=None, shown=None) -> LockProposal:
    by = by or person("PI")
    proposal.refresh_from_db()  # as a page reads it
    return services.confirm(
        proposal, shown=shown or proposal.digest, proof=proof_of(by), by=by
    )
