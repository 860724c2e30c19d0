"""Coded answers of the screening forms, and the states of a participant."""

from trial_edc.vocabulary import N_, Codelist


class PatientSource(Codelist):
    """Where the person was found."""

    ICU = "icu", N_("ICU")
    WARD = "ward", N_("Ward")
    EMERGENCY = "emergency", N_("Emergency department")
    OUTPATIENT = "outpatient", N_("Outpatient clinic")
    TRANSFER_IN = "transfer_in", N_("Transferred in")


class ApproachResult(Codelist):
    """What came of approaching the person."""

    CONSENTED = "consented", N_("Consented")
    DECLINED = "declined", N_("Declined")
    INCAPABLE_NO_REPRESENTATIVE = (
        "incapable_no_representative",
        N_("Cannot decide and has no representative"),
    )
    UNSUITABLE = "unsuitable_before_consent", N_("Unsuitable before consent")
    STAFF_UNAVAILABLE = "staff_unavailable", N_("No staff available")
    OTHER = "other", N_("Other")


class ScreenFailure(Codelist):
    """Why screening ended without randomization."""

    CRITERIA_FAILED = "criteria_failed", N_("Criteria failed")
    NOT_EVALUABLE = "not_evaluable", N_("Criteria not evaluable")
    CONSENT_REFUSED = "consent_refused", N_("Consent refused")
    CONSENT_WITHDRAWN = "consent_withdrawn", N_("Consent withdrawn")
    DIED = "died", N_("Died")
    TRANSFERRED = "transferred", N_("Transferred")
    TIME_EXPIRED = "time_expired", N_("Time expired")
    RECRUITMENT_PAUSED = "recruitment_paused", N_("Recruitment paused")
    OTHER = "other", N_("Other")


# An approach that ends without consent ends screening, for this reason.
FAILURE_OF_RESULT = {
    ApproachResult.DECLINED: ScreenFailure.CONSENT_REFUSED,
    ApproachResult.INCAPABLE_NO_REPRESENTATIVE: ScreenFailure.OTHER,
    ApproachResult.UNSUITABLE: ScreenFailure.OTHER,
    ApproachResult.STAFF_UNAVAILABLE: ScreenFailure.OTHER,
    ApproachResult.OTHER: ScreenFailure.OTHER,
}


class IdentityGround(Codelist):
    """Why two participants may be one person."""

    HOSPITAL_NUMBER = "hospital_number", N_("Hospital numbers that are equal or alike")
    BIRTH_AND_SEX = "birth_and_sex", N_("Same birth date and sex")
    REGISTRATION = (
        "registration",
        N_("Registered after the hospital number was refused"),
    )


class IdentityAnswer(Codelist):
    """What an investigator decided."""

    SAME = "same", N_("One and the same person")
    DIFFERENT = "different", N_("Two persons")


class ConsentKind(Codelist):
    """What a consent is about."""

    INITIAL = "initial", N_("Initial consent")
    NEW_VERSION = "new_version", N_("New version of the document")
    CAPACITY_REGAINED = "capacity_regained", N_("Capacity to decide regained")
    CONTACT = "contact", N_("Contact by message")


class ConsentDecision(Codelist):
    """What was decided."""

    GIVEN = "given", N_("Given")
    REFUSED = "refused", N_("Refused")


class ConsentConcerns(Codelist):
    """Whom a new version of the consent document concerns."""

    EVERYBODY = "everybody", N_("Everybody still taking part")
    NEWCOMERS = "newcomers", N_("Only those who join from then on")


class ConsentLanguage(Codelist):
    """Language of the consent document."""

    CHINESE = "zh", N_("Chinese")
    ENGLISH = "en", N_("English")
    OTHER = "other", N_("Other")


class MessageLanguage(Codelist):
    """Language of the messages to a participant."""

    CHINESE = "zh", N_("Chinese")
    ENGLISH = "en", N_("English")


class Signer(Codelist):
    """Who decides and signs."""

    PARTICIPANT = "participant", N_("Participant")
    REPRESENTATIVE = "representative", N_("Representative")


class Relation(Codelist):
    """What the representative is to the participant."""

    SPOUSE = "spouse", N_("Spouse")
    PARENT = "parent", N_("Parent")
    CHILD = "child", N_("Child")
    SIBLING = "sibling", N_("Sibling")
    GUARDIAN = "guardian", N_("Guardian")
    OTHER = "other", N_("Other")


class MessageChannel(Codelist):
    """How messages may be sent."""

    SMS = "sms", N_("Text message")
    EMAIL = "email", N_("E-mail")
    NONE = "none", N_("None")


class PhoneOwner(Codelist):
    """Whose telephone it is."""

    PARTICIPANT = "participant", N_("Participant")
    REPRESENTATIVE = "representative", N_("Representative")
    RELATIVE = "relative", N_("Relative")


class EthnicGroup(Codelist):
    """Ethnic group."""

    HAN = "han", N_("Han")
    OTHER = "other", N_("Other")


class AkiSetting(Codelist):
    """Where the acute kidney injury was acquired."""

    COMMUNITY = "community", N_("Community")
    HOSPITAL = "hospital", N_("Hospital")
    ICU = "icu", N_("ICU")


