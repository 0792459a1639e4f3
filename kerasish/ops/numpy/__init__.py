"""NumPy's functions on tensors, by family."""
