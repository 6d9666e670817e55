"""The pages: server-rendered, for people."""
