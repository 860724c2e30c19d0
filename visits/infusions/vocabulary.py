"""Coded answers of an infusion; the same words in both arms."""

from trial_edc.vocabulary import N_, Codelist


class InfusionDecision(Codelist):
    """What the investigator decides on an infusion."""

    GO = "go", N_("Go: the infusion may be prepared")
    DELAY = "delay", N_("Delay: assess again")
    NO_GO_FINAL = "no_go_final", N_("No: it will not be given")


class NoGoReason(Codelist):
    """Why an infusion is not given."""

    CLINICAL = "clinical", N_("Clinical condition")
    AE = "ae", N_("Adverse event")
    PRODUCT = "product", N_("Study infusion not available")
    PARTICIPANT = "participant", N_("Participant's wish")
    DEATH = "death", N_("Death")
    DISCHARGED = "discharged", N_("Discharged")
    OTHER = "other", N_("Other")


class Given(Codelist):
    """Whether the infusion was given."""

    GIVEN = "given", N_("Given")
    PARTLY = "partly", N_("Given in part")
    NOT_GIVEN = "not_given", N_("Not given")


class Access(Codelist):
    """Venous access."""

    PERIPHERAL = "peripheral", N_("Peripheral vein")
    CENTRAL = "central", N_("Central vein")
    OTHER = "other", N_("Other")


class StoppedReason(Codelist):
    """Why an infusion was not completed."""

    REACTION = "reaction", N_("Reaction")
    ACCESS = "access", N_("Venous access")
    CLINICAL = "clinical", N_("Clinical condition")
    PARTICIPANT = "participant", N_("Participant's wish")
    OTHER = "other", N_("Other")


class TimePoint(Codelist):
    """When vital signs are taken; times and tolerances are in the protocol."""

    PRE = "pre", N_("Before the start")
    M15 = "m15", N_("15 min after the start")
    M30 = "m30", N_("30 min after the start")
    M45 = "m45", N_("45 min after the start")
    M60 = "m60", N_("60 min after the start")
    END = "end", N_("At the end")
    E30M = "e30m", N_("30 min after the end")
    E1H = "e1h", N_("1 h after the end")
    E2H = "e2h", N_("2 h after the end")
    E4H = "e4h", N_("4 h after the end")
    E24H = "e24h", N_("24 h after the end")


class NotMeasuredReason(Codelist):
    """Why vital signs were not taken."""

    SLEEPING = "sleeping", N_("Asleep")
    PROCEDURE = "procedure", N_("At a procedure")
    TRANSFERRED = "transferred", N_("Transferred")
    DIED = "died", N_("Died")
    FORGOTTEN = "forgotten", N_("Forgotten")
    OTHER = "other", N_("Other")


class ReactionGrade(Codelist):
    """How bad a reaction was, in our own short words for CTCAE 5.0."""

    MILD = "1", N_("1 Mild and passing: neither interrupted nor treated")
    MODERATE = "2", N_("2 Interrupted or treated, and better at once")
    SEVERE = "3", N_("3 Long or returning, or a longer stay because of it")
    LIFE_THREATENING = "4", N_("4 Life-threatening: urgent treatment")
    DEATH = "5", N_("5 Death")


class StartCondition(Codelist):
    """What must be in place before an infusion starts."""

    GO = "go", N_("Signed go")
    STOP_RULES = "stop_rules", N_("No stop rule is met")
    BAG = "bag", N_("Hand-over of the bag")
    IN_TIME = "in_time", N_("Bag within its time")
    BASELINE = "baseline", N_("Vital signs before the start")
    LABEL = "label", N_("Comparison of label and participant")


class Release(Codelist):
    """How far the request of an infusion has come."""

    NONE = "none", N_("No decision yet")
    UNSIGNED = "unsigned", N_("Go, but not signed")
    BROKEN = "broken", N_("Go, but changed since it was signed")
    GO = "go", N_("Go, signed")
    DELAY = "delay", N_("Delayed: assess again")
    REFUSED = "refused", N_("It will not be given")
