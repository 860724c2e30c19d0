"""Coded answers of monitoring visits (CRF catalogue §6, MVL)."""

from trial_edc.vocabulary import N_, Codelist


class MonitoringKind(Codelist):
    """Why a monitor visits (ICH E6(R3) 3.11.4)."""

    INITIATION = "initiation", N_("Initiation visit")
    ROUTINE = "routine", N_("Routine visit")
    REMOTE = "remote", N_("Remote visit")
    CLOSE_OUT = "close_out", N_("Close-out visit")


class MonitoringState(Codelist):
    """How far a visit has come."""

    PLANNED = "planned", N_("planned")
    DONE = "done", N_("done")
    CANCELLED = "cancelled", N_("cancelled")


class FindingCategory(Codelist):
    """What a finding is about."""

    CONSENT = "consent", N_("Consent")
    ELIGIBILITY = "eligibility", N_("Eligibility")
    DATA = "data", N_("Data and source documents")
    SAFETY = "safety", N_("Safety reporting")
    PROCEDURES = "procedures", N_("Protocol procedures")
    DOCUMENTS = "documents", N_("Essential documents")
    STAFF = "staff", N_("Staff, delegation and training")
    FACILITIES = "facilities", N_("Facilities and equipment")
    OTHER = "other", N_("Other")


class FindingSeverity(Codelist):
    """How much a finding may harm people or data (EMA GCP inspections' grades)."""

    CRITICAL = "critical", N_("critical")
    MAJOR = "major", N_("major")
    MINOR = "minor", N_("minor")
