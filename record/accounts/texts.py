"""The statement that a person acknowledges before the first signature."""

from trial_edc.vocabulary import N_

# Raised with each change of the statement: it is acknowledged anew.
SIGNATURE_STATEMENT_VERSION = 1
SIGNATURE_STATEMENT = N_(
    "My electronic signature in this system is mine alone and binds me in the same way "
    "as my signature by hand. Nobody else may use it: I keep my password and my second "
    "factor to myself. I answer for every record that I sign with it."
)
