"""Where the browser tests find a chromium, and what to say where there is none."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
MISSING = (
    "no chromium found: install one (`apt-get install chromium`, or `python -m playwright install chromium` "
    "and set CHROMIUM to its path)"
)


def find_chromium() -> str | None:
    """The path of the chromium to test with: the environment's CHROMIUM, or the first on PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((found for found in map(shutil.which, NAMES) if found), None)
