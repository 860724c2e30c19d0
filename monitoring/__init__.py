"""Dashboard and listings of the trial; nothing here writes clinical data."""
