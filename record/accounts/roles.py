"""Roles, permissions and grants: who may do what, as one table.

Source: CRF catalogue §8. Pages ask for permissions, never for roles.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Codelist


class BlindingClass(Codelist):
    """What an account may ever know of the arms; never changed once given."""

    BLINDED = "B", N_("blinded")
    UNBLINDED = "U", N_("unblinded")
    CASE_BY_CASE = "C", N_("case by case, through a code break")
    NO_DATA = "-", N_("sees no trial data")


class Role(Codelist):
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


class Limit(Codelist):
    """How a grant is limited; the page or service that acts on it enforces it."""

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


# They leave only the forms that declare them.
LIMITS_OF_FORMS = frozenset({Limit.INFUSION_TIMES, Limit.SAFETY_FORMS})


class Permission(Codelist):
    """What a role may be granted; the label follows "the right to …"."""

    READ_CASEBOOK = "read_casebook", N_("read casebooks")
    SEE_IDENTITY = "see_identity", N_("see who a participant is")
    ENTER_CRF = "enter_crf", N_("enter forms")
    IMPORT_LAB = "import_lab", N_("import laboratory values")
    MARK_MISSED = "mark_missed", N_("mark a visit missed")
    ENTER_BEDSIDE = "enter_bedside", N_("enter bedside forms")
    JUDGE = "judge", N_("judge causality, criteria and deviations")
    CONFIRM_ELIGIBILITY = "confirm_eligibility", N_("confirm eligibility")
    SIGN_INFUSION_REQUEST = "sign_infusion_request", N_("sign infusion requests")
    SIGN_FORM = "sign_form", N_("sign forms")
    SIGN_CASEBOOK = "sign_casebook", N_("sign casebooks")
    CONFIRM_DEVIATION = "confirm_deviation", N_("confirm important deviations")
    RANDOMIZE = "randomize", N_("randomize")
    SEE_PRODUCT = "see_product", N_("see product records")
    ENTER_PRODUCT = "enter_product", N_("enter product records")
    CHECK_PRODUCT = "check_product", N_("check a product as second person")
    SIGN_PRODUCT = "sign_product", N_("sign product records")
    SEE_ARM = "see_arm", N_("see an arm")
    CODE_BREAK = "code_break", N_("break the code in an emergency")
    CODE_BREAK_SUSAR = "code_break_susar", N_("break the code for a SUSAR")
    ASSESS_SAFETY = "assess_safety", N_("assess safety for the sponsor")
    RECORD_CODE_BREAK = (
        "record_code_break",
        N_("record an outside or accidental code break"),
    )
    ANSWER_QUERY = "answer_query", N_("answer queries")
    RAISE_QUERY = "raise_query", N_("raise queries")
    CLOSE_QUERY = "close_query", N_("close queries")
    VERIFY = "verify", N_("verify against the source")
    CHECK_CONSENT = "check_consent", N_("check consents")
    AUDIT_REVIEW = "audit_review", N_("review the audit trail")
    MONITOR_SITE = "monitor_site", N_("plan and report monitoring visits")
    READ_MONITORING = "read_monitoring", N_("read reports of monitoring visits")
    ACKNOWLEDGE_MONITORING = (
        "acknowledge_monitoring",
        N_("acknowledge reports of monitoring visits"),
    )
    FREEZE = "freeze", N_("freeze")
    LOCK = "lock", N_("lock")
    LOCK_DATABASE = "lock_database", N_("lock and unlock the database")
    STATE_RESTRICTED_READY = (
        "state_restricted_ready",
        N_("state that the restricted part is ready for lock"),
    )
    RECHECK = "recheck", N_("run all checks again")
    REFERENCE_DATA = "reference_data", N_("keep reference ranges and codes")
    EXPORT_BLINDED = "export_blinded", N_("export blinded data")
    PRINT_CASEBOOK = "print_casebook", N_("print one casebook")
    EXPORT_UNBLINDED = "export_unblinded", N_("export unblinded data")
    CLOSED_REPORT = "closed_report", N_("open the closed report")
    POOLED_DASHBOARD = "pooled_dashboard", N_("open the dashboard")
    LIST_GENERATE = "list_generate", N_("keep the allocation list")
    LIST_APPROVE = "list_approve", N_("approve the allocation list")
    OPEN_CODE = "open_code", N_("open the code after lock")
    PAUSE_STUDY = "pause_study", N_("pause and reopen the study")
    READ_AUDIT = "read_audit", N_("read the audit trail")
    MESSAGES = "messages", N_("handle messages to participants")
    MANAGE_USERS = "manage_users", N_("manage accounts")
    APPROVE_DELEGATION = "approve_delegation", N_("approve delegations")
    SETTINGS = "settings", N_("change settings")
    BACKUP = "backup", N_("make backups")


# Whoever holds one of these can learn an arm, or decides who does.
LEARN_AN_ARM = (
    Permission.SEE_ARM,
    Permission.SEE_PRODUCT,
    Permission.CODE_BREAK,
    Permission.CODE_BREAK_SUSAR,
    Permission.EXPORT_UNBLINDED,
    Permission.CLOSED_REPORT,
    Permission.LIST_GENERATE,
    Permission.LIST_APPROVE,
    Permission.OPEN_CODE,
    Permission.MANAGE_USERS,
    Permission.APPROVE_DELEGATION,
)
# Granted below, but nothing asks for them before these requirements are fulfilled; a
# test holds the table against the code and against what is implemented.
AWAITING = {
    Permission.SETTINGS: ("VAL-06",),
    Permission.CLOSED_REPORT: ("ANA-01",),
}

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
monitor_site            ·   ·   ·   ·   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·
read_monitoring         ·   ·   ●   ·   ●   ●   ●   ·   ·   ·   ·   ·   ●   ·
acknowledge_monitoring  ·   ·   ●   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·
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
FIRST, SECOND = 1, 2  # who enters or proposes, who approves or confirms
PERSONS = {
    "①": frozenset({FIRST}),
    "②": frozenset({SECOND}),
    "①②": frozenset({FIRST, SECOND}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a cell of the table gives."""

    limit: Limit | None = None
    persons: frozenset[int] = frozenset()


