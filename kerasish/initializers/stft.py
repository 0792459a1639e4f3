"""Kernels with which a convolution computes short-time Fourier transforms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerasish import ops
from kerasish.arrays.dtype import standardize_dtype
from kerasish.errors import explain
from kerasish.initializers.initializer import Initializer

# Name → coefficients of cos(0), cos(2πt), cos(4πt), … with alternating signs.
_WINDOWS = {
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "boxcar": (1.0,),
    "tukey": (),
}


class STFT(Initializer):
    """Cosines (`"real"`) or sines (`"imag"`) of each frequency, under a window.

    Args:
        side: which part of the transform the kernel computes.
        window: `"hann"`, `"hamming"`, `"blackman"`, `"tukey"`, `"boxcar"`, an array, or None.
        scaling: divide by the root of the window's energy (`"density"`), by its sum
            (`"spectrum"`), or not (None).
        periodic: whether the window is one period; otherwise it is symmetric.

    Raises:
        ValueError: for an unknown side, window or scaling.
    """

    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ) -> None:
        if side not in ("real", "imag"):
            raise ValueError(explain("Unknown `side`", expected="'real' or 'imag'", side=side))
        if isinstance(window, str) and window not in _WINDOWS:
            raise ValueError(
                explain("Unknown `window`", expected=f"one of {sorted(_WINDOWS)}", window=window)
            )
        if scaling not in (None, "density", "spectrum"):
            raise ValueError(
                explain(
                    "Unknown `scaling`", expected="None, 'density' or 'spectrum'", scaling=scaling
                )
            )
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        length, _, frequencies = shape
        time = np.arange(length).reshape(length, 1, 1)
        turns = np.arange(frequencies).reshape(1, 1, frequencies) / ((frequencies - 1) * 2)
        angles = -2.0 * math.pi * time * turns
        kernel = np.cos(angles) if self.side == "real" else np.sin(angles)
        if self.window is not None:
            window = self._values(length)
            kernel = kernel * window.reshape(length, 1, 1) / self._scale(window)
        return ops.convert_to_tensor(kernel, dtype=standardize_dtype(dtype))

    def _values(self, length: int) -> np.ndarray[Any, Any]:
        if isinstance(self.window, str):
            return window_of(self.window, length, self.periodic)
        window = ops.convert_to_numpy(self.window).astype("float64")
        if window.shape != (length,):
            raise ValueError(
                explain(
                    "The window does not fit the kernel",
                    expected=f"shape ({length},)",
                    shape=window.shape,
                )
            )
        return window

    def _scale(self, window: np.ndarray[Any, Any]) -> float:
        if self.scaling == "density":
            return math.sqrt(float(np.sum(window**2)))
        return float(np.sum(np.abs(window))) if self.scaling == "spectrum" else 1.0

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal initializer."""
        return {
            "side": self.side,
            "window": self.window,
            "periodic": self.periodic,
            "scaling": self.scaling,
        }


def window_of(name: str, length: int, periodic: bool) -> np.ndarray[Any, Any]:
    """Return the window of a name: a sum of cosines, or `"tukey"`, whose middle half is flat."""
    if length == 1:
        return np.ones(1)
    turns = np.arange(length) / (length if periodic else length - 1)
    if name == "tukey":
        return 0.5 - 0.5 * np.cos(4.0 * math.pi * np.minimum(np.minimum(turns, 1 - turns), 0.25))
    angles = 2.0 * math.pi * turns
    terms = [(-1) ** k * a * np.cos(k * angles) for k, a in enumerate(_WINDOWS[name])]
    return np.asarray(np.sum(terms, axis=0))
