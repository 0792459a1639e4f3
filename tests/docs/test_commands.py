"""The commands that README shows are the ones that `.ci/run` and CONTRIBUTING use."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]


def bash_blocks(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    return [block.strip() for block in re.findall(r"^```bash\n(.*?)^```", text, re.S | re.M)]


def test_readme_begins_with_one_line_to_run_and_one_to_test():
    first, second = bash_blocks("README.md")[:2]
    assert first.endswith("python -m kerasish demo")
    assert "-m pytest" in second
    assert "\n" not in first
    assert "\n" not in second


def test_ci_takes_its_first_two_steps_from_readme():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert '"$(readme_command 1)"' in script
    assert '"$(readme_command 2)"' in script


def test_contributing_shows_the_test_command_of_readme():
    assert bash_blocks("README.md")[1] in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
