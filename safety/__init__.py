"""Adverse events, their reports and clocks, death and pregnancy."""
