"""Report to text, one format per file; every format says the same numbers."""
