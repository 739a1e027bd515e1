"""How counted work becomes a number: MACs, FLOPs, activations, and what each peer prints."""
