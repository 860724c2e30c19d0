"""The certified copy that a site is given of its data, and whether it has it."""

from exports.models import CopyHandover, Export, ExportKind, ExportState
from record.accounts.models import User
from record.audit.models import Entry
from record.casebook.models import Participant
from record.lock.selectors import present_lock
from trial_edc.requirements import implements


def handover_of(export: Export) -> CopyHandover | None:
    people = ("entered_by", "approved_by")
    return CopyHandover.objects.select_related(*people).filter(export=export).first()


def is_certified_copy(export: Export) -> bool:
    """The casebooks of all participants, of the data as they are locked now."""
    lock = present_lock()
    if lock is None or export.lock_version != lock.version:
        return False
    is_made = export.kind == ExportKind.CASEBOOKS and export.state == ExportState.DONE
    numbers = set(Participant.objects.values_list("number", flat=True))
    return is_made and set(export.filters["participants"]) == numbers


def has_downloaded(export: Export, user: User) -> bool:
    taken = Entry.objects.filter(act="export_taken", actor_id=user.pk)
    return taken.filter(new_values__export=export.key).exists()


@implements("LCK-05")
def awaits_its_copy() -> bool:
    """There are data, and no copy of the present lock was acknowledged."""
    lock = present_lock()
    if lock is None:
        return Participant.objects.exists()
    acknowledged = CopyHandover.objects.exclude(approved_at=None)
    return not acknowledged.filter(export__lock_version=lock.version).exists()
