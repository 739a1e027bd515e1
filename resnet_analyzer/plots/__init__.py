"""Pictures: one per file, matplotlib imported when one is drawn."""
