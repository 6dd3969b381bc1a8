"""What a page does: coming in, live changes, acknowledging, the stale banner."""

from urllib.parse import quote

import page_checks
from chromium import Browser
from installation import Installation, wait_until
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

LIVE_MAX = 5  # seconds from a change of state to a change of the page
STALE_MAX = 20  # seconds from the server's end to the banner
RECOVER_MAX = 40  # seconds from the server's return to the end of the banner


def login(results, installation: Installation, browser: Browser, other: Browser, link: str, pictures) -> None:
    browser.open(link)
    results.add("log-in: the link admits and leaves the address bar", [
        fault for fault, holds in (
            (f"the address is {browser.driver.current_url}", "t=" in browser.driver.current_url),
            ("there is no navigation", not browser.run("return !!document.querySelector('nav.nav a')")),
        ) if holds])
    cookie = browser.driver.get_cookie("wk_session")
    results.add("log-in: the cookie is not for scripts", [] if cookie and cookie["httpOnly"] else [f"cookie: {cookie}"])
    installation.session = cookie["value"] if cookie else ""

    other.open(link)
    text = other.run("return document.querySelector('main').innerText")
    results.add("log-in: a used link says what to do", [
        f"'{words}' is not on the page: {text[:200]!r}" for words in ("已使用", "watchkeeper login") if words not in text])
    other.set_width(1280)
    other.picture(pictures / "login-used.zh-CN-1280-light.png")
    other.set_cookie(installation.base, "wk_session", installation.session)
    browser.console(), other.console()


def colours(results, installation: Installation, browser: Browser) -> None:
    """The system's colours until somebody chooses; the choice lasts and can be taken back."""
    paper = "return getComputedStyle(document.body).backgroundColor"
    press = "document.querySelector('[data-act=theme]').click()"
    shown = {}
    for system in ("light", "dark"):
        browser.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": system}])
        browser.open(installation.base + "/")
        shown[system] = browser.run(paper)
    faults = [] if shown["light"] != shown["dark"] else [f"both systems show {shown['dark']}"]
    for expected in ("light", "dark", "dark"):
        browser.run(press)
        for moment in ("at once", "on the next page"):
            if browser.run(paper) != shown[expected]:
                faults.append(f"{expected} was due {moment}: {browser.run('return document.documentElement.dataset.theme')}")
            browser.open(installation.base + "/")
    if browser.run("return document.documentElement.dataset.theme") != "system":
        faults.append("the third press does not go back to the system's")
    browser.command("Emulation.setEmulatedMedia", features=[])
    results.add("colours: as the system has them until somebody chooses", faults)


def live_change(results, installation: Installation, browser: Browser) -> None:
    browser.set_width(1280)
    browser.open(installation.base + "/incidents")
    before = len(installation.rows())
    browser.run("window.untouched = true")
    installation.shop.stop()
    opened = wait_until(lambda: len(installation.rows()) > before, 30)
    if opened is None:
        results.add("live: an endpoint that goes away becomes an incident", ["none in 30 s"])
        return
    shown = wait_until(lambda: browser.run(
        "return window.untouched && !document.querySelector('[data-part=changed]').hidden"), LIVE_MAX)
    results.add(f"live: the open page tells within {LIVE_MAX} s", [] if shown is not None else ["it did not"])
    results.add("live: console", [f"console: {line}" for line in browser.console()])


def waiting(installation: Installation) -> list[str]:
    """The numbers of the incidents that nobody has yet, newest last."""
    numbers = []
    for row in installation.rows():
        page = installation.json(f"/incidents/{row['number']}")
        if "acknowledge" in page.get("actions", []):
            numbers.append(row["number"])
    return numbers


def acknowledge(results, installation: Installation, browser: Browser) -> None:
    numbers = waiting(installation)
    if len(numbers) < 2:
        results.add("acknowledge", [f"two incidents are needed, waiting are {numbers}"])
        return
    press(results, installation, browser, numbers[0], "with scripts")
    plain = Browser(browser.language, scripts=False)
    try:
        plain.open(installation.base + "/no-such-page")
        plain.set_cookie(installation.base, "wk_session", installation.session)
        plain.set_width(390)
        press(results, installation, plain, numbers[1], "without scripts, on a phone")
    finally:
        plain.close()


def press(results, installation: Installation, browser: Browser, number: str, how: str) -> None:
    path = f"/incidents/{number}"
    browser.open(installation.base + path)
    buttons = browser.driver.find_elements(By.CSS_SELECTOR, f"form[action='{path}/acknowledge'] button")
    # The desk has the button in the head, the phone in the bar below; the hidden one has no size.
    shown = [button for button in buttons if button.rect["width"] > 0]
    if len(shown) != 1:
        results.add(f"acknowledge {how}", [f"{len(shown)} of {len(buttons)} buttons to be seen"])
        return
    shown[0].click()
    done = wait_until(lambda: number not in waiting(installation), 10)
    results.add(f"acknowledge {how}", [] if done is not None else [f"{number} still waits"])
    back = wait_until(lambda: browser.driver.current_url.endswith(path), 5)
    results.add(f"acknowledge {how}: back on the page", [] if back is not None else [browser.driver.current_url])


