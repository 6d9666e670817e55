"""The pages, for people: parse a form, call the service, render; each of them works as plain HTML."""
