"""Laboratory files: registered sources, mapping, preview, storing, report."""
