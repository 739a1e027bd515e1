"""The witness: a real Keras model built from our graph, run, and compared with our figures."""
