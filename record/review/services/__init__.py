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
    void_marks,
    withdraw_verification,
)
from record.review.services.queries import (
    LONGEST,
    answer_query,
    close_query,
    raise_query,
    reopen_query,
    return_query,
)

__all__ = [
    "CHECKS",
    "LONGEST",
    "CheckedForm",
    "Threads",
    "answer_query",
    "automatic_queries",
    "close_query",
    "freeze",
    "lock_database",
    "lock_form",
    "places_of",
    "raise_query",
    "reopen_query",
    "return_query",
    "sign",
    "standing_places",
    "sync_check_queries",
    "unlock_database",
    "verify",
    "void_marks",
    "withdraw_verification",
]
