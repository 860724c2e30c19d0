"""What participants are written to about."""

from trial_edc.vocabulary import N_, Codelist


class Occasion(Codelist):
    """An occasion of a message; the key of its template."""

    UPCOMING = "visit_upcoming", N_("Appointment soon")
    TOMORROW = "visit_tomorrow", N_("Appointment tomorrow")
    CALL_TO_BOOK = "visit_open_call_to_book", N_("Appointment to be made")
    OVERDUE = "visit_overdue", N_("Visit overdue")
    BLOOD_TEST = "blood_test", N_("Blood test")
    CONTACT_CHECK = "contact_check", N_("Check of the telephone number")
    EMERGENCY_NOTE = "emergency_note", N_("What to do when unwell")
    OPT_OUT_DONE = "opt_out_done", N_("Opt-out confirmed")
