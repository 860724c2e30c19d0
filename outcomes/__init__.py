"""Outcome forms, derived endpoints, withdrawal and end of study."""
