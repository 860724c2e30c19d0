"""The backup room."""

from django.apps import AppConfig


class BackupConfig(AppConfig):
    """Has no tables: its register are acts of the audit trail."""

    name = "record.backup"
    label = "backup"
