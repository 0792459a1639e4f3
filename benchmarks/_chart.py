"""Draws dense_steps.json and growth.json of results/: `python benchmarks/_chart.py`."""

from __future__ import annotations

import json
import pathlib

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

RESULTS = pathlib.Path(__file__).parent / "results"
NAMES = {
    "native": "kerasish, compiled", "graph": "kerasish, NumPy alone", "eager": "kerasish, eager",
    "torch": "PyTorch, eager", "jit": "jax.jit, a step", "scan": "JAX, an epoch in scan",
    "keras-jax": "Keras on JAX, fit", "keras-torch": "Keras on PyTorch, fit",
    "keras-tensorflow": "Keras on TensorFlow, fit", "sklearn": "scikit-learn",
    "products": "products alone",
}  # fmt: skip
OURS, THEIRS, BARE = "#1f6f8b", "#c9c9c9", "#e8d5a8"


def draw_steps():
    """Draw a panel for each case, with a bar for each peer, in microseconds."""
    report = json.loads((RESULTS / "dense_steps.json").read_text(encoding="utf-8"))["medians"]
    figure = Figure(figsize=(11, 7), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 3).flat
    for panel, (case, medians) in zip(panels, report.items(), strict=False):
        peers = [peer for peer in NAMES if peer in medians][::-1]
        values = [medians[peer] for peer in peers]
        colours = [
            BARE if p == "products" else OURS if p in ("native", "graph", "eager") else THEIRS
            for p in peers
        ]
        bars = panel.barh([NAMES[p] for p in peers], values, color=colours)
        panel.bar_label(bars, [f"{v:,.1f}" if v < 20 else f"{v:,.0f}" for v in values], padding=3)
        panel.set_title(case, fontsize=10)
        panel.set_xscale("log")
        panel.set_xlim(min(values) / 2, max(values) * 5)
        panel.tick_params(which="both", labelsize=8, bottom=False, labelbottom=False)
        panel.spines[["top", "right", "bottom"]].set_visible(False)
    for panel in list(panels):
        panel.set_axis_off()
    figure.axes[-1].set_axis_off()
    figure.supxlabel("µs a training step, on 2 cores; lengths are logarithms", fontsize=9)
    figure.savefig(RESULTS / "dense_steps.png", dpi=110)
    figure.savefig(RESULTS / "dense_steps.svg", metadata={"Date": None})


def draw_growth():
    """Draw a panel for each size that was varied, with a line for each peer."""
    path = RESULTS / "growth.json"
    report = json.loads(path.read_text(encoding="utf-8"))["medians"]
    found = {}
    for case, medians in report.items():
        what, value = case.split()
        for peer, time in medians.items():
            found.setdefault(what, {}).setdefault(peer, []).append((int(value), time))
    figure = Figure(figsize=(11, 7), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 2).flat
    for panel, (what, lines) in zip(panels, found.items(), strict=True):
        for peer, points in lines.items():
            ours = peer in ("native", "graph", "eager")
            panel.loglog(*zip(*points, strict=True), marker="o", ms=3, lw=2 if ours else 1,
                         ls="-" if ours else "--", label=NAMES[peer])  # fmt: skip
        panel.set_title(what, fontsize=10)
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=8)
    figure.axes[0].legend(fontsize=8, frameon=False)
    figure.supylabel("µs a training step", fontsize=9)
    figure.savefig(RESULTS / "growth.png", dpi=110)
    figure.savefig(RESULTS / "growth.svg", metadata={"Date": None})


if __name__ == "__main__":
    draw_steps()
    if (RESULTS / "growth.json").exists():
        draw_growth()
