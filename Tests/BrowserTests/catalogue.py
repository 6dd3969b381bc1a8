"""The words of the console in both languages, read from Sources/Wording."""

import re
from dataclasses import dataclass
from pathlib import Path

MESSAGE = re.compile(
    r'Message\(\s*"(?P<id>[^"]+)",\s*en:\s*"(?P<en>(?:[^"\\]|\\.)*)",\s*zh:\s*"(?P<zh>(?:[^"\\]|\\.)*)"', re.S)
HAN = re.compile(r"[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
# Shorter fixed words (`CPU`, `OK`) stand in both languages.
FIXED_LETTERS_MIN = 6


@dataclass(frozen=True)
class Message:
    id: str
    english: str
    chinese: str


def read(root: Path) -> list[Message]:
    messages = []
    for file in sorted((root / "Sources/Wording/Messages").glob("*.swift")):
        for found in MESSAGE.finditer(file.read_text()):
            english, chinese = (re.sub(r"\\(.)", r"\1", found[key]) for key in ("en", "zh"))
            messages.append(Message(found["id"], english, chinese))
    if len(messages) < 200:
        raise SystemExit(f"only {len(messages)} messages found in Sources/Wording – has their form changed?")
    return messages


class ForeignWords:
    """Finds text of the language that the page is not in."""

    def __init__(self, messages: list[Message]):
        self.english = [
            (message.id, self.pattern(message.english)) for message in messages
            if not HAN.search(message.english) and HAN.search(message.chinese)
            and sum(c.isalpha() for c in PLACEHOLDER.sub("", message.english)) >= FIXED_LETTERS_MIN
        ]

    @staticmethod
    def pattern(template: str) -> re.Pattern:
        fixed = [re.escape(part.replace("`", "")) for part in PLACEHOLDER.split(template)]
        return re.compile(r"\A" + ".{0,80}".join(fixed) + r"\Z", re.S)

    def faults(self, language: str, texts: list[str]) -> list[str]:
        if language == "en":
            return [f"Chinese on an English page: {text[:80]!r}" for text in texts if HAN.search(text)]
        return [
            f"English on a Chinese page: {text[:80]!r} is {identifier}" for text in texts if not HAN.search(text)
            for identifier, pattern in self.english if pattern.match(text)
        ]
