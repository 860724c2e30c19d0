"""What can disagree between the safety data of a casebook, or with the sponsor's."""

from trial_edc.vocabulary import N_, Codelist


class DifferenceKind(Codelist):
    """A difference that reconciliation names (ICH E6(R3) 4.2.6)."""

    NO_REPORT = "no_report", N_("Serious event without a report")
    NOT_SENT = "not_sent", N_("Report not sent to the sponsor")
    EVENT_GONE = "event_gone", N_("Report sent on an event that is struck out")
    NOT_SERIOUS = "not_serious", N_("Report sent on an event that is not serious")
    CHANGED = "changed", N_("Changed since the last report was sent")
    NO_FINAL = "no_final", N_("Event ended without a final report")
    NO_DEATH = "no_death", N_("Fatal event without a record of the death")
    NO_FATAL_EVENT = "no_fatal_event", N_("Death without a fatal adverse event")
    DEATH_DATE = "death_date", N_("The death and the end of the fatal event differ")
    NO_STAY = "no_stay", N_("Hospitalisation without a stay in hospital")
    NOT_IN_LIST = "not_in_list", N_("Serious event missing in the safety database")
    NOT_IN_LOG = "not_in_log", N_("Case of the safety database missing in the log")
    OTHER_TERM = "other_term", N_("Another preferred term in the safety database")
    OTHER_ONSET = "other_onset", N_("Another onset in the safety database")
    OTHER_OUTCOME = "other_outcome", N_("Another outcome in the safety database")
    OTHER_CAUSALITY = (
        "other_causality",
        N_("Another causality in the safety database"),
    )


class DifferenceState(Codelist):
    """Whether somebody still has to settle a difference."""

    OPEN = "open", N_("open")
    ACCEPTED = "accepted", N_("accepted")
