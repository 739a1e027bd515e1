"""Checks that the documentation says what the program does; `python -m tests.docs` brings README up to date."""