def keyboard(results, installation: Installation, browser: Browser) -> None:
    """Tab reaches the skip link first, then every tab of the navigation, and the focus can be seen."""
    browser.open(installation.base + "/")
    body = browser.driver.find_element(By.TAG_NAME, "body")
    names, unseen = [], []
    for _ in range(20):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB) if names else body.send_keys(Keys.TAB)
        name, outline = browser.run(
            """const e = document.activeElement, s = getComputedStyle(e);
            return [e.className + ' ' + (e.getAttribute('href') || e.name || ''),
              parseFloat(s.outlineWidth) > 0 && s.outlineStyle !== 'none']""")
        names.append(name)
        if not outline:
            unseen.append(name)
    faults = [f"focus cannot be seen on {name!r}" for name in unseen]
    if not names[0].startswith("skip"):
        faults.append(f"the first stop is {names[0]!r}")
    faults += [f"{path} is not reached" for path in ("/incidents", "/rules")
               if not any(name.endswith(" " + path) for name in names)]
    results.add("keyboard: order and focus", faults)
    body = browser.driver.find_element(By.TAG_NAME, "body")
    body.send_keys("gi")
    arrived = wait_until(lambda: browser.driver.current_url.endswith("/incidents"), 5)
    results.add("keyboard: g i leads to the incidents", [] if arrived is not None else [browser.driver.current_url])


def completion(results, installation: Installation, browser: Browser) -> None:
    """Names, labels and values are completed from what is stored; Ctrl+Enter asks."""
    browser.open(installation.base + "/explore")
    box = browser.driver.find_element(By.ID, "q")
    offered = "return [...document.querySelectorAll('#suggest li')].map(li => li.firstChild.textContent)"
    faults = []

    def take(typed, wanted):
        box.send_keys(typed)
        if wait_until(lambda: wanted in browser.run(offered), 10) is None:
            faults.append(f"{wanted!r} is not offered after {typed!r}, but {browser.run(offered)}")
            return
        # As a reader does: down to it, then take it.
        for _ in range(browser.run(offered).index(wanted) + 1):
            box.send_keys(Keys.ARROW_DOWN)
        box.send_keys(Keys.TAB)

    take("ra", "rate")
    # A function brings its parenthesis, a label its sign and quote, a value the other quote.
    take("node_cpu_sec", "node_cpu_seconds_total")
    take("{mo", "mode")
    take("sy", "system")
    box.send_keys("}[1m])")
    typed = box.get_attribute("value")
    if typed != 'rate(node_cpu_seconds_total{mode="system"}[1m])':
        faults.append(f"the box holds {typed!r}")
    box.send_keys(Keys.CONTROL, Keys.ENTER)
    if wait_until(lambda: browser.run("return !!document.querySelector('svg.chart')"), 10) is None:
        faults.append(f"no graph at {browser.driver.current_url}")
    results.add("explore: completion", faults)


def frame(results, installation: Installation, browser: Browser) -> None:
    """Whatever the pill says, the menu beside it stays in reach on a phone."""
    browser.set_width(390)
    browser.open(installation.base + "/rules")
    browser.run("document.querySelector('[data-part=pill-text]').textContent = 'Probe gateway-of-the-north and 12 more are incomplete'")
    faults = page_checks.width(browser)
    right = browser.run("return document.querySelector('.mnav summary').getBoundingClientRect().right")
    if right > 390:
        faults.append(f"the menu ends at {right} px")
    browser.set_width(1280)
    results.add("frame: a long pill leaves room for the menu", faults)


def numbers(results, installation: Installation, browser: Browser) -> None:
    """The script words a number as the server does: what the crosshair reads at the end is what the legend says."""
    faults = []
    for number in ("0.0075188", "0.0000123456", "0.00009999", "12.345", "-54321.987", "2e15"):
        browser.open(installation.base + "/explore?q=" + quote(f"vector({number})"))
        legend, read = browser.run(
            """const chart = document.querySelector('svg.chart');
            chart.dispatchEvent(new KeyboardEvent('keydown', {key: 'End'}));
            return [document.querySelector('[data-legend]').textContent, chart.closest('section').querySelector('output').textContent]""")
        if not read.endswith(" " + legend):
            faults.append(f"{number}: the legend says {legend!r}, the crosshair {read!r}")
    results.add("explore: one way to write a number", faults)


def silence(results, installation: Installation, browser: Browser, host: str, pictures) -> None:
    """A page whose server is gone says so, and recovers with it: its charts go on."""
    browser.open(installation.base + host)
    wait_until(lambda: browser.run("return document.readyState") == "complete", 10)
    hidden = "return document.querySelector('[data-part=stale]').hidden"
    results.add("stale: no banner while the server lives", [] if browser.run(hidden) else ["there is one"])
    installation.kill()
    shown = wait_until(lambda: not browser.run(hidden), STALE_MAX + 5)
    on_time = shown is not None and shown <= STALE_MAX
    results.add(f"stale: banner within {STALE_MAX} s", [] if on_time else [f"after {shown} s"])
    browser.picture(pictures / "stale.en-1280-light.png", whole=False)
    installation.start()
    gone = wait_until(lambda: browser.run(hidden), RECOVER_MAX)
    results.add("stale: the page recovers with the server", [] if gone is not None else ["the banner stays"])
    line = "return document.querySelector('[data-line]').getAttribute('d')"
    before = browser.run(line)
    moved = wait_until(lambda: browser.run(line) != before, LIVE_MAX * 4)
    results.add("stale: the charts go on after it", [] if moved is not None else ["the line stands still"])
    browser.console()
