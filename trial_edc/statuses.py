"""How each status looks: a shape, a word and a tone, the same on every page.

Shapes are the symbols of `static/icons/status.svg`; tones are those of the tokens.
Where a grid leaves the word to readers of the screen, the shape alone tells: so no two
statuses of a form, of a mark or of a visit share one.
Source: `crf_catalogue.md` §0 for the status words.
"""

from dataclasses import dataclass

from trial_edc.vocabulary import N_


@dataclass(frozen=True, slots=True)
class Look:
    """The shape, the word and the tone of a status."""

    shape: str
    word: str
    tone: str = "plain"  # plain, muted, accent, attention, danger, good


FORM = {
    "not_started": Look("circle", N_("Not started"), "muted"),
    "draft": Look("half", N_("Draft"), "accent"),
    "complete": Look("disc", N_("Complete"), "good"),
    "not_done": Look("cross", N_("Not done"), "muted"),
    "not_applicable": Look("dash", N_("Not applicable"), "muted"),
    "missing": Look("gap", N_("Missing"), "danger"),  # expected, and nobody began it
}
MARK = {
    "query": Look("flag", N_("Open query"), "attention"),
    "changed_since_verified": Look(
        "half-check", N_("Changed since verified"), "attention"
    ),
    "verified": Look("check", N_("Verified"), "good"),
    "signed": Look("pen", N_("Signed"), "good"),
    "signature_broken": Look("broken-pen", N_("Signature no longer holds"), "danger"),
    "frozen": Look("snow", N_("Frozen"), "plain"),
    "locked": Look("lock", N_("Locked"), "plain"),
    "struck_out": Look("struck", N_("Struck out"), "muted"),
}
VISIT = {
    "not_scheduled": Look("dot", N_("Not scheduled"), "muted"),
    "not_due": Look("circle", N_("Not due"), "muted"),
    "upcoming": Look("target", N_("Upcoming"), "accent"),
    "due": Look("clock", N_("Due"), "attention"),
    "overdue": Look("triangle", N_("Overdue"), "danger"),
    "done": Look("disc", N_("Done"), "good"),
    "missed": Look("cross", N_("Missed"), "danger"),
    "not_required": Look("dash", N_("Not required"), "muted"),
}
QUERY = {
    "open": Look("flag", N_("Open"), "attention"),
    "answered": Look("reply", N_("Answered"), "accent"),
    "reopened": Look("flag", N_("Reopened"), "attention"),
    "closed": Look("check", N_("Closed"), "muted"),
    "cancelled": Look("cross", N_("Cancelled"), "muted"),
}
PARTICIPANT = {
    "approached": Look("circle", N_("Approached"), "muted"),
    "consented": Look("circle", N_("Consented"), "accent"),
    "screen_failed": Look("cross", N_("Screen failed"), "muted"),
    "eligible": Look("half", N_("Eligible"), "accent"),
    "randomised": Look("half", N_("Randomized"), "accent"),
    "infused": Look("disc", N_("Infused"), "accent"),
    "completed": Look("disc", N_("Completed"), "good"),
    "died": Look("cross", N_("Died"), "danger"),
    "withdrawn": Look("dash", N_("Withdrawn"), "attention"),
    "lost": Look("question", N_("Lost to follow-up"), "attention"),
}
PREPARATION = {
    "to_prepare": Look("circle", N_("To prepare"), "accent"),
    "to_confirm": Look("half", N_("To be confirmed by two"), "attention"),
    "to_hand_over": Look("pen", N_("Ready to hand over"), "good"),
    "handed_over": Look("disc", N_("Handed over"), "good"),
    "paused": Look("dash", N_("Paused"), "attention"),
}
CRITERION = {
    "met": Look("check", N_("Met"), "good"),
    "not_met": Look("cross", N_("Not met"), "danger"),
    "absent": Look("check", N_("Absent"), "good"),
    "present": Look("cross", N_("Present"), "danger"),
    "unknown": Look("question", N_("Unknown"), "attention"),
}
JOB = {
    "queued": Look("circle", N_("Waiting"), "muted"),
    "running": Look("half", N_("Running"), "accent"),
    "ready": Look("disc", N_("Ready"), "good"),
    "failed": Look("triangle", N_("Failed"), "danger"),
    "sending": Look("half", N_("Being sent"), "accent"),
    "sent": Look("check", N_("Sent"), "good"),
    "withheld": Look("dash", N_("Withheld"), "muted"),
}
DEVIATION = {
    "to_assess": Look("circle", N_("To assess"), "attention"),
    "to_resolve": Look("half", N_("To resolve"), "accent"),
    "to_be_confirmed": Look("pen", N_("To confirm"), "attention"),
    "settled": Look("check", N_("Settled"), "good"),
    "ground_lost": Look("question", N_("Its ground fell away"), "attention"),
}
ACCOUNT = {
    "active": Look("disc", N_("Active"), "good"),
    "inactive": Look("dash", N_("Closed"), "muted"),
    "locked_out": Look("lock", N_("Locked out"), "danger"),
    "no_password": Look("circle", N_("No password set"), "attention"),
}
ROW = {
    "gap": Look("gap", N_("Gap"), "attention"),
    "overlap": Look("overlap", N_("Overlap"), "danger"),
    "high": Look("high", N_("Above range"), "attention"),
    "low": Look("low", N_("Below range"), "attention"),
    "unusual": Look("question", N_("Unusual"), "attention"),
    "impossible": Look("triangle", N_("Impossible"), "danger"),
    "used": Look("target", N_("In use"), "accent"),
}
REPORT = {
    "unsent": Look("clock", N_("To send"), "danger"),
    "unsent_late": Look("triangle", N_("Overdue"), "danger"),
}
KINDS = {
    "Form": FORM,
    "Mark": MARK,
    "Visit": VISIT,
    "Query": QUERY,
    "Participant": PARTICIPANT,
    "Preparation": PREPARATION,
    "Criterion": CRITERION,
    "Job": JOB,
    "Deviation": DEVIATION,
    "Report": REPORT,
    "Account": ACCOUNT,
    "Row of a log": ROW,
}
LOOKS = {code: look for kind in KINDS.values() for code, look in kind.items()}
