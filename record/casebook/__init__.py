"""The casebook of each participant: forms, items, skip logic, edit checks."""
