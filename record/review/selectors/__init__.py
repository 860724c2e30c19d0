"""Reads of queries, verification and signatures."""

from record.review.selectors.marks import (
    signatures_of,
    unsigned,
    valid_signature,
    verified_items,
)
from record.review.selectors.queries import (
    QueryLine,
    counts_by_state,
    lines_for,
    open_places,
    possible_actions,
    queries_of,
    queries_visible_to,
    unanswered_counts,
)
from record.review.selectors.shown import as_shown, changes_since_shown
from record.review.selectors.verification import (
    VerificationLine,
    VerificationState,
    count_to_verify,
    verification_lines,
)

__all__ = [
    "QueryLine",
    "VerificationLine",
    "VerificationState",
    "as_shown",
    "changes_since_shown",
    "count_to_verify",
    "counts_by_state",
    "lines_for",
    "open_places",
    "possible_actions",
    "queries_of",
    "queries_visible_to",
    "signatures_of",
    "unanswered_counts",
    "unsigned",
    "valid_signature",
    "verification_lines",
    "verified_items",
]
