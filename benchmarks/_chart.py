"""Draws results/dense_steps.json: `python benchmarks/_chart.py` (needs the extra `draw`)."""

from __future__ import annotations

import json
import pathlib

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

RESULTS = pathlib.Path(__file__).parent / "results"
NAMES = {
    "native": "kerasish, compiled", "graph": "kerasish, NumPy alone", "eager": "kerasish, eager",
    "torch": "PyTorch, eager", "jit": "jax.jit, a step", "scan": "JAX, an epoch in scan",
    "keras-jax": "Keras on JAX, fit", "products": "products alone",
}  # fmt: skip
OURS, THEIRS, BARE = "#1f6f8b", "#c9c9c9", "#e8d5a8"


def main():
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
        panel.margins(x=0.2)
        panel.tick_params(labelsize=8, bottom=False, labelbottom=False)
        panel.spines[["top", "right", "bottom"]].set_visible(False)
    for panel in list(panels):
        panel.set_axis_off()
    figure.axes[-1].set_axis_off()
    figure.supxlabel("µs a training step, on 2 cores", fontsize=9)
    figure.savefig(RESULTS / "dense_steps.png", dpi=110)
    figure.savefig(RESULTS / "dense_steps.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
