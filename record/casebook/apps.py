"""The CRF engine: item types, the CRF base, the catalogue, checks."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CasebookConfig(AppConfig):
    """Knows no particular form; loads what each room declares of its forms."""

    name = "record.casebook"
    label = "casebook"

    def ready(self) -> None:
        """Load what the rooms declare."""
        autodiscover_modules("checks", "facts", "derived", "row_marks")
