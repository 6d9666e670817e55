"""The addresses of the pages: what is read from a request, what is asked of the service, what is shown."""
