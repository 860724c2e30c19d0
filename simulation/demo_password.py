"""The password of everybody in a demo; pure, for the launcher reads it too."""

PASSWORD = "see the demo run"  # noqa: S105 - of invented people
