"""Queries, verification, signatures, freezing and locking: the writes of review."""

from record.review.services.automatic_queries import (
    CHECKS,
    CheckedForm,
    Threads,
    automatic_queries,
    places_of,
    standing_places,
    sync_check_queries,
)
from record.review.services.locking import (
    freeze,
    lock_database,
    lock_form,
    unlock_database,
)
from record.review.services.marks import (
    sign,
    verify,
    verify_rows,
    void_marks,
    withdraw_verifications,
)
from record.review.services.queries import (
    LONGEST,
    Assignment,
    Subject,
    answer_query,
    assign_query,
    cancel_query,
    close_query,
    raise_query,
    raise_query_on,
    reopen_query,
    return_query,
    take_step,
)
from record.review.services.query_batches import refusals, step_together
from record.review.services.query_files import record_download
from record.review.services.sign_offs import (
    meaning_of,
    note_form_shown,
    note_part_shown,
    sign_off,
    void_sign_offs,
)

__all__ = [
    "CHECKS",
    "LONGEST",
    "Assignment",
    "CheckedForm",
    "Subject",
    "Threads",
    "answer_query",
    "assign_query",
    "automatic_queries",
    "cancel_query",
    "close_query",
    "freeze",
    "lock_database",
    "lock_form",
    "meaning_of",
    "note_form_shown",
    "note_part_shown",
    "places_of",
    "raise_query",
    "raise_query_on",
    "record_download",
    "refusals",
    "reopen_query",
    "return_query",
    "sign",
    "sign_off",
    "standing_places",
    "step_together",
    "sync_check_queries",
    "take_step",
    "unlock_database",
    "verify",
    "verify_rows",
    "void_marks",
    "void_sign_offs",
    "withdraw_verifications",
]
