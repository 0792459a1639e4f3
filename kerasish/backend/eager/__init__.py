"""The eager backend: every primitive is computed at once, and gradients are taped."""
