"""Layers that apply an activation."""
