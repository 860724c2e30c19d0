"""What can be wrong with an act of review; messages are for people."""


class ReviewRefused(Exception):
    """The act is not possible now; the message says why and what to do."""


class ChangedSinceShown(ReviewRefused):
    """What is judged is no longer what the page showed."""


class ApprovalRefused(Exception):
    """An entry is not approved; the message says why."""
