"""The audit room: attributed writes, the one audit table, seals, the vault."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Knows nothing of the meaning of a form."""

    name = "record.audit"
    label = "audit"
