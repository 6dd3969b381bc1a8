"""One Chromium under the WebDriver, with what the checks need of it."""

import base64
from pathlib import Path

import axe_playwright_python
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
ACCEPTED = {"en": "en-GB,en", "zh-CN": "zh-CN,zh"}
# Chromium's console levels that mean a fault: warnings hold the violations of the content security policy.
LOUD = ("SEVERE", "WARNING")


class Browser:
    def __init__(self, language: str, scripts: bool = True):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb",
            "--hide-scrollbars", "--disable-background-networking", "--no-first-run", "--disable-gpu",
            "--window-size=1280,900",
        ):
            options.add_argument(argument)
        preferences = {"intl.accept_languages": ACCEPTED[language]}
        if not scripts:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(30)
        self.driver.set_script_timeout(60)
        self.language = language

    def close(self) -> None:
        self.driver.quit()

    def command(self, command: str, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def set_width(self, width: int) -> None:
        """A window cannot be narrower than 500 px without a head; an emulated device can."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=844 if width < 500 else 900,
            deviceScaleFactor=1, mobile=width < 500)

    def set_cookie(self, base: str, name: str, value: str) -> None:
        self.command("Network.setCookie", url=base, name=name, value=value)

    def open(self, url: str) -> None:
        self.driver.get(url)

    def run(self, script: str, *arguments):
        return self.driver.execute_script(script, *arguments)

    def console(self) -> list[str]:
        """What was written to the console since the last call, as far as it means a fault."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in LOUD]

    def axe(self, tags: list[str]) -> list[dict]:
        if not self.run("return typeof axe === 'object'"):
            self.run(AXE)
        result = self.driver.execute_async_script(
            """const done = arguments[arguments.length - 1];
            axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}, resultTypes: ['violations']})
              .then(r => done({violations: r.violations}), e => done({error: String(e)}))""", tags)
        if "error" in result:
            raise RuntimeError(f"axe: {result['error']}")
        return result["violations"]

    def picture(self, path: Path, whole: bool = True) -> None:
        clip = {}
        if whole:
            size = self.command("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"clip": {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}}
        shot = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **clip)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))
