"""Pages of the monitoring visits."""
