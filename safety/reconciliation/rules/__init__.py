"""Cases of the sponsor's safety database: reading a list, finding the same event."""
