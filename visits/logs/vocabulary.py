"""Coded answers of the logs: medication, renal replacement, stays."""

from trial_edc.vocabulary import N_, Codelist


class DrugCategory(Codelist):
    """For which purpose a drug is given."""

    VASOPRESSOR = "vasopressor", N_("Vasopressor")
    DIURETIC = "diuretic", N_("Diuretic")
    ANTI_INFECTIVE = "anti_infective", N_("Anti-infective")
    NEPHROTOXIC = "nephrotoxic", N_("Nephrotoxic drug")
    ANTICOAGULANT = "anticoagulant", N_("Anticoagulant")
    FLUID_ALBUMIN = "fluid_albumin", N_("Fluid or albumin")
    BLOOD_PRODUCT = "blood_product", N_("Blood product")
    ANTIHISTAMINE = "antihistamine", N_("Antihistamine")
    ANALGESIC = "analgesic", N_("Analgesic")
    OTHER = "other", N_("Other")


class DoseUnit(Codelist):
    """Unit of a dose."""

    MG = "mg", N_("mg")
    G = "g", N_("g")
    UG = "ug", N_("µg")
    ML = "mL", N_("mL")
    IU = "IU", N_("IU")
    MMOL = "mmol", N_("mmol")
    UNITS = "units", N_("bags or units")
    UG_KG_MIN = "ug/kg/min", N_("µg/kg/min")
    MG_H = "mg/h", N_("mg/h")
    ML_H = "mL/h", N_("mL/h")
    OTHER = "other", N_("Other")


class Frequency(Codelist):
    """How often a drug is given."""

    ONCE = "once", N_("Once")
    DAILY = "daily", N_("Once a day")
    TWICE = "twice_daily", N_("Twice a day")
    THRICE = "three_times_daily", N_("Three times a day")
    FOUR_TIMES = "four_times_daily", N_("Four times a day")
    EVERY_OTHER_DAY = "every_other_day", N_("Every other day")
    WEEKLY = "weekly", N_("Once a week")
    CONTINUOUS = "continuous", N_("Continuously")
    AS_NEEDED = "as_needed", N_("As needed")
    OTHER = "other", N_("Other")


class Route(Codelist):
    """How a drug is given."""

    ORAL = "oral", N_("Oral")
    IV = "iv", N_("Intravenous")
    IM = "im", N_("Intramuscular")
    SC = "sc", N_("Subcutaneous")
    INHALED = "inhaled", N_("Inhaled")
    TOPICAL = "topical", N_("Topical")
    OTHER = "other", N_("Other")


class RrtRow(Codelist):
    """What a row of the RRT log stands for."""

    SESSION = "session", N_("One session")
    COURSE = "course", N_("A course")


class Modality(Codelist):
    """Kind of renal replacement; a transplant counts as dependence."""

    IHD = "ihd", N_("Intermittent haemodialysis")
    CRRT = "crrt", N_("Continuous renal replacement therapy")
    PD = "pd", N_("Peritoneal dialysis")
    SLED = "sled", N_("Sustained low-efficiency dialysis")
    TRANSPLANT = "transplant", N_("Kidney transplant")


class RrtIndication(Codelist):
    """Why renal replacement was begun."""

    POTASSIUM = "potassium", N_("High potassium")
    ACIDOSIS = "acidosis", N_("Acidosis")
    FLUID = "fluid", N_("Fluid overload")
    URAEMIA = "uraemia", N_("Uraemia")
    OTHER = "other", N_("Other")


class Hospital(Codelist):
    """Our hospital or another."""

    OURS = "ours", N_("Our hospital")
    OTHER = "other", N_("Another hospital")


class RowSource(Codelist):
    """Where the information comes from."""

    RECORD = "record", N_("Medical record")
    TELEPHONE = "telephone", N_("Telephone")


class RrtStopReason(Codelist):
    """Why renal replacement ended."""

    RECOVERED = "recovered", N_("Kidney recovered")
    CHANGED_MODALITY = "changed_modality", N_("Change of modality")
    DIED = "died", N_("Died")
    CARE_WITHDRAWN = "care_withdrawn", N_("Care withdrawn")
    OTHER = "other", N_("Other")


class StayKind(Codelist):
    """What kind of stay."""

    HOSPITAL = "hospital", N_("Hospital")
    ICU = "icu", N_("Intensive care unit")


class LeftTo(Codelist):
    """Where a person went from a stay."""

    HOME = "home", N_("Home")
    WARD = "ward", N_("Ward")
    ICU = "icu", N_("Intensive care unit")
    OTHER_HOSPITAL = "other_hospital", N_("Another hospital")
    REHABILITATION = "rehabilitation", N_("Rehabilitation")
    DIED = "died", N_("Died")
    AGAINST_ADVICE = "against_advice", N_("Left against advice")


class AdmissionType(Codelist):
    """Which admission."""

    INDEX = "index", N_("Index admission")
    PLANNED = "planned", N_("Planned")
    UNPLANNED = "unplanned", N_("Unplanned")
