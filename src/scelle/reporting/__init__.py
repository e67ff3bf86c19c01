"""Oversight: attestation, published figures, and papers drawn from the configuration."""
