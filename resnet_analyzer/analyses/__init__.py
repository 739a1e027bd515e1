"""What can be asked of a measured graph: one file per question."""
