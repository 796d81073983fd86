"""Opens the page People in Chromium some times, and says in JSON how long it takes: people_page.py ADDRESS KEY TIMES.

`first` is the time until the first card of a voice, `complete` that until everything in sight has its samples, both in seconds and in the median.
"""

import json
import os
import statistics
import sys
import tempfile
import time
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)), "browser"))

from playwright.sync_api import sync_playwright

from console import Browser


def main():
    address, key, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
    first, complete = [], []
    with tempfile.TemporaryDirectory(prefix="harken-page-") as folder, sync_playwright() as playwright:
        browser = Browser(playwright, folder)
        console = browser.open(types.SimpleNamespace(url=address), "/#/start")
        console.page.fill("input[type=password]", key)
        console.page.get_by_role("button", name="Log in").click()
        console.wait("() => document.querySelector('#nav li')", "the page comes after the login")
        for _ in range(times):
            console.go("engines")
            began = time.monotonic()
            console.page.evaluate("() => { location.hash = '#/people'; }")
            console.wait("() => document.querySelector('main form.voice')", "the first card")
            first.append(time.monotonic() - began)
            # Samples come when they are seen, and many people may stand before the first voice.
            console.page.evaluate("() => document.querySelector('main form.voice').scrollIntoView()")
            console.wait("() => [...document.querySelectorAll('main form.voice')].slice(0, 3).every((card) => card.querySelector('.samples *'))",
                         "samples of the first cards")
            console.settle()
            complete.append(time.monotonic() - began)
        console.judge()
        print(json.dumps({"first": statistics.median(first), "complete": statistics.median(complete)}))
        browser.close()


if __name__ == "__main__":
    main()
