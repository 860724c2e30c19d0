"""`make bench`: what the audit trail and the checks cost, as ratios within one run."""
