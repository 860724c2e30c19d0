"""Why a value of a form that was complete once is changed."""

from trial_edc.vocabulary import N_, Codelist


class ChangeReason(Codelist):
    """The pick list of reasons; words of one's own stand beside it."""

    TRANSCRIPTION = "transcription", N_("Transcription error")
    NEW_SOURCE = "new_source", N_("New or corrected source")
    QUERY = "query", N_("Answer to a query")
    MISUNDERSTOOD = "misunderstood", N_("Item was misunderstood")
    LATE = "late", N_("Result came later")
    OTHER = "other", N_("Other")


class StrikeReason(Codelist):
    """Why a row of a log is struck out."""

    ENTERED_TWICE = "entered_twice", N_("Entered twice")
    WRONG_PARTICIPANT = "wrong_participant", N_("Belongs to another participant")
    DID_NOT_HAPPEN = "did_not_happen", N_("Did not happen")
    OTHER = "other", N_("Other")


class ActReason(Codelist):
    """What a reason belongs to that an act states without a pick list."""

    RETURNED = "returned", N_("Returned to the site")
    NOT_DONE = "not_done", N_("Not done")
    PAPER = "paper", N_("Transcribed from paper")
    VERIFICATION = "verification", N_("Verification")
    CLOSING = "closing", N_("Freeze or lock")
    DATABASE_LOCK = "database_lock", N_("Lock of the database")
    RECHECK = "recheck", N_("Edit checks run again")
    IMPORT = "import", N_("Laboratory file")
    RIGHTS = "rights", N_("Rights of an account")
    PASSWORD = "password", N_("Password")
    SECOND_FACTOR = "second factor", N_("Second factor")
    LIST = "list", N_("Allocation list")
    LOT = "lot", N_("Lot")
    SYSTEM = "system", N_("By the system")


REASON_WORDS = {
    term.value: term.label
    for terms in (ChangeReason, StrikeReason, ActReason)
    for term in terms
}
