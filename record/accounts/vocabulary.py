"""What can be changed on an account that lets a person in or widens what they see."""

from trial_edc.vocabulary import N_, Codelist


class AccessChange(Codelist):
    """A change of which the owner of the account is told, in the words of that mail."""

    ADDRESS = "address", N_("another e-mail address")
    NAME = "name", N_("another name")
    DELEGATION = "delegation", N_("other dates of the delegation")
    ROLE = "role", N_("another role")
    OPENING = "opening", N_("account opened")
    CLOSING = "closing", N_("account closed")
    PASSWORD_RESET = "password_reset", N_("reset of the password")
    PASSWORD_SET = "password_set", N_("new password")
    FACTOR_REVOKED = "factor_revoked", N_("revocation of the second factor")
    FACTOR_ENROLLED = "factor_enrolled", N_("enrolment of a second factor")
    PASSKEY_ADDED = "passkey_added", N_("another passkey")
    PASSKEY_REMOVED = "passkey_removed", N_("passkey removed")
    PASSKEY_COPIED = "passkey_copied", N_("passkey revoked: somebody has a copy of it")
    CODES_MADE = "codes_made", N_("new recovery codes")
    CODE_USED = "code_used", N_("signed in with a recovery code")
    UNLOCKING = "unlocking", N_("lock after wrong tries lifted")
