"""One file of routes per subject: parse, call the service, return."""
