"""Roles, permissions and grants: who may do what, as one table.

Source: CRF catalogue §8. Pages ask for permissions, never for roles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from trial_edc.vocabulary import N_, Term


class BlindingClass(Term):
    """What an account may ever know of the arms; never changed once given."""

    BLINDED = "B", N_("blinded")
    UNBLINDED = "U", N_("unblinded")
    CASE_BY_CASE = "C", N_("case by case, through a code break")
    NO_DATA = "-", N_("sees no trial data")


class Role(Term):
    """What a person is in the trial; one role an account."""

    CO = "CO", N_("Coordinator")
    IN = "IN", N_("Investigator")
    PI = "PI", N_("Principal investigator")
    BN = "BN", N_("Bedside nurse")
    MO = "MO", N_("Monitor")
    DM = "DM", N_("Data manager")
    BR = "BR", N_("Blinded reader")
    UP = "UP", N_("Unblinded pharmacist")
    PN = "PN", N_("Product nurse")
    UM = "UM", N_("Unblinded monitor")
    LC = "LC", N_("List custodian")
    US = "US", N_("Unblinded statistician")
    SO = "SO", N_("Safety officer")
    AD = "AD", N_("Administrator")


class Limit(Term):
    """How a grant is limited; the page or service that acts on it holds to it."""

    IN_PATIENTS = "a", N_("in-patients only; of identity, name and hospital number")
    INFUSION_TIMES = "b", N_("header, infusion requests and infusion times only")
    SAFETY_FORMS = "d", N_("safety and death forms and what they link to")
    DELEGATED = "e", N_("with delegation on that date")
    OWN_PRODUCT = "g", N_("allocated participants only, through the product record")
    OWN_CODE_BREAK = "h", N_("only after a code break of one's own")
    OWN_BEDSIDE = "i", N_("own bedside forms only")
    RESTRICTED_FORMS = "j", N_("restricted forms only")
    SIGN_INS = "o", N_("sign-ins, rights and technical events; no clinical value")
    DELIVERY = "p", N_("delivery state, no text")


class Permission(StrEnum):
    """A deed that a role may be granted."""

    READ_CASEBOOK = "read_casebook"
    SEE_IDENTITY = "see_identity"
    ENTER_CRF = "enter_crf"
    IMPORT_LAB = "import_lab"
    MARK_MISSED = "mark_missed"
    ENTER_BEDSIDE = "enter_bedside"
    JUDGE = "judge"
    CONFIRM_ELIGIBILITY = "confirm_eligibility"
    SIGN_INFUSION_REQUEST = "sign_infusion_request"
    SIGN_FORM = "sign_form"
    SIGN_CASEBOOK = "sign_casebook"
    CONFIRM_DEVIATION = "confirm_deviation"
    RANDOMIZE = "randomize"
    SEE_PRODUCT = "see_product"
    ENTER_PRODUCT = "enter_product"
    CHECK_PRODUCT = "check_product"
    SIGN_PRODUCT = "sign_product"
    SEE_ARM = "see_arm"
    CODE_BREAK = "code_break"
    CODE_BREAK_SUSAR = "code_break_susar"
    ASSESS_SAFETY = "assess_safety"
    RECORD_CODE_BREAK = "record_code_break"
    ANSWER_QUERY = "answer_query"
    RAISE_QUERY = "raise_query"
    CLOSE_QUERY = "close_query"
    VERIFY = "verify"
    CHECK_CONSENT = "check_consent"
    AUDIT_REVIEW = "audit_review"
    FREEZE = "freeze"
    LOCK = "lock"
    LOCK_DATABASE = "lock_database"
    STATE_RESTRICTED_READY = "state_restricted_ready"
    RECHECK = "recheck"
    REFERENCE_DATA = "reference_data"
    EXPORT_BLINDED = "export_blinded"
    PRINT_CASEBOOK = "print_casebook"
    EXPORT_UNBLINDED = "export_unblinded"
    CLOSED_REPORT = "closed_report"
    POOLED_DASHBOARD = "pooled_dashboard"
    LIST_GENERATE = "list_generate"
    LIST_APPROVE = "list_approve"
    OPEN_CODE = "open_code"
    PAUSE_STUDY = "pause_study"
    READ_AUDIT = "read_audit"
    MESSAGES = "messages"
    MANAGE_USERS = "manage_users"
    APPROVE_DELEGATION = "approve_delegation"
    SETTINGS = "settings"
    BACKUP = "backup"


# ● yes · ◐x limited, see Limit · ① ② first and second person, never the same · · no.
# Where the catalogue limits a role to one part of a row (its notes c, f, k, l, m, n, q)
# that part is a row of its own here, so that forgetting the limit opens nothing.
GRANTS = """
                        CO  IN  PI  BN  MO  DM  BR  UP  PN  UM  LC  US  SO  AD
