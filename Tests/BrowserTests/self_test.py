"""Proves that each check can fail: breaks a page on purpose and expects the finding."""

import page_checks
from chromium import Browser
from installation import Installation


def run(results, installation: Installation, browser: Browser, foreign) -> None:
    def expect(name: str, script: str, check, holding: str) -> None:
        browser.open(installation.base + "/rules")
        browser.set_width(1280)
        browser.console()
        before = check()
        browser.run(script)
        after = check()
        seen = any(holding in fault for fault in after) and not any(holding in fault for fault in before)
        results.add(f"self-test: {name}", [] if seen else [f"before: {before}; after: {after}"])

    expect(
        "a contrast violation is found",
        "const e = document.querySelector('h1'); e.style.color = '#ccc'; e.style.background = '#fff'",
        lambda: page_checks.accessibility(browser), "color-contrast")
    expect(
        "a button without a name is found",
        "document.querySelector('main').append(document.createElement('button'))",
        lambda: page_checks.accessibility(browser), "button-name")
    expect(
        "a target that is too small is found",
        """for (let i = 0; i < 2; i += 1) { const b = document.createElement('button'); b.setAttribute('aria-label', 'x');
        b.style.cssText = 'width:8px;height:8px;padding:0;border:0;display:block'; document.querySelector('main').append(b) }""",
        lambda: page_checks.accessibility(browser), "target-size")
    expect(
        "a console error is found", "console.error('made by the self-test')",
        lambda: page_checks.console(browser), "made by the self-test")
    expect(
        "a breach of the content security policy is found",
        "const s = document.createElement('div'); s.setAttribute('style', 'color:red'); document.body.append(s)",
        lambda: page_checks.console(browser), "Content Security Policy")
    expect(
        "an element that is too wide is found",
        "const e = document.createElement('div'); e.className = 'wide'; e.style.width = '2000px'; e.style.height = '9px'; "
        "document.querySelector('main').append(e)",
        lambda: page_checks.width(browser), "div.wide")
    expect(
        "text that stands out of its box is found",
        "const e = document.querySelector('.panel h2'); e.textContent = 'x'.repeat(400); e.style.whiteSpace = 'nowrap'; "
        "e.style.overflowWrap = 'normal'; document.querySelector('main').style.overflow = 'hidden'",
        lambda: page_checks.width(browser), "stands out of")
    expect(
        "a left-over placeholder is found", "document.querySelector('h1').textContent = 'Since {started}'",
        lambda: page_checks.words(browser, foreign), "left over")
    expect(
        "Chinese on an English page is found", "document.querySelector('h1').textContent = '规则'",
        lambda: page_checks.words(browser, foreign), "Chinese on an English page")

    language = browser.language
    browser.language = "zh-CN"
    browser.set_cookie(installation.base, "wk_lang", "zh-CN")
    expect(
        "English on a Chinese page is found", "document.querySelector('h1').textContent = 'Maintenance'",
        lambda: page_checks.words(browser, foreign), "English on a Chinese page")
    browser.language = language
    browser.command("Network.deleteCookies", name="wk_lang", url=installation.base)
