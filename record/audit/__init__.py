"""Trust in the record: every write is attributed, recorded and sealed."""
