"""The glossary: terms of the pages, for people who do not know them."""
