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
