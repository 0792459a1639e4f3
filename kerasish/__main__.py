"""`python -m kerasish`: `demo` trains a model in both engines; `info` tells what there is here."""

import argparse
import importlib.metadata
import os
import platform
import sys
from importlib.util import find_spec

import numpy as np

import kerasish
from kerasish import demo
from kerasish.arrays import device, threads
from kerasish.backend import discovery

PACKAGES = ("numpy", "h5py", "tqdm", "llvmlite", "ml_dtypes", "cupy-cuda12x", "cupy-cuda13x")


def info() -> int:
    """Print versions, backends, devices and NumPy's BLAS."""
    for name, value in facts():
        print(f"{name:<10} {value}")
    return 0


def facts() -> list[tuple[str, str]]:
    """What `info` shows, as pairs of a name and a text."""
    current = kerasish.config.backend()
    backends = [f"{name}*" if name == current else name for name in discovery.names()]
    return [
        ("kerasish", kerasish.__release__),
        ("python", f"{platform.python_version()} on {platform.platform(terse=True)}"),
        *((package, version(package)) for package in PACKAGES),
        ("backends", f"{', '.join(backends)} (* is used)"),
        ("devices", ", ".join(devices())),
        ("printers", discovery.get("graph").printers()),
        ("blas", blas()),
        ("cores", str(os.cpu_count())),
        ("threads", products()),
    ]


def version(package: str) -> str:
    """The installed version of a package."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def devices() -> list[str]:
    """The devices that arrays can live on, and why there is no GPU if there is none."""
    if find_spec("cupy") is None:
        return ["cpu", "no gpu: CuPy is not installed"]
    try:
        count = device.array_module("gpu:0").cuda.runtime.getDeviceCount()
    except Exception as error:  # whatever CuPy and CUDA raise where a driver is missing or too old
        return ["cpu", f"no gpu: {error}"]
    return ["cpu", *(f"gpu:{number}" for number in range(count))]


def blas() -> str:
    """The library that computes NumPy's matrix products."""
    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{built.get('name', 'unknown')} {built.get('version', '')}".strip()


def products() -> str:
    """How many threads matrix products get."""
    if threads.blas().path is None:
        return "as NumPy's library chooses: it is none that can be told"
    source = threads.VARIABLE if os.environ.get(threads.VARIABLE) else "usable cores"
    return f"{threads.threads()} ({source}) for products of {threads.LIMIT:,} multiplications on"


def main(arguments: list[str] | None = None) -> int:
    """Run the command that was asked for and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m kerasish", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="{demo,info}")
    training = commands.add_parser("demo", help="train on handwritten digits in both engines")
    training.add_argument("--epochs", type=int, default=30, help="how long to train (default: 30)")
    commands.add_parser("info", help="show versions, backends, devices and NumPy's BLAS")
    asked = parser.parse_args(arguments)
    return demo.run(asked.epochs) if asked.command == "demo" else info()


if __name__ == "__main__":
    sys.exit(main())
