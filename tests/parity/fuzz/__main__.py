"""The command: `python -m tests.parity.fuzz --minutes 30 --only ops,models --seed 7`.

It ends with 1 when a difference is unexplained.
"""

from __future__ import annotations

import argparse
import importlib.util
import secrets
import sys

from tests.parity.fuzz import areas, running

LONG = 600  # seconds from which on each entry of KNOWN should have matched something


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Return the parsed arguments."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="no case begins after these")
    parser.add_argument("--only", default="", help=f"areas, of {', '.join(areas.AREAS)}")
    parser.add_argument("--seed", type=int, help="the first seed; a fresh one without")
    parser.add_argument("--cases", type=int, default=0, help="how many seeds of each area")
    parser.add_argument("--engines-only", action="store_true", help="do not ask Keras")
    parser.add_argument("--engines", default=engines(), type=lambda text: tuple(text.split(",")))
    parser.add_argument("--processes", type=int, default=0, help="one for each core without")
    parser.add_argument("--show", action="store_true", help="print the programs, run nothing")
    return parser.parse_args(given)


def plan(options: argparse.Namespace) -> running.Plan:
    """Return what the arguments ask for."""
    chosen = tuple(options.only.split(",") if options.only else areas.AREAS)
    first = secrets.randbelow(10**9) if options.seed is None else options.seed
    asked = not options.engines_only
    return running.Plan(chosen, options.engines, asked, first, options.cases, options.minutes * 60)


def engines() -> tuple[str, ...]:
    """Return the engines there are: compiled code needs llvmlite."""
    compiled = ("compiled",) if importlib.util.find_spec("llvmlite") else ()
    return ("eager", "graph", *compiled)


def main(given: list[str] | None = None) -> int:
    """Run what the arguments ask for; return 1 if something is unexplained."""
    options = arguments(given)
    wanted = plan(options)
    write = sys.stdout.write
    if options.show:
        for name, seed in wanted.seeds():
            write(f"{areas.draw(areas.AREAS[name], seed, wanted.keras)}\n")
            if not options.cases:
                break
        return 0
    about = "Keras on JAX" if wanted.keras else "no Keras"
    write(f"seeds from {wanted.first} on; engines {', '.join(wanted.engines)}; {about}\n")
    sys.stdout.flush()
    report = running.run(wanted, options.processes)
    write(report.text() + "\n")
    if wanted.seconds >= LONG and wanted.keras and not options.only:
        write("".join(f"matched nothing: {reason}\n" for reason in report.unused()))
    return bool(report.unexplained)


if __name__ == "__main__":
    sys.exit(main())
