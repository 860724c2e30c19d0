"""Randomisation and product arithmetic, pure (protocol: randomised, parallel, 1:1)."""
