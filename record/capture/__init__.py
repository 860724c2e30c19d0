"""The one way by which the values of a form get into the record."""
