"""The primitives: each operation once, shared by every engine."""
