"""The networks: one file per family, a parametric builder and its published numbers with their sources."""
