"""Why an act of this room was refused; each says what to do, for people."""


class RandomizationRefused(Exception):
    """Nothing was stored; the text is for people."""


class ListExhausted(RandomizationRefused):
    """No slot is left; the participant stays eligible."""
