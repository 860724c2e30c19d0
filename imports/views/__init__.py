"""Pages of the laboratory files."""
