"""Reads of queries, verification and signatures."""

from record.review.selectors.closure import closure_text
from record.review.selectors.marks import (
    revisions_verified,
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
    complete_forms,
    count_to_verify,
    counts_by_verification,
    sealed_lines,
    verification_lines,
    verifies_sealed_forms,
)

__all__ = [
    "QueryLine",
    "VerificationLine",
    "as_shown",
    "changes_since_shown",
    "closure_text",
    "complete_forms",
    "count_to_verify",
    "counts_by_state",
    "counts_by_verification",
    "lines_for",
    "open_places",
    "possible_actions",
    "queries_of",
    "queries_visible_to",
    "revisions_verified",
    "sealed_lines",
    "signatures_of",
    "unanswered_counts",
    "unsigned",
    "valid_signature",
    "verification_lines",
    "verified_items",
    "verifies_sealed_forms",
]
