"""Foreign models and design files, read into our graph: one file per kind."""
