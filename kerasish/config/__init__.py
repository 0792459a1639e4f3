"""Settings: the backend, dtypes, and small numbers; under Keras's names."""

from kerasish._absent import public
from kerasish._frames import (
    disable_traceback_filtering,
    enable_traceback_filtering,
    is_traceback_filtering_enabled,
)
from kerasish.arrays.threads import set_threads, threads
from kerasish.backend import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_backend,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from kerasish.dtype_policies import dtype_policy, set_dtype_policy

__all__ = [
    "backend", "disable_traceback_filtering", "dtype_policy", "enable_traceback_filtering",
    "epsilon", "floatx", "image_data_format", "is_traceback_filtering_enabled", "set_backend",
    "set_dtype_policy", "set_epsilon", "set_floatx", "set_image_data_format", "set_threads",
    "threads",
]  # fmt: skip

__getattr__, __dir__ = public(__name__, __all__)
