"""What tests of kerasish and of its extensions share: laws, checkers, a strict array module."""

__all__: list[str] = []
