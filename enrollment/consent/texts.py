"""Words that several faces say of the consent."""

from trial_edc.vocabulary import N_

CONSENT_FIRST = N_("Record the consent first; until then nothing else.")