def _parse_grant(mark: str) -> Grant:
    if mark.startswith("◐"):
        return Grant(limit=Limit(mark.removeprefix("◐")))
    return Grant() if mark == "●" else Grant(persons=PERSONS[mark])


def _parse(
    table: str,
) -> tuple[Mapping[str, BlindingClass], Mapping[tuple[str, Permission], Grant]]:
    header, classes, *rows = (line.split() for line in table.strip().splitlines())
    roles = [Role(code) for code in header]
    grants = {
        (role.value, Permission(name)): _parse_grant(mark)
        for name, *marks in rows
        for role, mark in zip(roles, marks, strict=True)
        if mark != "·"
    }
    of_class = zip(roles, classes[1:], strict=True)
    return {role.value: BlindingClass(mark) for role, mark in of_class}, grants


_CLASSES, _GRANTS = _parse(GRANTS)


@implements("ACC-04")
def has(role: str, permission: Permission) -> bool:
    return (role, permission) in _GRANTS


def limit(role: str, permission: Permission) -> Limit | None:
    """None when the grant is not limited, or there is none."""
    grant = _GRANTS.get((role, permission))
    return grant.limit if grant else None


def persons(role: str, permission: Permission) -> frozenset[int]:
    """First and second of two persons; empty when one person suffices."""
    grant = _GRANTS.get((role, permission))
    return grant.persons if grant else frozenset()


def roles_with(*permissions: Permission) -> frozenset[Role]:
    return frozenset(role for role in Role if any(has(role, p) for p in permissions))


def permissions_of(role: str) -> frozenset[Permission]:
    return frozenset(p for p in Permission if has(role, p))


def blinding_class(role: str) -> BlindingClass:
    return _CLASSES[role]


def roles_of(blinding: BlindingClass) -> list[Role]:
    return [role for role in Role if _CLASSES[role.value] == blinding]
