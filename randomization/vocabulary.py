"""Coded answers of randomization, product and registers."""

from trial_edc.vocabulary import N_, Codelist


class ListState(Codelist):
    """The life of an allocation list; a sealed one never changes."""

    DRAFT = "draft", N_("draft")
    APPROVED = "approved", N_("approved")
    SEALED = "sealed", N_("sealed")
    DESTROYED = "destroyed", N_("destroyed")


class ListSource(Codelist):
    """Where an allocation list came from."""

    GENERATED = "generated", N_("generated")
    IMPORTED = "imported", N_("imported")


class Product(Codelist):
    """What an infusion bag holds."""

    MSC = "MSC", N_("Mesenchymal stem cells")
    SALINE = "SALINE", N_("Saline")


class Part(Codelist):
    """What a person did in preparing a product; two people, one part each."""

    PREPARED = "prepared", N_("prepared")
    CHECKED = "checked", N_("checked")


class PreparationStep(Codelist):
    """How far the preparation of a requested infusion has come."""

    TO_PREPARE = "to_prepare", N_("to prepare")
    TO_CONFIRM = "to_confirm", N_("to be confirmed by preparer and checker")
    READY = "to_hand_over", N_("ready to hand over")
    HANDED_OVER = "handed_over", N_("handed over; record to complete")


class ViabilityMethod(Codelist):
    """How viable cells were counted ◇."""

    TRYPAN_BLUE = "trypan_blue", N_("Trypan blue")
    FLOW_CYTOMETRY = "flow_cytometry", N_("Flow cytometry")
    AO_PI = "ao_pi", N_("Acridine orange and propidium iodide")
    OTHER = "other", N_("Other")


class Diluent(Codelist):
    """What the product was diluted with ◇."""

    SALINE_0_9 = "saline_0_9", N_("Sodium chloride 0.9 %")
    SALINE_ALBUMIN = "saline_albumin", N_("Sodium chloride 0.9 % with human albumin")
    OTHER = "other", N_("Other")


class ReleaseResult(Codelist):
    """Result of a release test of a lot."""

    PASS = "pass", N_("Pass")
    FAIL = "fail", N_("Fail")
    PENDING = "pending", N_("Pending")


class LotStatus(Codelist):
    """Whether a lot may be used."""

    QUARANTINE = "quarantine", N_("Quarantine")
    RELEASED = "released", N_("Released")
    EXPIRED = "expired", N_("Expired")
    RECALLED = "recalled", N_("Recalled")
    REJECTED = "rejected", N_("Rejected")


class Storage(Codelist):
    """Where a lot is stored."""

    LN2 = "ln2", N_("Liquid nitrogen")
    COLD = "2_8_c", N_("2 to 8 °C")
    ROOM = "room", N_("Room temperature")


class MovementKind(Codelist):
    """What happened to containers of a lot."""

    RECEIVED = "received", N_("Received")
    DISPENSED = "dispensed", N_("Dispensed")
    RETURNED = "returned", N_("Returned to the manufacturer")
    DESTROYED = "destroyed", N_("Destroyed")
    EXCURSION = "excursion", N_("Temperature excursion")


class StudyStatus(Codelist):
    """What the study as a whole allows (register STA)."""

    SETUP = "setup", N_("In preparation")
    OPEN = "open", N_("Open")
    PAUSED_RANDOMIZATION = "paused_randomisation", N_("Randomization paused")
    PAUSED_INFUSION = "paused_infusion", N_("Randomization and infusions paused")
    CLOSED = "closed", N_("Closed to new participants")
    LOCKED = "locked", N_("Locked")


PAUSED = (StudyStatus.PAUSED_RANDOMIZATION, StudyStatus.PAUSED_INFUSION)


class CodeBreakKind(Codelist):
    """How an arm became known before the end of the trial."""

    EMERGENCY = "emergency", N_("Medical emergency")
    SUSAR = "susar", N_("SUSAR report to the authority")
    ACCIDENTAL = "accidental", N_("Accidental")
    OUTSIDE = "outside", N_("Outside the system (envelope)")
    END_OF_TRIAL = "end_of_trial", N_("End of trial")


class CodeBreakCategory(Codelist):
    """Why an arm had to be known ◇."""

    TREATMENT = "treatment", N_("The treatment now depends on it")
    OVERDOSE = "overdose", N_("Suspected overdose or mix-up of product")
    AUTHORITY = "authority", N_("A regulation requires it")
    END = "end", N_("The database is locked; the trial has ended")
    COVER = "cover", N_("The cover failed or the product was seen")
    OTHER = "other", N_("Other")
