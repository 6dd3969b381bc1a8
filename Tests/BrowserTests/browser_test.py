"""Looks at every page of a running Watchkeeper in Chromium: accessibility, console, width, words, behaviour.

Run it with scripts/browser-test. Arguments: `--pages overview,hosts` for some pages only, `--keep` to leave the program
running afterwards. Pictures are in .build/screenshots. The last line says how many checks passed and failed.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from urllib.parse import quote

import behaviour
import catalogue
import page_checks
import self_test
from chromium import Browser
from installation import Installation, wait_until

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / ".build/screenshots"
WIDTHS = (1280, 390)
THEMES = ("light", "dark")
# The whole run gives up after this; a single step has its own limit.
SECONDS_MAX = 285


class Results:
    def __init__(self):
        self.began = time.monotonic()
        self.passed = 0
        self.failed = 0

    def add(self, name: str, faults: list[str]) -> None:
        if not faults:
            self.passed += 1
            return
        self.failed += 1
        print(f"✘ {name}", flush=True)
        for fault in faults:
            print(f"    {fault}", flush=True)

    def is_late(self) -> bool:
        return time.monotonic() - self.began > SECONDS_MAX


def pages(installation: Installation, browser: Browser) -> dict[str, str]:
    """The pages by name; what has a number or an id is found as a reader finds it, by a link."""
    def first(page: str, prefix: str, holding: str = "") -> str:
        browser.open(installation.base + page)
        links = browser.run("return [...document.querySelectorAll('main a[href]')].map(a => a.getAttribute('href'))")
        return next(
            (link for link in links if link.startswith(prefix) and holding in link), f"/no-link-to{prefix}-on{page}")

    return {
        "overview": "/", "hosts": "/hosts", "host": first("/hosts", "/hosts/"), "incidents": "/incidents",
        "incidents-none": "/incidents?q=no-such-incident&which=all",
        "incident": first("/incidents", "/incidents/INC"), "cmdb": "/cmdb",
        "item": first("/cmdb", "/cmdb/", "shop"), "item-host": first("/cmdb", "/cmdb/", "host"),
        "maintenance": "/maintenance", "task": first("/maintenance", "#MT-").replace("#", "/maintenance/tasks/"),
        "rules": "/rules",
        "probes": "/probes",
        "past": first("/rules", "/rules/"),
        "explore": "/explore", "explore-answer": "/explore?q=" + quote("-sum by (mode) (rate(node_cpu_seconds_total[1m]))"),
        "explore-fault": "/explore?q=" + quote("sum(rate(up[5m]"),
        "runbook": "/runbooks/endpoint", "login": "/?t=expired-or-used", "missing": "/no/such/page",
    }


# Those that answer with a refusal, which the browser itself notes in its console.
REFUSALS = {"login": 401, "missing": 404}


def check_page(results: Results, installation: Installation, browser: Browser, foreign, name: str, path: str) -> None:
    for theme in THEMES:
        browser.set_cookie(installation.base, "wk_theme", theme)
        browser.set_width(WIDTHS[0])
        browser.console()
        url = installation.base + path
        browser.open(url)
        for width in WIDTHS:
            browser.set_width(width)
            label = f"{name} {browser.language} {theme} {width}"
            results.add(f"{label}: accessible", page_checks.accessibility(browser))
            results.add(f"{label}: not too wide", page_checks.width(browser))
            browser.picture(PICTURES / f"{name}.{browser.language}-{width}-{theme}.png")
        shown = browser.run("return document.documentElement.dataset.theme")
        results.add(f"{name} {browser.language} {theme}: theme", [] if shown == theme else [f"it is {shown}"])
        refused = url if name in REFUSALS else None
        results.add(f"{name} {browser.language} {theme}: console", page_checks.console(browser, refused))
    results.add(f"{name} {browser.language}: words", page_checks.words(browser, foreign))


def run(arguments) -> int:
    results = Results()
    foreign = catalogue.ForeignWords(catalogue.read(ROOT))
    installation = Installation(os.environ["WATCHKEEPER_BINARY"])
    browsers = []
    try:
        link = installation.start()
        english, chinese = Browser("en"), Browser("zh-CN")
        browsers += [english, chinese]
        behaviour.login(results, installation, english, chinese, link, PICTURES)
        if wait_until(lambda: len(installation.rows()) >= 1, 30) is None:
            results.add("the first incident", ["none in 30 s"])
        behaviour.colours(results, installation, english)
        behaviour.live_change(results, installation, english)
        installation.pay.stop()
        if wait_until(lambda: len(installation.rows()) >= 3, 30) is None:
            results.add("three incidents", [f"there are {len(installation.rows())}"])
        found = pages(installation, english)
        wanted = arguments.pages.split(",") if arguments.pages else found
        for name in wanted:
            for browser in (english, chinese):
                if results.is_late():
                    results.add(f"{name} {browser.language}", ["not looked at: the time is up"])
                    continue
                check_page(results, installation, browser, foreign, name, found[name])
        if not arguments.pages:
            english.set_width(WIDTHS[0])
            behaviour.acknowledge(results, installation, english)
            behaviour.keyboard(results, installation, english)
            behaviour.completion(results, installation, english)
            behaviour.frame(results, installation, english)
            behaviour.numbers(results, installation, english)
            behaviour.silence(results, installation, english, found["host"], PICTURES)
            self_test.run(results, installation, english, foreign)
        if arguments.keep:
            print(f"{installation.base} – wk_session={installation.session}", flush=True)
            input("Enter ends it: ")
    finally:
        for browser in browsers:
            browser.close()
        installation.stop()
    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed or not results.passed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", help="names, divided by commas")
    parser.add_argument("--keep", action="store_true")
    sys.exit(run(parser.parse_args()))
