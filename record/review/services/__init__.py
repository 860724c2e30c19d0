"""Queries, verification, signatures, freezing and locking: the writes of review."""

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
    CHECKS,
    LONGEST,
    answer_query,
    close_query,
    raise_query,
    reopen_query,
    return_query,
    standing_places,
    sync_check_queries,
)

__all__ = [
    "CHECKS",
    "LONGEST",
    "answer_query",
    "close_query",
    "freeze",
    "lock_database",
    "lock_form",
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
