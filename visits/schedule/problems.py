"""Why a visit cannot be changed as asked; the text is for people."""


class VisitRefused(Exception):
    """What was asked of a visit cannot be done in the state it is in."""
