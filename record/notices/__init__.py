"""Messages on their way: an outbox, its channels and delivery."""
