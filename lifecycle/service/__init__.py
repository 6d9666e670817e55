"""Use cases: everything a door may ask for."""
