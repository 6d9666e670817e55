"""The product in the languages of its readers: English stands in the code, the others in `locales/`."""
