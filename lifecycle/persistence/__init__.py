"""Rows: the journal, the read model and the audit trail."""
