"""What comes in and goes out over HTTP: strict models that forbid unknown fields; what the server owns is no field."""
