"""`make bench`: what trust costs, as ratios within one run."""
