"""Coded answers of the visits room, by what they are about."""
