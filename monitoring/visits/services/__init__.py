"""Writes of monitoring visits."""
