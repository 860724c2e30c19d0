"""Datasets with dictionary and manifest, made by a worker and recorded."""
