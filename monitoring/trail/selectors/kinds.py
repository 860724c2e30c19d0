"""Which entries are of which kind: as a condition of the database, and of one entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django.db.models import Q

from monitoring.trail.vocabulary import TrailKind
from record.audit.models import Entry
from record.casebook import catalogue
from record.casebook.models import FormInstance

SHEETS = FormInstance._meta.db_table
VOIDED, LOCKED = ("struck_at",), ("frozen_at", "locked_at")
INSERT, UPDATE = Entry.Operation.INSERT, Entry.Operation.UPDATE


@dataclass(frozen=True)
class RowsRule:
    """Writes of some tables, as far as operation and columns narrow them."""

    tables: tuple[str, ...]
    operation: str = ""
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()

    @property
    def condition(self) -> Q:
        """With the columns of the index `entry_kind`, in its order."""
        condition = Q(act="", table_name__in=self.tables)
        if self.operation:
            condition &= Q(operation=self.operation)
        if self.any_of:
            condition &= Q(new_values__has_any_keys=self.any_of)
        if self.none_of:
            condition &= ~Q(new_values__has_any_keys=self.none_of)
        return condition

    def fits(self, entry: Entry) -> bool:
        columns = entry.new_values.keys()
        return (
            entry.table_name in self.tables
            and self.operation in ("", entry.operation)
            and (not self.any_of or not columns.isdisjoint(self.any_of))
            and columns.isdisjoint(self.none_of)
        )


@dataclass(frozen=True)
class ActsRule:
    """Acts of these names."""

    acts: tuple[str, ...]
    tables: ClassVar[tuple[str, ...]] = ()

    @property
    def condition(self) -> Q:
        return Q(act__in=self.acts)

    def fits(self, entry: Entry) -> bool:
        return entry.act in self.acts


Rules = Mapping[TrailKind, tuple[RowsRule | ActsRule, ...]]


def rows(*tables: str, **narrowed: Any) -> RowsRule:
    return RowsRule(tables, **narrowed)


def acts(*names: str) -> ActsRule:
    return ActsRule(names)


@cache
def form_codes() -> Mapping[str, str]:
    """The code of a form by the table of its items."""
    return {d.model._meta.db_table: d.code for d in catalogue.designs().values()}


@cache
def kind_rules() -> Rules:
    """All kinds but `OTHER`, which has what is left."""
    crf = tuple(form_codes())
    return {
        TrailKind.CREATED: (rows(*crf, operation=INSERT),),
        TrailKind.CHANGED: (rows(*crf, operation=UPDATE),),
        **OTHER_RULES,
    }


OTHER_RULES: Rules = {
    TrailKind.VOIDED: (rows(SHEETS, any_of=VOIDED), acts("form_moved_away")),
    TrailKind.LOCK: (
        rows(SHEETS, any_of=LOCKED),
        rows("audit_databaselock", "lock_lockproposal"),
        rows("randomization_restrictedstatement"),
    ),
    TrailKind.FORM: (
        rows(SHEETS, none_of=(*VOIDED, *LOCKED)),
        rows("casebook_participant", "casebook_storedfile", "entry_formmove"),
        rows("visits_bedsideact", "visits_deviationfinding"),
        rows("enrollment_personkey", "enrollment_identityquestion"),
        rows("enrollment_refusedregistration"),
        acts("form_moved_here"),
    ),
    TrailKind.QUERY: (rows("review_query", "review_querystep"),),
    TrailKind.VERIFICATION: (
        rows("review_verification", "review_sampleseed", "review_raisedshare"),
        acts("sample_drawn"),
    ),
    TrailKind.SIGNATURE: (
        rows("review_signature", "enrollment_eligibilityconfirmation"),
        rows("review_signingview", "accounts_signatureacknowledgement"),
        acts("signed", "signed_off", "signature_acknowledged", "eligibility_confirmed"),
        acts("visit_report_signed", "visit_report_acknowledged"),
    ),
    TrailKind.RANDOMIZATION: (
        rows("randomization_allocation", "randomization_allocationlist"),
        rows("randomization_slot", "enrollment_frozenscreening"),
        acts("randomised", "randomisation_refused", "list_verified"),
        acts("list_drafted", "list_approved", "list_sealed", "list_destroyed"),
    ),
    TrailKind.PRODUCT: (
        rows("randomization_lotrecord", "randomization_preparationcheck"),
        acts("preparation_confirmed", "label_printed"),
    ),
    TrailKind.SAFETY: (
        rows("safety_sentreport", "safety_latecase", "safety_termcode"),
        rows("safety_safetylist", "safety_safetycase", "safety_accepteddifference"),
    ),
    TrailKind.MONITORING: (
        rows("monitoring_monitoringvisit", "monitoring_visitfinding"),
        rows("monitoring_visitaction", "monitoring_visitreport"),
        rows("monitoring_auditreview"),
    ),
    TrailKind.CODE_BREAK: (
        rows("randomization_codebreak", "randomization_codeopening"),
        acts("code_broken", "code_opened"),
    ),
    TrailKind.EXPORT: (
        rows("exports_export", "exports_copyhandover"),
        acts("export_taken", "listing_downloaded", "trail_downloaded"),
        acts("trail_exported", "cioms_made", "casebook_made", "calendar_feed_taken"),
        acts("queries_downloaded", "access_report_downloaded"),
    ),
    TrailKind.IMPORT: (
        rows("entry_importedfile"),
        acts("import_received", "import_previewed", "import_lines_left_out"),
        acts("import_confirmed", "import_stored", "import_discarded"),
        acts("import_file_taken"),
    ),
    TrailKind.SIGN_IN: (acts("sign_in", "sign_out", "session_ended"),),
    TrailKind.FAILED_SIGN_IN: (
        acts("sign_in_refused", "second_factor_refused", "recovery_refused"),
        acts("identity_refused", "account_locked", "import_refused", "answer_refused"),
    ),
    TrailKind.RESTRICTED_VIEW: (acts("arm_seen", "opened_code_seen", "file_opened"),),
    TrailKind.RIGHTS: (
        rows("accounts_user", "accounts_accountproposal", "visits_calendarfeed"),
        rows("accounts_secondfactor", "accounts_recoverycode", "accounts_passkey"),
        rows("accounts_accessreview"),
        acts("password_changed", "password_reset", "account_unlocked"),
        acts("second_factor_enrolled", "second_factor_revoked"),
        acts("passkey_registered", "passkey_removed", "passkey_copied"),
        acts("recovery_codes_made", "recovery_code_used"),
    ),
    TrailKind.CONFIGURATION: (
        rows("visits_laboratory", "visits_referencerange", "safety_dictionary"),
        rows("enrollment_consentdocument", "entry_importsource"),
        rows("randomization_infusionplanversion", "randomization_studystatuschange"),
        acts("release_in_force", "vault_keys_rewrapped"),
        acts("import_credential_issued", "import_credential_revoked"),
    ),
    TrailKind.BACKUP: (
        acts("backup_requested", "backup_made", "backup_failed", "backup_restored"),
    ),
    TrailKind.CHECK: (
        rows("capture_checkrun"),
        acts("checks_fired", "checks_run_again"),
    ),
    TrailKind.MESSAGE: (rows("notices_message", "entry_digestday"),),
    TrailKind.CLOCK: (rows("notices_clockcomparison"),),
}


def of_kinds(*kinds: TrailKind) -> Q:
    condition = Q()
    for kind in kinds:
        for rule in kind_rules().get(kind, ()):
            condition |= rule.condition
        if kind == TrailKind.OTHER:
            condition |= _left()
    return condition


def _left() -> Q:
    rules = [rule for kind in kind_rules().values() for rule in kind]
    tables = {name for rule in rules for name in rule.tables}
    names = {name for r in rules if isinstance(r, ActsRule) for name in r.acts}
    return ~Q(table_name__in=tables) & ~Q(act__in=names)


def kind_of(entry: Entry) -> TrailKind:
    fitting = (
        kind
        for kind, rules in kind_rules().items()
        if any(rule.fits(entry) for rule in rules)
    )
    return next(fitting, TrailKind.OTHER)
