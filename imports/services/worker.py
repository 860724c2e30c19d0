"""One worker a file at a time; each goes on where a killed one stopped."""

from imports.models import ImportedFile, ImportState
from imports.rules.reading import UnreadableFile
from imports.services import previews, storing
from record.audit.problems import FileDamaged
from trial_edc.locks import exclusively
from trial_edc.vocabulary import N_

MISSING = N_("The stored file is missing or damaged. Upload it again.")
IMPORTS = 4194673  # the class of the advisory locks of this room


def resume_waiting() -> int:
    """Go on with each file that waits for a worker, whatever became of its queue entry.

    What stopped with a problem waits for a person. Return the number of files.
    """
    working = (ImportState.PLANNING, ImportState.STORING)
    waiting = list(ImportedFile.objects.filter(state__in=working, problem=""))
    for file in reversed(waiting):
        (plan if file.state == ImportState.PLANNING else store)(file.pk)
    return len(waiting)


def plan(file_id: int) -> None:
    with exclusively(IMPORTS, file_id) as is_alone:
        if not is_alone:
            return
        try:
            previews.preview(file_id)
        except UnreadableFile as problem:
            previews.mark_failed(file_id, str(problem))
        except FileDamaged:
            previews.mark_failed(file_id, MISSING)
        except Exception:
            text = N_("It could not be read; the cause is in the log of the worker.")
            previews.mark_failed(file_id, text)
            raise


def store(file_id: int) -> None:
    with exclusively(IMPORTS, file_id) as is_alone:
        if not is_alone:
            return
        try:
            storing.store_file(file_id)
        except FileDamaged:
            previews.record_problem(file_id, MISSING)
        except Exception:
            text = N_("It stopped on the way; the cause is in the log of the worker.")
            previews.record_problem(file_id, text)
            raise
