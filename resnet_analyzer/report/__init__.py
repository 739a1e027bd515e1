"""A report computes nothing: final numbers and sentences, which writers turn into text."""