class                   B   B   B   B   B   B   B   U   U   U   U   U   C   -
read_casebook           ●   ●   ●   ◐a  ●   ●   ●   ◐b  ◐b  ●   ·   ·   ◐d  ·
see_identity            ●   ●   ●   ◐a  ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
enter_crf               ●   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
import_lab              ●   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
mark_missed             ●   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
enter_bedside           ●   ●   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
judge                   ·   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
confirm_eligibility     ·   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
sign_infusion_request   ·   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
sign_form               ·   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
sign_casebook           ·   ◐e  ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
confirm_deviation       ·   ◐e  ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
randomize               ●   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
see_product             ·   ·   ·   ·   ·   ·   ·   ●   ●   ●   ·   ·   ·   ·
enter_product           ·   ·   ·   ·   ·   ·   ·   ●   ●   ·   ·   ·   ·   ·
check_product           ·   ·   ·   ·   ·   ·   ·   ①②  ①②  ·   ·   ·   ·   ·
sign_product            ·   ·   ·   ·   ·   ·   ·   ①②  ①②  ·   ·   ·   ·   ·
see_arm                 ·   ·   ·   ·   ·   ·   ·   ◐g  ◐g  ◐g  ●   ·   ◐h  ·
code_break              ·   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
code_break_susar        ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ●   ·
assess_safety           ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ●   ·
record_code_break       ●   ●   ●   ·   ·   ·   ·   ●   ●   ·   ·   ·   ●   ·
answer_query            ●   ●   ●   ◐i  ·   ·   ·   ◐j  ◐j  ·   ·   ·   ·   ·
raise_query             ·   ·   ·   ·   ●   ●   ·   ·   ·   ◐j  ·   ·   ◐d  ·
close_query             ·   ·   ·   ·   ●   ●   ·   ·   ·   ◐j  ·   ·   ◐d  ·
verify                  ·   ·   ·   ·   ●   ·   ·   ·   ·   ◐j  ·   ·   ·   ·
check_consent           ·   ·   ·   ·   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·
audit_review            ·   ·   ·   ·   ●   ●   ·   ·   ·   ◐j  ·   ·   ·   ·
freeze                  ·   ·   ·   ·   ●   ●   ·   ·   ·   ◐j  ·   ·   ·   ·
lock                    ·   ·   ·   ·   ·   ●   ·   ·   ·   ◐j  ·   ·   ·   ·
lock_database           ·   ·   ②   ·   ·   ①   ·   ·   ·   ·   ·   ·   ·   ·
state_restricted_ready  ·   ·   ·   ·   ·   ·   ·   ·   ·   ●   ·   ·   ·   ·
recheck                 ·   ·   ②   ·   ·   ①   ·   ·   ·   ·   ·   ·   ·   ·
reference_data          ·   ·   ②   ·   ·   ①   ·   ·   ·   ·   ·   ·   ·   ·
export_blinded          ·   ●   ●   ·   ●   ●   ●   ·   ·   ·   ·   ·   ·   ·
print_casebook          ●   ●   ●   ·   ●   ●   ●   ·   ·   ·   ·   ·   ·   ·
export_unblinded        ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ●   ·   ·
closed_report           ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ●   ·   ·
pooled_dashboard        ●   ●   ●   ·   ●   ●   ●   ·   ·   ·   ·   ·   ●   ·
list_generate           ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ①   ·   ·   ·
list_approve            ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ②   ·   ·
open_code               ·   ·   ②   ·   ·   ·   ·   ·   ·   ·   ①   ·   ·   ·
pause_study             ·   ·   ①②  ·   ·   ·   ·   ·   ·   ·   ·   ·   ①②  ·
read_audit              ●   ●   ●   ·   ●   ●   ●   ◐j  ◐j  ◐j  ·   ·   ·   ◐o
messages                ●   ●   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ◐p
manage_users            ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ●
approve_delegation      ·   ·   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
settings                ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ●
backup                  ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ●
"""
PERSONS = {"①": frozenset({1}), "②": frozenset({2}), "①②": frozenset({1, 2})}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a cell of the table gives."""

    limit: Limit | None = None
    persons: frozenset[int] = frozenset()


def _cell(mark: str) -> Grant:
    if mark.startswith("◐"):
        return Grant(limit=Limit(mark.removeprefix("◐")))
    return Grant() if mark == "●" else Grant(persons=PERSONS[mark])


def _read(
    table: str,
) -> tuple[Mapping[str, BlindingClass], Mapping[tuple[str, Permission], Grant]]:
    header, classes, *rows = (line.split() for line in table.strip().splitlines())
    roles = [Role(code) for code in header]
    grants = {
        (role.value, Permission(name)): _cell(mark)
        for name, *marks in rows
        for role, mark in zip(roles, marks, strict=True)
        if mark != "·"
    }
    of_class = zip(roles, classes[1:], strict=True)
    return {role.value: BlindingClass(mark) for role, mark in of_class}, grants


_CLASSES, _GRANTS = _read(GRANTS)


def has(role: str, permission: Permission) -> bool:
    """Tell whether the role may do this at all, limited or not."""
    return (role, permission) in _GRANTS


def limit(role: str, permission: Permission) -> Limit | None:
    """Return how the grant is limited; None when it is whole or not given."""
    grant = _GRANTS.get((role, permission))
    return grant.limit if grant else None


def persons(role: str, permission: Permission) -> frozenset[int]:
    """Return which person of two the role may be; empty when one person suffices."""
    grant = _GRANTS.get((role, permission))
    return grant.persons if grant else frozenset()


def roles_with(*permissions: Permission) -> frozenset[Role]:
    """Return the roles that hold at least one of the permissions."""
    return frozenset(role for role in Role if any(has(role, p) for p in permissions))


def permissions_of(role: str) -> frozenset[Permission]:
    """Return everything the role may do."""
    return frozenset(p for p in Permission if has(role, p))


def blinding_class(role: str) -> BlindingClass:
    """Return what an account of this role may know of the arms."""
    return _CLASSES[role]


def roles_of(blinding: BlindingClass) -> list[Role]:
    """Return the roles among which an account of this class may change."""
    return [role for role in Role if _CLASSES[role.value] == blinding]
