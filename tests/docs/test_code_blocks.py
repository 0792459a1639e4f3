"""Every Python block in README and docs/ runs as it stands.

The blocks of one page are one program, run in a folder of its own. Everything else on the page
becomes an empty line, so that a traceback names the line of the page.
"""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def program(page):
    """The page with everything outside its ```python blocks emptied."""
    lines, inside = [], False
    for line in page.splitlines():
        if line.strip().startswith("```"):
            inside = line.strip() == "```python"
            lines.append("")
        else:
            lines.append(line if inside else "")
    return "\n".join(lines)


WITH_CODE = [page for page in PAGES if program(page.read_text(encoding="utf-8")).strip()]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_blocks_of_a_page_run(page, tmp_path):
    script = tmp_path / f"{page.stem}.py"
    script.write_text(program(page.read_text(encoding="utf-8")), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if "KERAS" not in name}
    run = subprocess.run(
        [sys.executable, "-W", "error", script.name],
        env=environment | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, f"{page.name}:\n{run.stderr[-3000:]}"


def test_a_page_becomes_a_program_with_the_same_line_numbers():
    page = "# Title\n```python\nx = 1\n```\nprose\n```bash\nls\n```\n```python\nprint(x)\n```"
    assert program(page) == "\n\nx = 1\n\n\n\n\n\n\nprint(x)\n"


def test_there_is_something_to_run():
    assert {page.name for page in WITH_CODE} >= {"README.md", "quickstart.md", "from_keras.md"}
