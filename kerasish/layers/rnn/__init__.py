"""Layers of sequences, one file each."""