class AkiCause(Codelist):
    """Cause of the acute kidney injury."""

    SEPSIS = "sepsis", N_("Sepsis")
    HYPOPERFUSION = "hypoperfusion", N_("Hypoperfusion")
    NEPHROTOXIC_DRUG = "nephrotoxic_drug", N_("Nephrotoxic drug")
    CONTRAST = "contrast", N_("Contrast medium")
    CARDIAC_SURGERY = "cardiac_surgery", N_("Cardiac surgery")
    OTHER_SURGERY = "other_surgery", N_("Other surgery")
    RHABDOMYOLYSIS = "rhabdomyolysis", N_("Rhabdomyolysis")
    CARDIORENAL = "cardiorenal", N_("Cardiorenal")
    HEPATORENAL = "hepatorenal", N_("Hepatorenal")
    OTHER = "other", N_("Other")


class DrugClass(Codelist):
    """Kind of drug that weakens the immune system."""

    STEROID = "steroid", N_("Corticosteroid")
    IMMUNOSUPPRESSANT = "immunosuppressant", N_("Other immunosuppressant")


class Drug(Codelist):
    """Corticosteroids with a known equivalence; any other drug is named in words."""

    CORTISONE = "cortisone", N_("Cortisone")
    HYDROCORTISONE = "hydrocortisone", N_("Hydrocortisone")
    PREDNISONE = "prednisone", N_("Prednisone")
    PREDNISOLONE = "prednisolone", N_("Prednisolone")
    METHYLPREDNISOLONE = "methylprednisolone", N_("Methylprednisolone")
    TRIAMCINOLONE = "triamcinolone", N_("Triamcinolone")
    DEXAMETHASONE = "dexamethasone", N_("Dexamethasone")
    BETAMETHASONE = "betamethasone", N_("Betamethasone")
    DEFLAZACORT = "deflazacort", N_("Deflazacort")
    OTHER = "other", N_("Other")


class DrugRoute(Codelist):
    """Way by which a drug is given."""

    ORAL = "oral", N_("By mouth")
    INTRAVENOUS = "iv", N_("Intravenous")
    INTRAMUSCULAR = "im", N_("Intramuscular")
    INHALED = "inhaled", N_("Inhaled")
    TOPICAL = "topical", N_("On the skin or mucosa")
    INTRA_ARTICULAR = "intra_articular", N_("Into a joint")
    OTHER = "other", N_("Other")


class ExcludedCause(Codelist):
    """The causes that E1 excludes."""

    POST_RENAL = "post_renal", N_("Post-renal outflow obstruction")
    GLOMERULONEPHRITIS = "glomerulonephritis", N_("Glomerulonephritis")
    LUPUS = "lupus", N_("Lupus nephritis")
    ANCA = "anca", N_("ANCA-related nephritis")
    ANTI_GBM = "anti_gbm", N_("Anti-glomerular basement membrane disease")
    CRYOGLOBULINAEMIA = "cryoglobulinaemia", N_("Cryoglobulinaemia")
    TMA = "tma", N_("Thrombotic microangiopathy")
    PURPURA = "purpura", N_("Purpura nephritis")
    NONE = "none", N_("None of these")


class HcgResult(Codelist):
    """Result of a pregnancy test."""

    NEGATIVE = "negative", N_("Negative")
    POSITIVE = "positive", N_("Positive")
    PENDING = "pending", N_("Pending")


class AllergyGround(Codelist):
    """Why somebody counts as an allergic person."""

    ANAPHYLAXIS = "anaphylaxis", N_("Anaphylaxis, ever")
    TWO_SUBSTANCES = "two_substances", N_("Two or more unrelated substances")
    PRODUCT_COMPONENT = "product_component", N_("A component of the product")
    OTHER = "other", N_("Other")


class ChronicInfection(Codelist):
    """Chronic systemic infections asked for."""

    HBV = "hbv", N_("Hepatitis B")
    HCV = "hcv", N_("Hepatitis C")
    HIV = "hiv", N_("HIV")
    TB = "tb", N_("Tuberculosis")
    SYPHILIS = "syphilis", N_("Syphilis")
    FUNGAL = "fungal", N_("Invasive fungal infection")
    OTHER = "other", N_("Other")


class EchoMethod(Codelist):
    """How the ejection fraction was measured."""

    ECHO = "echo", N_("Echocardiography")
    MRI = "mri", N_("Magnetic resonance imaging")
    OTHER = "other", N_("Other")


class Organ(Codelist):
    """Organs other than the kidney that may fail."""

    RESPIRATORY = "respiratory", N_("Respiratory")
    CARDIOVASCULAR = "cardiovascular", N_("Cardiovascular")
    HEPATIC = "hepatic", N_("Hepatic")
    COAGULATION = "coagulation", N_("Coagulation")
    CNS = "cns", N_("Central nervous system")
    GASTROINTESTINAL = "gastrointestinal", N_("Gastrointestinal")
    NONE = "none", N_("None")


class Ventilation(Codelist):
    """Need of mechanical ventilation (E19)."""

    NOW = "now", N_("Now")
    EXPECTED = "expected", N_("Expected")
    NO = "no", N_("No")


class OtherTrial(Codelist):
    """Participation in another trial (E20)."""

    NOW = "now", N_("Now")
    WITHIN_30_DAYS = "within_30_d", N_("Within 30 days")
    REGISTRY_ONLY = "registry_only", N_("In a registry only")
    NO = "no", N_("No")


class ParticipantStatus(Codelist):
    """Where a person stands in the trial; follows from the forms, lists read a copy."""

    APPROACHED = "approached", N_("Approached")
    CONSENTED = "consented", N_("Consented")
    SCREEN_FAILED = "screen_failed", N_("Screen failed")
    ELIGIBLE = "eligible", N_("Eligible")
    RANDOMIZED = "randomised", N_("Randomized")
    INFUSED = "infused", N_("Infused")
    COMPLETED = "completed", N_("Completed")
    DIED = "died", N_("Died")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    LOST = "lost", N_("Lost to follow-up")
