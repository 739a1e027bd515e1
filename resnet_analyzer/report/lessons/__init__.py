"""Standard reports that are lessons: one question of the course per file."""
