"""What the views of this room share."""

from functools import partial

from randomization.problems import RandomizationRefused
from trial_edc.pages import act_or_report

run_or_report = partial(act_or_report, refusal=RandomizationRefused)
