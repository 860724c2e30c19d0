"""The CRF engine: item types, the CRF base, the catalogue, checks."""

from django.apps import AppConfig

from trial_edc.rooms import load


class CasebookConfig(AppConfig):
    """Knows no particular form; loads what each room declares of its forms."""

    name = "record.casebook"
    label = "casebook"

    def ready(self) -> None:
        load("checks", "facts", "derived", "row_marks")
