"""The randomization room."""

from importlib import import_module

from django.apps import AppConfig


class RandomizationConfig(AppConfig):
    """See docs for what this room holds."""

    name = "randomization"

    def ready(self) -> None:
        """Have the stored plan of infusions known to the rules that ask for it."""
        import_module("randomization.infusion_plan.selectors")
