"""The vocabulary of a project management office, as pure values."""
