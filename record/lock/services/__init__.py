"""The writes of the lock: of the database, and of many forms at once."""
