"""Coded answers of the visit record and of vital signs."""

from trial_edc.vocabulary import N_, Codelist


class NotDoneReason(Codelist):
    """Why a visit did not take place."""

    UNREACHABLE = "unreachable", N_("Participant could not be reached")
    REFUSED = "refused", N_("Refused")
    OTHER_HOSPITAL = "other_hospital", N_("In another hospital")
    TOO_ILL = "too_ill", N_("Too ill")
    STAFF = "staff", N_("Staff not available")
    OTHER = "other", N_("Other")


class VisitMode(Codelist):
    """How a visit was made."""

    IN_PERSON = "in_person", N_("In person")
    TELEPHONE = "telephone", N_("By telephone")
    RECORD_LOOKUP = "record_lookup", N_("Look-up in the records")
    OTHER_HOSPITAL = "other_hospital", N_("At another hospital")


class Informant(Codelist):
    """Who gave the information."""

    PARTICIPANT = "participant", N_("Participant")
    REPRESENTATIVE = "representative", N_("Representative")
    RECORD = "record", N_("Medical record")


class WindowReason(Codelist):
    """Why a visit lies outside its window."""

    PARTICIPANT = "participant", N_("Participant's wish")
    CLINICAL = "clinical", N_("Clinical condition")
    SITE = "site", N_("Organisation of the site")
    HOLIDAY = "holiday", N_("Public holiday")
    OTHER = "other", N_("Other")


class WeightSource(Codelist):
    """How the weight was measured or learned."""

    BED_SCALE = "bed_scale", N_("Bed scale")
    STANDING_SCALE = "standing_scale", N_("Standing scale")
    STATED = "stated", N_("Stated by participant or family")
    ESTIMATED = "estimated", N_("Estimated")
