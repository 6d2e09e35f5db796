"""The model in Mesa's SolaraViz: server and browser together, without any way out to a network."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

PAGE = Path(__file__).with_name("solara_page.py")
MARKS = ".mark-symbol path"  # the points of the curves that Vega draws
PATIENCE = 120  # seconds for anything that should happen at once, on a busy machine


def test_solara_shows_two_charts_and_steps_the_model(chromium):
    pytest.importorskip("solara", reason="the extra `app` is not installed")
    pytest.importorskip("playwright")
    environment = {**os.environ, "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False", "PYTHONPATH": str(PAGE.parent.parent)}
    command = [*without_network(), sys.executable, __file__, chromium]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["outside"] == [], "the page asks for something from elsewhere"
    assert seen["failed"] == []
    assert seen["marks"] == [2, 8], "two curves have one point each at month 0, four after three months"
    assert seen["step"] == "Step: 3"
    assert seen["after_reset"] == 2


def without_network() -> list[str]:
    """Return what starts a command where only the loopback exists, if this machine can."""
    wrap = ["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    able = (
        all(map(shutil.which, ("unshare", "ip")))
        and not subprocess.run([*wrap, "true"], capture_output=True).returncode
    )
    return wrap if able else []


# What runs in there


def main(chromium: str) -> None:
    """Serve the page, drive it, and print what was seen."""
    port = free_port()
    serve = ["run", str(PAGE), "--production", "--no-open", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen([sys.executable, "-m", "solara", *serve], stdout=sys.stderr, stderr=sys.stderr)
    try:
        print(json.dumps(drive(f"http://127.0.0.1:{port}/", chromium)))
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def drive(address: str, chromium: str) -> dict:
    """Open the page, press Step three times, then Reset; return requests, marks and the counter."""
    from playwright.sync_api import sync_playwright

    wait_for(address + "readyz")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab, asked, failed = browser.new_page(), [], []
        tab.set_default_timeout(1000 * PATIENCE)
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("requestfailed", lambda request: failed.append(request.url))
        tab.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
        tab.goto(address)
        marks = [count(tab, 2)]
        for step in range(1, 4):
            tab.get_by_role("button", name="Step").click()
            tab.get_by_text(f"Step: {step}").wait_for()
        marks.append(count(tab, 8))
        shown = tab.get_by_text("Step: ").inner_text()
        tab.get_by_role("button", name="Reset").click()
        after = count(tab, 2)
        browser.close()
    outside = [url for url in asked if not url.startswith((address, "data:", "blob:", "ws:"))]
    return {"marks": marks, "step": shown, "after_reset": after, "outside": outside, "failed": failed}


def count(tab, expected: int, seconds: float = PATIENCE) -> int:
    """Return the number of marks drawn, as soon as it is the expected one."""
    end = time.monotonic() + seconds
    while (found := tab.locator(MARKS).count()) != expected and time.monotonic() < end:
        tab.wait_for_timeout(200)
    return found


def wait_for(address: str, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address)
            return
        time.sleep(0.2)
    raise TimeoutError(f"{address} does not answer")


if __name__ == "__main__":
    main(sys.argv[1])
