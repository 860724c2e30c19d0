"""Coded answers of the safety forms (CRF catalogue §4); SDTM terms in the exports."""

from trial_edc.vocabulary import N_, Codelist


class TermKind(Codelist):
    """What the term of an event names."""

    DIAGNOSIS = "diagnosis", N_("Diagnosis")
    SYMPTOM = "symptom", N_("Symptom")


class Grade(Codelist):
    """Worst grade of an event, CTCAE; severity is not seriousness."""

    MILD = "1", N_("1 Mild")
    MODERATE = "2", N_("2 Moderate")
    SEVERE = "3", N_("3 Severe")
    LIFE_THREATENING = "4", N_("4 Life-threatening")
    DEATH = "5", N_("5 Death")


class CtcaeVersion(Codelist):
    """Version of the grading; v6.0 is not mixed in."""

    V5 = "5.0", N_("CTCAE 5.0")


class Seriousness(Codelist):
    """What makes an event serious (ICH E2A)."""

    DEATH = "death", N_("Death")
    LIFE_THREATENING = "life_threatening", N_("Life-threatening")
    HOSPITALISATION = (
        "hospitalisation",
        N_("Hospitalisation, or a longer one than planned"),
    )
    DISABILITY = "disability", N_("Persistent or significant disability")
    CONGENITAL = "congenital", N_("Congenital anomaly")
    IMPORTANT = "important", N_("Other medically important event")


class WhichInfusion(Codelist):
    """The infusion that an event belongs to."""

    FIRST = "1", N_("Infusion 1")
    SECOND = "2", N_("Infusion 2")
    NONE = "none", N_("None")


class Causality(Codelist):
    """Relation to a possible cause (WHO-UMC); not assessable counts as related."""

    CERTAIN = "certain", N_("Certain")
    PROBABLE = "probable", N_("Probable")
    POSSIBLE = "possible", N_("Possible")
    UNLIKELY = "unlikely", N_("Unlikely")
    UNRELATED = "unrelated", N_("Unrelated")
    NOT_ASSESSABLE = "not_assessable", N_("Not assessable")


class SpecialInterest(Codelist):
    """Events that are watched for under intravenous cells."""

    THROMBOSIS = "thrombosis", N_("Thrombosis or embolism")
    HYPERSENSITIVITY = "hypersensitivity", N_("Hypersensitivity")
    FEVER = "fever", N_("Fever")
    HYPOXIA = "hypoxia", N_("Hypoxia")
    INFECTION = "infection", N_("Infection")
    MALIGNANCY = "malignancy", N_("Malignancy")
    NONE = "none", N_("None of these")


class AkiCourse(Codelist):
    """Whether an event is the course of the kidney injury itself."""

    NO = "no", N_("No")
    WORSE_THAN_EXPECTED = "worse_than_expected", N_("Yes, worse than expected")


class InfusionAction(Codelist):
    """What was done with the infusion because of the event."""

    NONE = "none", N_("None")
    SLOWED = "slowed", N_("Slowed")
    INTERRUPTED = "interrupted", N_("Interrupted")
    STOPPED = "stopped", N_("Stopped")
    WITHHELD = "infusion_2_withheld", N_("Infusion 2 withheld")
    NOT_APPLICABLE = "not_applicable", N_("Not applicable")


class Treatment(Codelist):
    """What was done for the participant."""

    NONE = "none", N_("None")
    DRUG = "drug", N_("Drug")
    RRT = "rrt", N_("Renal replacement therapy")
    ICU = "icu", N_("Intensive care")
    OTHER = "other", N_("Other")


class EventOutcome(Codelist):
    """How an event ended, or stands."""

    RECOVERED = "recovered", N_("Recovered")
    RECOVERING = "recovering", N_("Recovering")
    NOT_RECOVERED = "not_recovered", N_("Not recovered")
    SEQUELAE = "sequelae", N_("Recovered with sequelae")
    FATAL = "fatal", N_("Fatal")
    UNKNOWN = "unknown", N_("Unknown")


class ReportKind(Codelist):
    """Version of a serious adverse event report."""

    INITIAL = "initial", N_("Initial")
    FOLLOW_UP = "follow_up", N_("Follow-up")
    FINAL = "final", N_("Final")


class Authority(Codelist):
    """Authority informed of a suspected unexpected serious adverse reaction."""

    NMPA = "nmpa", N_("National Medical Products Administration")
    NHC = "nhc", N_("National Health Commission")
    ETHICS = "ethics", N_("Ethics committee")
    OTHER = "other", N_("Other")


class DeathPlace(Codelist):
    """Where a participant died."""

    OUR_ICU = "our_icu", N_("Our intensive care unit")
    OUR_WARD = "our_ward", N_("Our ward")
    OTHER_HOSPITAL = "other_hospital", N_("Another hospital")
    HOME = "home", N_("At home")
    UNKNOWN = "unknown", N_("Unknown")


class DeathSource(Codelist):
    """How the site knows of a death."""

    RECORD = "record", N_("Medical record")
    RELATIVES = "relatives", N_("Relatives")
    CERTIFICATE = "certificate", N_("Death certificate")


class CauseCategory(Codelist):
    """Kind of the cause of death."""

    RENAL = "renal", N_("Renal")
    CARDIOVASCULAR = "cardiovascular", N_("Cardiovascular")
    INFECTION = "infection", N_("Infection")
    RESPIRATORY = "respiratory", N_("Respiratory")
    MULTI_ORGAN = "multi_organ", N_("Multiple organ failure")
    BLEEDING = "bleeding", N_("Bleeding")
    MALIGNANCY = "malignancy", N_("Malignancy")
    OTHER = "other", N_("Other")
    UNKNOWN = "unknown", N_("Unknown")


class Autopsy(Codelist):
    """Whether an autopsy was done."""

    DONE = "done", N_("Done")
    NOT_DONE = "not_done", N_("Not done")


class PregnantPerson(Codelist):
    """Who is pregnant."""

    PARTICIPANT = "participant", N_("The participant")
    PARTNER = "partner", N_("The partner")


class PregnancyOutcome(Codelist):
    """How a pregnancy ended, or stands."""

    ONGOING = "ongoing", N_("Ongoing")
    LIVE_BIRTH = "live_birth", N_("Live birth")
    MISCARRIAGE = "miscarriage", N_("Miscarriage")
    TERMINATION = "termination", N_("Termination")
    STILLBIRTH = "stillbirth", N_("Stillbirth")
    UNKNOWN = "unknown", N_("Unknown")


class DictionaryKind(Codelist):
    """A dictionary that verbatim terms are coded with; the site holds the licence."""

    MEDDRA = "meddra", N_("MedDRA")
    WHODRUG = "whodrug", N_("WHODrug")


class CodingState(Codelist):
    """How far the words of an item are coded."""

    UNCODED = "uncoded", N_("Not coded")
    CHANGED = "changed", N_("Changed since coded")
    PROPOSED = "proposed", N_("Awaits approval")
    CODED = "coded", N_("Coded")
