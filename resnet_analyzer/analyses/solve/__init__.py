"""Largest sizes within a budget, and sizes that give a wanted figure: exact answers from closed forms."""
