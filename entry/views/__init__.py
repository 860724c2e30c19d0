"""Views of the entry pages."""
