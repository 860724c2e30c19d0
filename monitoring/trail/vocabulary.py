"""The kinds of act by which the audit trail is narrowed, and its readers' words."""

from trial_edc.vocabulary import N_, Codelist


class TrailKind(Codelist):
    """What happened; each entry is of one kind."""

    CREATED = "created", N_("Values entered")
    CHANGED = "changed", N_("Values changed")
    VOIDED = "voided", N_("Struck out")
    FORM = "form", N_("Form opened or its status changed")
    QUERY = "query", N_("Query")
    VERIFICATION = "verification", N_("Verification")
    SIGNATURE = "signature", N_("Signature")
    LOCK = "lock", N_("Freeze or lock")
    RANDOMIZATION = "randomization", N_("Randomization")
    CODE_BREAK = "code_break", N_("Code break")
    EXPORT = "export", N_("Export")
    IMPORT = "import", N_("Import")
    SIGN_IN = "sign_in", N_("Sign-in")
    FAILED_SIGN_IN = "failed_sign_in", N_("Failed sign-in")
    RESTRICTED_VIEW = "restricted_view", N_("View of restricted data")
    RIGHTS = "rights", N_("Roles and rights")
    CONFIGURATION = "configuration", N_("Configuration")
    BACKUP = "backup", N_("Backup")
    CHECK = "check", N_("Edit check fired")
    OTHER = "other", N_("Other")


class TrailReport(Codelist):
    """A report that somebody reviews from time to time."""

    ENDPOINTS = "endpoints", N_("Changes of endpoint items")
    SIGNED = "signed", N_("Changes after a signature")
    LATE = "late", N_("Late entry")
    OFF_DUTY = "off_duty", N_("Entry outside duty hours")
    BULK = "bulk", N_("Many forms changed at once")


# Acts of the trail in words; one that is not here is read by its name.
ACT_WORDS = {
    "account_locked": N_("locked out"),
    "account_unlocked": N_("let in again"),
    "answer_refused": N_("answer to a text message refused"),
    "arm_seen": N_("arm seen"),
    "backup_failed": N_("backup failed"),
    "backup_made": N_("backup made"),
    "backup_requested": N_("backup asked for"),
    "backup_restored": N_("restored from a backup"),
    "calendar_feed_taken": N_("calendar fetched"),
    "casebook_made": N_("casebook made as PDF"),
    "checks_fired": N_("edit checks fired"),
    "cioms_made": N_("CIOMS form made"),
    "code_broken": N_("code broken"),
    "code_opened": N_("code opened"),
    "eligibility_confirmed": N_("eligibility confirmed"),
    "export_taken": N_("export downloaded"),
    "file_opened": N_("file opened"),
    "form_moved_away": N_("form moved to another participant"),
    "form_moved_here": N_("form moved here from another participant"),
    "identity_refused": N_("signature refused"),
    "import_confirmed": N_("laboratory file confirmed"),
    "import_credential_issued": N_("credential issued"),
    "import_credential_revoked": N_("credential revoked"),
    "import_discarded": N_("laboratory file discarded"),
    "import_file_taken": N_("laboratory file downloaded"),
    "import_lines_left_out": N_("lines of a laboratory file left out"),
    "import_previewed": N_("laboratory file previewed"),
    "import_received": N_("laboratory file received"),
    "import_refused": N_("laboratory file refused"),
    "import_stored": N_("laboratory file stored"),
    "list_verified": N_("allocation list verified"),
    "listing_downloaded": N_("listing downloaded"),
    "opened_code_seen": N_("opened code seen"),
    "password_changed": N_("password changed"),
    "password_reset": N_("password reset"),
    "randomisation_refused": N_("randomization refused"),
    "randomised": N_("randomized"),
    "recovery_code_used": N_("recovery code used"),
    "recovery_codes_made": N_("recovery codes made"),
    "recovery_refused": N_("recovery refused"),
    "release_in_force": N_("release in force"),
    "sample_drawn": N_("sample to verify drawn"),
    "second_factor_enrolled": N_("second factor enrolled"),
    "second_factor_refused": N_("second factor refused"),
    "second_factor_revoked": N_("second factor revoked"),
    "session_ended": N_("session ended"),
    "sign_in": N_("signed in"),
    "sign_in_refused": N_("sign-in refused"),
    "sign_out": N_("signed out"),
    "signed": N_("signed"),
    "trail_downloaded": N_("audit trail downloaded"),
    "trail_exported": N_("audit trail exported with its seals"),
    "visit_report_acknowledged": N_("report of a monitoring visit acknowledged"),
    "visit_report_signed": N_("report of a monitoring visit signed"),
    "vault_keys_rewrapped": N_("keys of the vault wrapped anew"),
}
# What followed when an edit check fired, see record/capture/services/check_log.py.
CHECK_OUTCOMES = {
    "refused": N_("refused"),
    "explanation_asked": N_("explanation asked for"),
    "explained": N_("stored with an explanation"),
    "queried": N_("stored, query opened"),
}
