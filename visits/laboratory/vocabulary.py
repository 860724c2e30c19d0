"""Coded answers of the creatinine log and the laboratory panel."""

from trial_edc.vocabulary import N_, Codelist, Sex


class SamplePlace(Codelist):
    """Where a sample was taken."""

    OUTPATIENT = "outpatient", N_("Outpatient clinic")
    WARD = "ward", N_("Ward")
    ICU = "icu", N_("Intensive care unit")
    OUTSIDE_LAB = "outside_lab", N_("Outside laboratory")


class UreaKind(Codelist):
    """What the laboratory reports: two different tests."""

    UREA = "urea", N_("Urea")
    UREA_NITROGEN = "urea_nitrogen", N_("Urea nitrogen")


class Significance(Codelist):
    """Whether a value out of range matters."""

    NO = "no", N_("Not clinically significant")
    YES_AE = "yes_ae", N_("Clinically significant: adverse event")


class Analyte(Codelist):
    """What reference ranges are kept for; the codes are the items' names."""

    CREATININE = "creatinine", N_("Creatinine")
    PLATELETS = "platelets", N_("Platelets")
    HAEMOGLOBIN = "haemoglobin", N_("Haemoglobin")
    WBC = "wbc", N_("White blood cells")
    NEUTROPHILS = "neutrophils", N_("Neutrophils")
    POTASSIUM = "potassium", N_("Potassium")
    SODIUM = "sodium", N_("Sodium")
    BICARBONATE = "bicarbonate", N_("Bicarbonate")
    UREA = "urea", N_("Urea")
    CALCIUM = "calcium", N_("Calcium")
    PHOSPHATE = "phosphate", N_("Phosphate")
    ALBUMIN = "albumin", N_("Albumin")
    ALT = "alt", N_("Alanine aminotransferase")
    AST = "ast", N_("Aspartate aminotransferase")
    BILIRUBIN = "bilirubin", N_("Total bilirubin")
    CRP = "crp", N_("C-reactive protein")
    LACTATE = "lactate", N_("Lactate")
    INR = "inr", N_("INR")
    URINE_PROTEIN_CREATININE = (
        "urine_protein_creatinine",
        N_("Urine protein/creatinine ratio"),
    )


class RangeSex(Codelist):
    """Whom a reference range is for."""

    ANY = "any", N_("Both")
    FEMALE = Sex.FEMALE.value, N_("Female")
    MALE = Sex.MALE.value, N_("Male")
