"""What developers and operators run beside the product: launcher, papers, texts."""
