"""Telling people and programs: gathering what they are told, wording it, and sending it over each channel."""
