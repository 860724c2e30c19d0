"""Coded answers of the deviation log."""

from trial_edc.vocabulary import N_, Codelist


class DeviationCategory(Codelist):
    """What a protocol deviation is about."""

    CONSENT = "consent", N_("Consent")
    ELIGIBILITY = "eligibility", N_("Eligibility")
    RANDOMIZATION = "randomisation", N_("Randomization")
    INFUSION = "infusion", N_("Infusion")
    VISIT_WINDOW = "visit_window", N_("Visit outside its window")
    MISSED_VISIT = "missed_visit", N_("Missed visit")
    PROCEDURE = "procedure", N_("Procedure")
    SAFETY_REPORT = "safety_report", N_("Safety report")
    BLINDING = "blinding", N_("Blinding")
    PRIVACY = "privacy", N_("Privacy")
    OTHER = "other", N_("Other")


class RaisedBy(Codelist):
    """Who found a deviation; the audit trail names the person."""

    SYSTEM = "SYS", N_("The system, by a rule")
    PERSON = "user", N_("A person")


class DeviationRule(Codelist):
    """The rules of this room that find deviations, as the log names them."""

    OUTSIDE_WINDOW = "VISIT-OUT-OF-WINDOW", N_("A visit took place outside its window")
    VISIT_MISSED = "VISIT-MISSED", N_("A visit was missed")
    WITHOUT_GO = "INFUSION-WITHOUT-GO", N_("An infusion was given without a go")
    AGAINST_STOP_RULE = (
        "INFUSION-AGAINST-STOP-RULE",
        N_("Infusion 2 was given against a stop rule"),
    )
    AFTER_WITHDRAWAL = (
        "INFUSION-AFTER-WITHDRAWAL",
        N_("An infusion was given after a withdrawal"),
    )
    IN_PAUSE = "INFUSION-IN-PAUSE", N_("An infusion was given in a pause")
    FIRST_INFUSION_LATE = "INFUSION-1-LATE", N_("Infusion 1 was given late")
    SECOND_INFUSION_LATE = "INFUSION-TOO-LATE", N_("Infusion 2 was given too late")
    SECOND_NOT_GIVEN = "INFUSION-2-NOT-GIVEN", N_("Infusion 2 was not given")
    COVER_FAILED = "COVER-FAILED", N_("The cover did not stay intact")
    SEEN = "INFUSION-SEEN", N_("The content of an infusion was seen")


class DeviationEffect(Codelist):
    """What a deviation touches."""

    SAFETY = "safety", N_("Safety of the participant")
    RIGHTS = "rights", N_("Rights of the participant")
    DATA = "data", N_("Quality of the data")
    NONE = "none", N_("No effect")


class Importance(Codelist):
    """How grave a deviation is; an important one leaves the per-protocol set."""

    IMPORTANT = "important", N_("Important")
    MINOR = "minor", N_("Minor")


class ProductGiven(Codelist):
    """What was given; a restricted item."""

    MSC = "MSC", N_("Mesenchymal stem cells")
    SALINE = "SALINE", N_("Saline")
