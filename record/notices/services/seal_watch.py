"""Notifies people when the audit trail is not sealed or does not fit its seals."""

from datetime import timedelta

from record.audit import anchors, seals
from record.audit.attribution import Process, Source, attributed
from record.audit.verification import verify
from record.notices.services.watchers import notify_watchers
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

WATCH = Process("seal-watch")


@implements("AUD-15")
def notify_if_overdue() -> bool:
    oldest = seals.oldest_unsealed_at()
    limit = timedelta(hours=PROTOCOL.staff_mail.unsealed_hours)
    if oldest is None or clock.now() - oldest <= limit:
        return False
    _notify(
        "seal_overdue",
        N_("The audit trail is not being sealed"),
        N_(
            "Entries have waited for their seal for more than %(hours)s hours. See "
            "whether worker and beat run, and whether a transaction is left open."
        ),
        hours=PROTOCOL.staff_mail.unsealed_hours,
    )
    return True


@implements("AUD-15")
def notify_if_broken() -> bool:
    """Prove the whole record; notify that it does not fit, never where; True if so.

    The number of an entry counts restricted ones too, so no blinded person gets it.
    What fits is written down outside the database: the digest of its last seal, in a
    file and in a mail.
    """
    proof = verify()
    if not proof.problems:
        _anchor(proof.seals.last_digest)
        return False
    _notify(
        "seal_broken",
        N_("The audit trail does not fit its seals"),
        N_(
            "Something was altered, removed or slipped in beside the system. Keep "
            "everything as it is, and run `manage.py verify_audit`: it names the "
            "first entry that does not fit."
        ),
    )
    return True


def _anchor(digest: str) -> None:
    if not digest or not anchors.keep(digest):
        return
    _notify(
        "seal_anchor",
        N_("Digest of the audit trail"),
        N_(
            "Every entry, every row and every guard of the record fits. Keep this "
            "message: whoever has this digest can prove later that nothing before it "
            "was altered or cut off (`manage.py verify_audit` and the digest).\n"
            "%(digest)s"
        ),
        digest=digest,
    )


def _notify(occasion: str, subject: str, text: str, **details: object) -> None:
    with attributed(by=WATCH, via=Source.TASK):
        notify_watchers(occasion, subject, text, **details)
