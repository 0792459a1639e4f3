"""The engine that tests run in."""

from contextlib import contextmanager

import kerasish as keras


@contextmanager
def current_engine(name):
    """Let an engine be the current one within a `with` block."""
    before = keras.config.backend()
    keras.config.set_backend(name)
    try:
        yield
    finally:
        keras.config.set_backend(before)
