"""The layers that others are made with."""
