"""A real Chromium at a real `arena web`: for tests, and for pictures."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MISSING = "there is no chromium with chromedriver: apt-get install chromium chromium-driver"


def found() -> bool:
    """Whether there is a browser to drive."""
    return all(map(shutil.which, ("chromium", "chromedriver")))


@contextmanager
def served(home: Path, *options: str, plugin: str | None = None) -> Iterator[str]:
    """Run `arena web` at a free port, with a file as a plugin if one is named; give its address."""
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from arena.cli import main; main(sys.argv[1:])"
    )
    plugins = [] if plugin is None else ["--plugin", plugin]
    arena = [sys.executable, "-u", "-c", code, "--home", str(home), *plugins]
    command = [*arena, "web", "--port", "0"]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = re.search(r"http://\S+", process.stdout.readline())
        assert said, "the server did not say where it is"
        yield said[0].rstrip("/")
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def chromium(dark: bool = False, size: tuple[int, int] = (1200, 900)) -> Iterator[Any]:
    """Give a headless Chromium that notes every request and every error."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for option in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage",
                   "disable-background-networking", "disable-component-update",
                   f"window-size={size[0]},{size[1]}"):  # fmt: skip
        options.add_argument(f"--{option}")
    options.binary_location = str(shutil.which("chromium"))
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    os.environ.setdefault("SE_OFFLINE", "true")
    driver = webdriver.Chrome(options, Service(str(shutil.which("chromedriver"))))
    try:
        scheme = "dark" if dark else "light"
        feature = {"name": "prefers-color-scheme", "value": scheme}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        yield driver
    finally:
        driver.quit()


def requests(driver: Any) -> list[str]:
    """Return the addresses that pages asked for since the last call."""
    entries = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    sent = [e["params"] for e in entries if e["method"] == "Network.requestWillBeSent"]
    return [each["request"]["url"] for each in sent]


def errors(driver: Any) -> list[str]:
    """Return what the console said that is worse than a note, since the last call."""
    log = driver.get_log("browser")
    return [entry["message"] for entry in log if entry["level"] in ("SEVERE", "WARNING")]
