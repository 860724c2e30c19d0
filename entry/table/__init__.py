"""A log as a table that people type and paste into."""
