"""Closed forms: exact formulas of a network's figures in any set of its sizes."""
