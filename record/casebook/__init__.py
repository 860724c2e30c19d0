"""The binder of each participant: sheets, items, skip logic, edit checks."""
