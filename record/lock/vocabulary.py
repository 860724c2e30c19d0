"""What two persons agree on."""

from trial_edc.vocabulary import N_, Codelist


class LockAction(Codelist):
    """What is proposed."""

    LOCK = "lock", N_("Lock the database")
    UNLOCK = "unlock", N_("Unlock the database")


class ClosingAct(Codelist):
    """What is done to many forms at once."""

    FREEZE = "freeze", N_("Freeze")
    UNFREEZE = "unfreeze", N_("Unfreeze")
    LOCK = "lock", N_("Lock")
    UNLOCK = "unlock", N_("Unlock")
