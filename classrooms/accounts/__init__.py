"""Accounts: proven emails, second factors, and what slows guessing down."""
