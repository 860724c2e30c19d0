"""The words of a casebook as PDF that are not the casebook's own."""

from trial_edc.vocabulary import N_

CASEBOOK = {
    "casebook": N_("Casebook"),
    "participant": N_("Participant"),
    "trial": N_("Trial"),
    "software": N_("Software version"),
    "protocol": N_("Protocol version"),
    "made_by": N_("Made by"),
    "made_at": N_("Made at"),
    "lock": N_("Lock of the data"),
    "no_lock": N_("The database is not locked."),
    "lock_version": N_("version"),
    "locked_by": N_("locked by"),
    "data_digest": N_("SHA-256 of the locked data"),
    "contents": N_("Contents"),
    "without": N_(
        "This copy holds all forms of the participant that blinded readers see, with "
        "their queries, verifications, signatures and audit trail. Forms of product, "
        "identity and the sponsor's own assessments are not part of it. Of a birth "
        "date it has the year."
    ),
    "hashed": N_(
        "The SHA-256 at the foot of each page is that of the file content.json, which "
        "is attached to this PDF and holds all that this copy says of the participant. "
        "The audit trail records it, with the SHA-256 of this PDF; the command "
        "verify_casebook compares both."
    ),
    "times": N_("Times are those of the site, with their offset from UTC."),
    "sign_offs": N_("Signatures of the casebook and its visits"),
    "not_begun": N_("Forms without an entry"),
    "other_queries": N_("Queries about no form"),
    "status": N_("Status"),
    "version": N_("Form version"),
    "revision": N_("Revision"),
    "item": N_("Item"),
    "value": N_("Value"),
    "unit": N_("Unit"),
    "computed": N_("Computed"),
    "row": N_("Row"),
    "verified": N_("verified"),
    "changed": N_("changed since it was verified"),
    "queries": N_("Queries"),
    "query": N_("Query"),
    "verification": N_("Verification"),
    "withdrawn": N_("withdrawn"),
    "signatures": N_("Signatures"),
    "name": N_("Name"),
    "role": N_("Role"),
    "meaning": N_("Meaning"),
    "at": N_("Time"),
    "state": N_("State"),
    "of": N_("Signature of"),
    "trail": N_("Audit trail"),
    "utc": N_("Time (UTC)"),
    "site": N_("Time (site)"),
    "who": N_("User"),
    "via": N_("Way"),
    "old": N_("Old value"),
    "new": N_("New value"),
    "reason": N_("Reason"),
    "page": N_("page {page} of {pages}"),
}
BLANK_FORMS = {
    "blank": N_("Blank forms"),
    "annotated": N_("Annotated forms"),
    "participant": N_("Participant number"),
    "visit": N_("Visit"),
    "row": N_("Row"),
    "date": N_("Date"),
    "initials": N_("Initials"),
    "version": N_("Form version"),
    "protocol": N_("Protocol version"),
    "software": N_("Software version"),
    "one_a_row": N_("One sheet for each row of the log."),
    "transcribe": N_(
        "Write times as they are observed. Enter this sheet as soon as the system is "
        "back, state there that it comes from paper, and keep the sheet as source."
    ),
    "several": N_("tick all that apply"),
    "asked_if": N_("where it applies"),
    "unannotated": N_("no SDTM target"),
    "page": N_("page {page} of {pages}"),
}
