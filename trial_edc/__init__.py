"""The ground of the house: the trial as data, settings, clock, addresses."""

__version__ = "0.1.0"
