"""Printers: one plan, several ways to run it, each as source that a person can read."""
