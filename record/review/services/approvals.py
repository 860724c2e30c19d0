"""Approval of what another person entered into a register."""

from typing import TypeVar

from django.utils.translation import gettext as _

from record.accounts.access import require_person
from record.accounts.models import User
from record.accounts.roles import SECOND, Permission
from record.accounts.two_persons import TwoPersonEntry
from record.audit.attribution import Source, attributed
from record.review.problems import ApprovalRefused
from trial_edc import clock

E = TypeVar("E", bound=TwoPersonEntry)


def approve(
    entry: E, permission: Permission, *, shown: str | None, by: User, via: Source
) -> E:
    """Approve an entry as its second person; a second call changes nothing.

    `shown` is the digest of what the page showed, None where none did. Raises
    `NotPermitted`, and `ApprovalRefused` for an entry that changed since or is one's
    own: a role may have changed between the two acts.
    """
    require_person(by, SECOND, permission)
    with attributed(by=by, via=via):
        entry = type(entry)._default_manager.select_for_update().get(pk=entry.pk)
        if entry.entered_by_id == by.pk:
            raise ApprovalRefused(_("You entered this; somebody else approves it."))
        if entry.approved_at is None:
            if shown not in (None, entry.digest):
                message = _("This changed since it was shown to you. Read it again.")
                raise ApprovalRefused(message)
            entry.approved_by, entry.approved_at = by, clock.now()
            entry.save(update_fields=("approved_by", "approved_at"))
    return entry
