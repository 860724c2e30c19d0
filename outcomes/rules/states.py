"""Coded values of derived endpoints."""

from trial_edc.vocabulary import N_, Codelist


class Survival(Codelist):
    """What is known of a participant's life at a horizon."""

    ALIVE = "alive", N_("Alive")
    DEAD = "dead", N_("Dead")
    UNKNOWN = "unknown", N_("Unknown")
    PENDING = "pending", N_("Pending")


class MissingReason(Codelist):
    """Why the primary endpoint has no value."""

    DEATH = "death", N_("Death")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    PENDING = "pending", N_("Pending")
    NOT_DONE = "not_done", N_("Not done")
    DETECTION_LIMIT = "detection_limit", N_("Known only as a limit of detection")


class RrtDependence(Codelist):
    """Whether the participant needs renal replacement at month 3."""

    DEPENDENT = "dependent", N_("Dependent")
    INDEPENDENT = "independent", N_("Independent")
    DEAD = "dead", N_("Dead")
    UNKNOWN = "unknown", N_("Unknown")
    PENDING = "pending", N_("Pending")


class EverRrt(Codelist):
    """Whether there was any renal replacement within 3 months."""

    YES = "yes", N_("Yes")
    NO = "no", N_("No")
    UNKNOWN = "unknown", N_("Unknown")


class Recovery(Codelist):
    """Renal state at month 3: exclusive and exhaustive."""

    COMPLETE = "complete", N_("Complete recovery")
    PARTIAL = "partial", N_("Partial recovery")
    RRT_DEPENDENT = "rrt_dependent", N_("Dependent on RRT")
    DEAD = "dead", N_("Dead")
    UNKNOWN = "unknown", N_("Unknown")
    PENDING = "pending", N_("Pending")


class AnyEvent(Codelist):
    """Whether there was a treatment-emergent event."""

    YES = "Y", N_("Yes")
    NO = "N", N_("No")
    NOT_APPLICABLE = "not_applicable", N_("Not applicable")
