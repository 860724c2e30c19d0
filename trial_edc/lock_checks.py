"""What should be done before the database is locked, room by room.

The page of the lock shows the checks in this order, each with its open lines.
"""

from imports.selectors.open_files import files_before_lock
from randomization.lists.services.verification import unproved_lists
from randomization.study.selectors import restricted_part_not_ready
from record.lock.readiness import ReadinessCheck
from record.lock.selectors import RECORD_CHECKS
from safety.coding.services import terms_without_code
from safety.reconciliation.selectors import open_differences
from trial_edc.vocabulary import N_
from visits.missing_forms.selectors import lines_before_lock
from visits.sign_off.selectors import casebooks_before_lock

LOCK_CHECKS = (
    ReadinessCheck("missing", N_("Forms expected and not begun"), lines_before_lock),
    *RECORD_CHECKS,
    ReadinessCheck(
        "casebooks", N_("Casebooks that no signature holds for"), casebooks_before_lock
    ),
    ReadinessCheck(
        "laboratory_files",
        N_("Laboratory files neither stored nor discarded"),
        files_before_lock,
    ),
    ReadinessCheck("coding", N_("Terms without an approved code"), terms_without_code),
    ReadinessCheck(
        "serious_events",
        N_("Serious events, reports and deaths that do not agree"),
        open_differences,
        strict=True,
    ),
    ReadinessCheck(
        "restricted_part",
        N_("Restricted part, with the accounts of products, not stated ready"),
        restricted_part_not_ready,
    ),
    ReadinessCheck(
        "allocation_lists",
        N_("Allocation lists not proved"),
        unproved_lists,
        strict=True,
    ),
)
