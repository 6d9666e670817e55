"""Durability: one workflow per project decides, deterministically."""
