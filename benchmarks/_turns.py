"""Peers measured in turn, each in a process of its own: medians, ratios, machine and versions."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib import metadata

PACKAGES = ("numpy", "torch", "jax", "keras", "tensorflow-cpu", "scikit-learn", "onnxruntime")


def shortest(epoch, steps, repeats=3):
    """Return the shortest time of a step, in microseconds, over some epochs after a first one."""
    epoch()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        epoch()
        times.append((time.perf_counter() - start) / steps * 1e6)
    return min(times)


def versions():
    """Return the versions of all that was measured."""
    import kerasish

    found = {"kerasish": kerasish.__release__}  # measured from its folder, installed or not
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found


def run(script, peer, name):
    """Measure in a process of its own; None where the peer is not installed."""
    command = [sys.executable, script, "--one", peer, name]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1] if done.stderr else "?"
        return None if "No module named" in last else sys.exit(f"{peer} {name}: {done.stderr}")
    return float(done.stdout.split()[-1])


def main(script, description, cases, measure, bases=("graph",), unit="a step"):
    """Measure in turn, and print medians and ratios.

    Args:
        script: the file that asks.
        description: its first line.
        cases: name → names of the peers.
        measure: a function of a peer and a case that returns microseconds.
        bases: the peers that ratios are taken to: those of them that a case has.
        unit: what the microseconds are for.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", nargs="*", default=list(cases))
    parser.add_argument("--peers", nargs="*")
    parser.add_argument("--one", nargs=2)
    parser.add_argument("--json")
    options = parser.parse_args()
    if options.one:
        print(measure(*options.one))
        return
    machine = f"{platform.platform()} {os.cpu_count()} CPUs, Python {platform.python_version()}"
    print(machine, versions())
    report = {}
    for name in options.cases:
        times = {p: [] for p in cases[name] if not options.peers or p in options.peers}
        for _ in range(options.rounds):
            for peer, found in times.items():
                value = run(script, peer, name)
                if value is not None:
                    found.append(value)
        report[name] = medians = {p: statistics.median(v) for p, v in times.items() if v}
        print(f"\n{name}: µs {unit}, medians of {options.rounds} rounds in turn")
        for peer, value in medians.items():
            ours = [base for base in bases if base in medians and base != peer]
            ratios = [f"{base} / {peer} = {medians[base] / value:.2f}" for base in ours]
            print(f"  {peer:14s} {value:9.1f}   {', '.join(ratios)}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"versions": versions(), "medians": report}, file, indent=1)
