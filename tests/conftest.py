"""What every test starts with: tracebacks that show each frame, those of kerasish too."""

import pytest

from kerasish import config


@pytest.fixture(autouse=True, scope="session")
def every_frame():
    config.disable_traceback_filtering()
