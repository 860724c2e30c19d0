"""Writes of this room, one file for each of its deeds."""
