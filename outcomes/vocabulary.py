"""Coded answers of the outcome forms and of the end of study (CRF catalogue §5)."""

from trial_edc.vocabulary import N_, Codelist


class StatusSource(Codelist):
    """How the site knows whether a participant lives."""

    SEEN = "seen", N_("Seen")
    TELEPHONE = "telephone", N_("Telephone call")
    RECORD = "record", N_("Medical record")
    RELATIVE = "relative", N_("Relative")


class CreatinineMissing(Codelist):
    """Why there is no creatinine inside the window of a visit."""

    REFUSED = "refused", N_("Refused")
    NOT_SEEN = "not_seen", N_("Not seen")
    SAMPLE_LOST = "sample_lost", N_("Sample lost")
    LOGISTICS = "logistics", N_("Logistics")
    OTHER = "other", N_("Other")


class WhereNow(Codelist):
    """Where a participant lives at the time of a visit."""

    HOME = "home", N_("At home")
    WARD = "ward", N_("Ward")
    ICU = "icu", N_("Intensive care unit")
    OTHER_HOSPITAL = "other_hospital", N_("Another hospital")
    REHABILITATION = "rehabilitation", N_("Rehabilitation")


class ContactChannel(Codelist):
    """A way by which contact was sought."""

    PHONE = "phone", N_("Telephone")
    SMS = "sms", N_("Text message")
    EMAIL = "email", N_("E-mail")
    LETTER = "letter", N_("Letter")
    VISIT = "visit", N_("Visit")
    RECORD_LOOKUP = "record_lookup", N_("Look-up of records")


class Reached(Codelist):
    """Who was reached."""

    PARTICIPANT = "participant", N_("The participant")
    REPRESENTATIVE = "representative", N_("The representative")
    RELATIVE = "relative", N_("A relative")
    NOBODY = "nobody", N_("Nobody")


class ContactResult(Codelist):
    """Result of a contact attempt."""

    INFORMED = "informed", N_("Informed")
    NO_ANSWER = "no_answer", N_("No answer")
    WRONG_NUMBER = "wrong_number", N_("Wrong number")
    REFUSED = "refused", N_("Refused to talk")
    DEATH_REPORTED = "death_reported", N_("Death reported")


class WithdrawnBy(Codelist):
    """Who decided on a withdrawal."""

    PARTICIPANT = "participant", N_("The participant")
    REPRESENTATIVE = "representative", N_("The representative")
    INVESTIGATOR = "investigator", N_("The investigator")


class WithdrawalReason(Codelist):
    """Why; nobody has to say."""

    BURDEN = "burden", N_("Burden")
    SIDE_EFFECT = "side_effect", N_("Side effect")
    DISTRUST = "distrust", N_("Distrust")
    MOVED = "moved", N_("Moved away")
    NOT_STATED = "not_stated", N_("Not stated")
    OTHER = "other", N_("Other")


class EndReason(Codelist):
    """How the study ended for a participant."""

    COMPLETED = "completed", N_("Completed")
    DIED = "died", N_("Died")
    WITHDREW = "withdrew", N_("Withdrew")
    LOST = "lost", N_("Lost to follow-up")
    OTHER = "other", N_("Other")


class OpenItem(Codelist):
    """What may still be open when the study ends for a participant."""

    EVENT = "event", N_("Adverse event that goes on")
    REPORT = "report", N_("Serious event without a final report")
    DEVIATION = "deviation", N_("Deviation not resolved")
