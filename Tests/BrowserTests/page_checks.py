"""What every page must hold. Each check returns its findings; none is a pass."""

import re

from catalogue import ForeignWords
from chromium import Browser

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LEFT_OVER = re.compile(r"\{\{|\}\}|\{#?/?[a-zA-Z][\w.:|*-]*\}")

# Text as a reader meets it: text nodes outside code, and the attributes that are read out.
TEXTS = """
const skipped = 'script, style, code, pre, kbd, template, svg.sprite, [data-verbatim]';
const language = document.documentElement.lang;
const texts = [];
const walk = node => {
  if (node.nodeType === Node.TEXT_NODE) { const t = node.nodeValue.trim(); if (t) texts.push(t); return; }
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(skipped)) return;
  if (node.lang && node.lang !== language && node !== document.documentElement) return;
  for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext', 'data-confirm', 'data-confirm-text'])
    if (node.hasAttribute(name)) texts.push(node.getAttribute(name));
  for (const child of node.childNodes) walk(child);
};
walk(document.body);
texts.push(document.title);
return texts;
"""

TOO_WIDE = """
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= width) return [];
const scrolls = e => { for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
  if (/(auto|scroll|hidden|clip)/.test(getComputedStyle(p).overflowX)) return true; return false; };
const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + .5 && !scrolls(e));
return ['the page is ' + document.documentElement.scrollWidth + ' px wide in ' + width + ': ' + wide.slice(0, 4).map(e =>
  e.tagName.toLowerCase() + (e.getAttribute('class') ? '.' + e.getAttribute('class').replace(/ /g, '.') : '')).join(', ')];
"""

# What stands out of the box that is drawn around it; pictures and what scrolls may.
STANDS_OUT = """
const out = [];
const name = e => e.tagName.toLowerCase() + (e.getAttribute('class') ? '.' + e.getAttribute('class').replace(/ /g, '.') : '');
for (const box of document.querySelectorAll('.panel, .node, .btn, .badge, .chip, .tag, .pill')) {
  const edge = box.getBoundingClientRect();
  if (!edge.width) continue;
  for (const e of box.querySelectorAll('*')) {
    if (e.closest('svg') || e.closest('.vh') || e.closest('details:not([open]) > :not(summary)')) continue;
    const own = e.getBoundingClientRect();
    if (!own.width || getComputedStyle(e).position === 'absolute') continue;
    const hidden = e.closest('[class*=scroll], .dt details, pre');
    if (!hidden && (own.right > edge.right + 1 || own.left < edge.left - 1 || own.bottom > edge.bottom + 1 || own.top < edge.top - 1))
      { out.push(name(e) + ' stands out of ' + name(box) + ': ' + e.textContent.trim().slice(0, 40)); break; }
  }
  const range = document.createRange();
  range.selectNodeContents(box);
  if (!box.querySelector('svg, .vh') && range.getBoundingClientRect().right > edge.right + 1)
    out.push('text stands out of ' + name(box) + ': ' + box.textContent.trim().slice(0, 40));
}
return out.slice(0, 5);
"""


def accessibility(browser: Browser) -> list[str]:
    return [
        f"axe {violation['id']} ({violation['impact']}): {violation['help']}: "
        + " ; ".join(
            f"{node['target'][0]} {(node.get('any') or [{}])[0].get('message', '')}" for node in violation["nodes"][:3])
        for violation in browser.axe(AXE_TAGS)
    ]


def console(browser: Browser, refused: str | None = None) -> list[str]:
    """`refused` is the address of a page that answers with a refusal on purpose; the browser notes that."""
    return [
        f"console: {message}" for message in browser.console()
        if not (refused and message.startswith(refused) and "Failed to load resource" in message)
    ]


def width(browser: Browser) -> list[str]:
    return browser.run(TOO_WIDE) + browser.run(STANDS_OUT)


def words(browser: Browser, foreign: ForeignWords) -> list[str]:
    texts = browser.run(TEXTS)
    faults = [f"left over: {text[:80]!r}" for text in texts if LEFT_OVER.search(text)]
    language = browser.run("return document.documentElement.lang")
    if language != browser.language:
        faults.append(f"the page says lang={language}, the browser asked for {browser.language}")
    return faults + foreign.faults(browser.language, texts)
