"""Queries, verification, signatures, freezing and locking of any form."""
