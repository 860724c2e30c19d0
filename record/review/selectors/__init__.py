"""Reads of queries, verification and signatures."""

from record.review.selectors.closure import closure_text
from record.review.selectors.marks import (
    revisions_verified,
    signatures_of,
    unsigned,
    valid_signature,
    verified_items,
)
from record.review.selectors.plan import (
    in_tier,
    may_know_plan,
    planned,
    verification_plan,
)
from record.review.selectors.queries import (
    checks_of,
    counts_by_state,
    may_on_subject,
    medians,
    open_places,
    possible_actions,
    queries_of,
    queries_visible_to,
    unanswered_counts,
)
from record.review.selectors.query_lines import (
    QueryLine,
    address_of,
    lines_for,
    subject_of,
)
from record.review.selectors.shown import as_shown, changes_since_shown
from record.review.selectors.verification import (
    VerificationLine,
    changed_since,
    complete_forms,
    count_to_verify,
    counts_by_tier,
    sealed_lines,
    verification_lines,
    verifies_open_forms,
    verifies_sealed_forms,
)

__all__ = [
    "QueryLine",
    "VerificationLine",
    "address_of",
    "as_shown",
    "changed_since",
    "changes_since_shown",
    "checks_of",
    "closure_text",
    "complete_forms",
    "count_to_verify",
    "counts_by_state",
    "counts_by_tier",
    "in_tier",
    "lines_for",
    "may_know_plan",
    "may_on_subject",
    "medians",
    "open_places",
    "planned",
    "possible_actions",
    "queries_of",
    "queries_visible_to",
    "revisions_verified",
    "sealed_lines",
    "signatures_of",
    "subject_of",
    "unanswered_counts",
    "unsigned",
    "valid_signature",
    "verification_lines",
    "verification_plan",
    "verified_items",
    "verifies_open_forms",
    "verifies_sealed_forms",
]
