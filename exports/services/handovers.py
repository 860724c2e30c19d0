"""Hand the certified copy over to the investigator, who acknowledges it."""

from django.utils.translation import gettext as _

from exports.models import CopyHandover, Export
from exports.selectors.handovers import (
    handover_of,
    has_downloaded,
    is_certified_copy,
)
from record.accounts.access import require_person
from record.accounts.models import User
from record.accounts.roles import FIRST, SECOND, Permission
from record.audit.attribution import Source, attributed
from trial_edc import clock
from trial_edc.requirements import implements


class HandoverRefused(Exception):
    """The message is for people."""


@implements("LCK-05")
def hand_over_copy(export: Export, *, by: User) -> CopyHandover:
    """Of the locked casebooks of all participants; twice is once."""
    require_person(by, FIRST, Permission.LOCK_DATABASE)
    with attributed(by=by, via=Source.PAGE):
        export = Export.objects.select_for_update(no_key=True).get(pk=export.pk)
        if handover := handover_of(export):
            return handover
        if not is_certified_copy(export):
            raise HandoverRefused(
                _(
                    "Lock the database, then export the casebooks of all participants: "
                    "that archive is handed over."
                )
            )
        return CopyHandover.objects.create(
            export=export, sha256=export.sha256, entered_by=by
        )


@implements("LCK-05")
def acknowledge_copy(export: Export, *, by: User) -> CopyHandover:
    """By the principal investigator, once the archive was downloaded; twice is once."""
    require_person(by, SECOND, Permission.LOCK_DATABASE)
    with attributed(by=by, via=Source.PAGE):
        Export.objects.select_for_update(no_key=True).get(pk=export.pk)
        handover = handover_of(export)
        if handover is None:
            raise HandoverRefused(_("This copy was not handed over."))
        if handover.approved_at is None:
            if not has_downloaded(export, by):
                raise HandoverRefused(
                    _("Download the copy first, and look whether you can read it.")
                )
            handover.approved_by = by
            handover.approved_at = clock.after(handover.entered_at)
            handover.save(update_fields=("approved_by", "approved_at"))
    return handover
