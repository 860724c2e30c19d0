"""Dashboards for those who watch over the trial; nothing here writes clinical data."""
