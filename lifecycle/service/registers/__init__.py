"""Real portfolio registers: bytes to a table, a table to mapped rows, results back to a file; all pure functions."""
