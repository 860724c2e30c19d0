"""Django application of the simulation room; installed in a demo only."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    """Writes a whole plausible trial from a seed, through the services."""

    name = "simulation"
