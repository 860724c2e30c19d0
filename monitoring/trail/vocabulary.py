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
    PRODUCT = "product", N_("Product and its preparation")
    CODE_BREAK = "code_break", N_("Code break")
    SAFETY = "safety", N_("Safety and coding")
    MONITORING = "monitoring", N_("Monitoring")
    EXPORT = "export", N_("Export")
    IMPORT = "import", N_("Import")
    SIGN_IN = "sign_in", N_("Sign-in")
    FAILED_SIGN_IN = "failed_sign_in", N_("Failed sign-in")
    RESTRICTED_VIEW = "restricted_view", N_("View of restricted data")
    RIGHTS = "rights", N_("Roles and rights")
    CONFIGURATION = "configuration", N_("Configuration")
    BACKUP = "backup", N_("Backup")
    CHECK = "check", N_("Edit checks")
    MESSAGE = "message", N_("Message")
    CLOCK = "clock", N_("Comparison of clocks")
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
    "access_report_downloaded": N_("access report downloaded"),
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
    "checks_run_again": N_("edit checks run again"),
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
    "label_printed": N_("label printed"),
    "list_approved": N_("allocation list approved"),
    "list_destroyed": N_("allocation list destroyed"),
    "list_drafted": N_("allocation list drafted"),
    "list_sealed": N_("allocation list sealed"),
    "list_verified": N_("allocation list verified"),
    "listing_downloaded": N_("listing downloaded"),
    "opened_code_seen": N_("opened code seen"),
    "passkey_copied": N_("copied passkey revoked"),
    "passkey_registered": N_("passkey registered"),
    "passkey_removed": N_("passkey removed"),
    "password_changed": N_("password changed"),
    "password_reset": N_("password reset"),
    "preparation_confirmed": N_("preparation confirmed"),
    "queries_downloaded": N_("queries downloaded"),
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
    "signature_acknowledged": N_("electronic signature acknowledged"),
    "signed": N_("signed"),
    "signed_off": N_("visit or casebook signed off"),
    "trail_downloaded": N_("audit trail downloaded"),
    "trail_exported": N_("audit trail exported with its seals"),
    "vault_keys_rewrapped": N_("keys of the vault wrapped anew"),
    "visit_report_acknowledged": N_("report of a monitoring visit acknowledged"),
    "visit_report_signed": N_("report of a monitoring visit signed"),
}
# Rows that are no values of a form, by table: what they are.
TABLE_WORDS = {
    "accounts_accessreview": N_("review of who has access"),
    "accounts_accountproposal": N_("change of an account"),
    "accounts_passkey": N_("passkey"),
    "accounts_recoverycode": N_("recovery code"),
    "accounts_secondfactor": N_("second factor"),
    "accounts_signatureacknowledgement": N_("acknowledgement of signatures"),
    "accounts_user": N_("account"),
    "audit_databaselock": N_("lock of the database"),
    "capture_checkrun": N_("run of the edit checks"),
    "casebook_participant": N_("participant"),
    "casebook_storedfile": N_("file"),
    "enrollment_consentdocument": N_("version of the consent form"),
    "enrollment_eligibilityconfirmation": N_("confirmation of eligibility"),
    "enrollment_frozenscreening": N_("screening as it was at randomization"),
    "enrollment_identityquestion": N_("question whether two are one person"),
    "enrollment_personkey": N_("hospital number"),
    "enrollment_refusedregistration": N_("refused registration"),
    "entry_digestday": N_("morning mails of a day"),
    "entry_formmove": N_("form moved to another participant"),
    "entry_importedfile": N_("laboratory file"),
    "entry_importsource": N_("source of laboratory files"),
    "exports_copyhandover": N_("hand-over of casebooks"),
    "exports_export": N_("export"),
    "lock_lockproposal": N_("proposal to lock or unlock"),
    "monitoring_auditreview": N_("review of a report of the trail"),
    "monitoring_monitoringvisit": N_("monitoring visit"),
    "monitoring_visitaction": N_("action of a monitoring visit"),
    "monitoring_visitfinding": N_("finding of a monitoring visit"),
    "monitoring_visitreport": N_("report of a monitoring visit"),
    "notices_clockcomparison": N_("comparison of clocks"),
    "notices_message": N_("message"),
    "randomization_allocation": N_("allocation"),
    "randomization_allocationlist": N_("allocation list"),
    "randomization_codebreak": N_("code break"),
    "randomization_codeopening": N_("opening of the codes"),
    "randomization_infusionplanversion": N_("version of the infusion plan"),
    "randomization_lotrecord": N_("lot"),
    "randomization_preparationcheck": N_("check of a preparation"),
    "randomization_restrictedstatement": N_("statement that product records are ready"),
    "randomization_slot": N_("place in the allocation list"),
    "randomization_studystatuschange": N_("status of the study"),
    "review_query": N_("query"),
    "review_querystep": N_("step of a query"),
    "review_raisedshare": N_("raised share to verify"),
    "review_sampleseed": N_("seed of the sample to verify"),
    "review_signature": N_("signature"),
    "review_signingview": N_("view before a signature"),
    "review_verification": N_("verification"),
    "safety_accepteddifference": N_("accepted difference"),
    "safety_dictionary": N_("dictionary"),
    "safety_latecase": N_("case after the lock"),
    "safety_safetycase": N_("case in the list of the safety database"),
    "safety_safetylist": N_("list of the safety database"),
    "safety_sentreport": N_("report sent to the sponsor"),
    "safety_termcode": N_("code of a term"),
    "visits_bedsideact": N_("action at the bedside"),
    "visits_calendarfeed": N_("address of a calendar"),
    "visits_deviationfinding": N_("deviation that a rule recognized"),
    "visits_laboratory": N_("laboratory"),
    "visits_referencerange": N_("reference range"),
}
# What followed when an edit check fired, see record/capture/services/check_log.py.
CHECK_OUTCOMES = {
    "refused": N_("refused"),
    "explanation_asked": N_("explanation asked for"),
    "explained": N_("stored with an explanation"),
    "queried": N_("stored, query opened"),
}
