"""Handwritten digits, 8×8 pixels: the smallest real images to train on.

1,797 digits written by 13 people: the test part of *Optical Recognition of Handwritten Digits*
(E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository, licence CC BY 4.0).
`SOURCES.md` beside this file tells where the numbers come from and what was done to them.
"""

import importlib.resources
import io

import numpy as np

from kerasish._absent import public

__all__ = ["load_data"]

__getattr__, __dir__ = public(__name__, __all__)

Arrays = tuple[np.ndarray, np.ndarray]


def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[Arrays, Arrays]:
    """Return the digits as `(x_train, y_train), (x_test, y_test)`.

    The images stand in the order of the source until one permutation, drawn from `seed`, shuffles
    them; the last `test_split` of them are the test images. The same arguments give the same split
    on every machine and with every version of NumPy.

    Args:
        test_split: Share of the images kept for testing, from 0 to 1.
        seed: Seed of the permutation, from 0 to 2**32 - 1.

    Returns:
        Two pairs of NumPy arrays: images, `uint8` of shape `(n, 8, 8)` with values 0 (paper) to
        16 (ink), and labels, `uint8` of shape `(n,)` with values 0 to 9.

    Raises:
        ValueError: If `test_split` is not between 0 and 1, or NumPy refuses `seed`.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape
        ((1437, 8, 8), (360, 8, 8))
    """
    if not 0 <= test_split <= 1:
        raise ValueError(
            f"`test_split` should be a number from 0 to 1. Received: test_split={test_split}"
        )
    images, labels = _read()
    # RandomState, unlike NumPy's newer generators, promises the same stream for ever.
    order = np.random.RandomState(seed).permutation(len(images))
    train, test = np.split(order, [int(len(images) * (1 - test_split))])
    return (images[train], labels[train]), (images[test], labels[test])


def _read() -> Arrays:
    """The images and labels in the order of the source; works from a zipped package too."""
    packed = importlib.resources.files("kerasish.datasets").joinpath("digits.npz").read_bytes()
    with np.load(io.BytesIO(packed), allow_pickle=False) as data:
        return data["images"], data["labels"]
