"""Notifies people when a list showed something else than the forms say."""

from structlog.stdlib import get_logger

from record.audit.attribution import Process, Source, attributed
from record.casebook.services import copies
from record.notices.services.watchers import notify_watchers
from trial_edc.vocabulary import N_

WATCH = Process("copy-watch")
logger = get_logger(__name__)


def notify_of_differences() -> int:
    """Name them in the log, and mend them; the number of differences."""
    differences = list(copies.differences())
    for difference in differences:
        logger.error("a list differs from the forms", difference=difference)
    if differences:
        copies.store_all()
        with attributed(by=WATCH, via=Source.TASK):
            notify_watchers(
                "copies_differ",
                N_("A list showed something else than the forms say"),
                N_(
                    "%(count)s differences were found and mended; the log of the "
                    "worker names them. The forms themselves were right all the time. "
                    "Tell whoever maintains the system."
                ),
                count=len(differences),
            )
    return len(differences)
