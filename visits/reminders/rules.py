"""Whether a message to a participant may leave, and when (protocol section 9); pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Codelist, VisitStatus

CLOSED = (
    VisitStatus.DONE,
    VisitStatus.MISSED,
    VisitStatus.NOT_REQUIRED,
    VisitStatus.NOT_SCHEDULED,
)


class Action(Codelist):
    """What to do with a message."""

    SEND = "send", N_("Send")
    DEFER = "defer", N_("Wait")
    SUPPRESS = "suppress", N_("Do not send")


class SuppressionReason(Codelist):
    """Why a message does not leave now; the first that holds."""

    DECEASED = "deceased", N_("the participant has died")
    WITHDRAWN = "withdrawn", N_("the participant has withdrawn")
    NO_CONSENT = "no_contact_consent", N_("no consent to be written to")
    OPTED_OUT = "opted_out", N_("the participant wants no messages")
    VISIT_CLOSED = "visit_closed", N_("the visit awaits nobody any more")
    NOT_DUE = "not_due", N_("the visit is not due yet")
    IN_HOSPITAL = "in_hospital", N_("in hospital: the ward tells the participant")
    NO_ADDRESS = "no_valid_phone", N_("no address that works")
    MAXIMUM = "max_reached", N_("enough messages for this visit")
    QUIET = "quiet_hours", N_("quiet hours")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most messages for a visit, and the quiet hours at the site."""

    maximum_per_visit: int = PROTOCOL.reminders.maximum_per_visit
    quiet_from: time = PROTOCOL.reminders.quiet_from
    quiet_until: time = PROTOCOL.reminders.quiet_until


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether a message may leave; `visit_status` None: it has no visit.

    `has_address` and `sent_for_visit` refer to the channel of the message.
    """

    has_consent: bool
    has_opted_out: bool
    has_died: bool
    has_withdrawn: bool
    visit_status: VisitStatus | None
    is_in_hospital: bool
    has_address: bool
    sent_for_visit: int


@dataclass(frozen=True, slots=True)
class SendDecision:
    """What to do, when it may leave, and why not now."""

    action: Action
    send_at: datetime | None = None
    reason: SuppressionReason | None = None


@implements("REM-01")
def send_decision(
    due_at: datetime, situation: Situation, limits: Limits | None = None
) -> SendDecision:
    limits = limits or Limits()
    if reason := suppression_reason(situation, limits):
        return SendDecision(Action.SUPPRESS, None, reason)
    send_at = out_of_quiet_hours(due_at, limits)
    if send_at > due_at:
        return SendDecision(Action.DEFER, send_at, SuppressionReason.QUIET)
    return SendDecision(Action.SEND, due_at)


def suppression_reason(
    situation: Situation, limits: Limits
) -> SuppressionReason | None:
    reasons = (
        (situation.has_died, SuppressionReason.DECEASED),
        (situation.has_withdrawn, SuppressionReason.WITHDRAWN),
        (not situation.has_consent, SuppressionReason.NO_CONSENT),
        (situation.has_opted_out, SuppressionReason.OPTED_OUT),
        (situation.visit_status in CLOSED, SuppressionReason.VISIT_CLOSED),
        (situation.visit_status == VisitStatus.NOT_DUE, SuppressionReason.NOT_DUE),
        (situation.is_in_hospital, SuppressionReason.IN_HOSPITAL),
        (not situation.has_address, SuppressionReason.NO_ADDRESS),
        (
            situation.sent_for_visit >= limits.maximum_per_visit,
            SuppressionReason.MAXIMUM,
        ),
    )
    return next((reason for holds, reason in reasons if holds), None)


def out_of_quiet_hours(instant: datetime, limits: Limits) -> datetime:
    """The instant, or the end of the quiet hours in which it lies.

    They begin with `quiet_from` and end before `quiet_until`, also over midnight.
    """
    local = instant.astimezone(SITE_TZ)
    begins, ends, at = limits.quiet_from, limits.quiet_until, local.time()
    over_midnight = begins > ends
    is_evening, is_morning = at >= begins, at < ends
    if not (is_evening or is_morning if over_midnight else is_evening and is_morning):
        return instant
    day = local.date() + timedelta(days=over_midnight and is_evening)
    return datetime.combine(day, ends, SITE_TZ).astimezone(instant.tzinfo)
