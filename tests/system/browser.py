"""A headless Chromium through chromedriver's HTTP interface (WebDriver, and its way into the DevTools protocol), with nothing
but the standard library."""
import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
         "--disable-dev-shm-usage", "--hide-scrollbars"]
PATIENCE_S = 240     # for anything at all, on a machine that is busy with other things


def find():
    """(browser, driver), or None where one is missing."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


class Browser:
    """with Browser() as browser: browser.open(path); browser.run("return document.title")"""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="mfusweep-browser-")
        self.session, self.driver = None, None
        browser, driver = find()
        self.log = open(Path(self.profile) / "driver.log", "w+")
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=self.log, stderr=subprocess.STDOUT,
                                       stdin=subprocess.DEVNULL)
        try:
            self.base = f"http://127.0.0.1:{self._port()}"
            options = {"binary": browser, "args": [*FLAGS, f"--user-data-dir={self.profile}/profile"]}
            wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                      "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
            answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self.session = f"/session/{answer['sessionId']}"
            self._call("POST", self.session + "/timeouts", {"script": PATIENCE_S * 1000, "pageLoad": PATIENCE_S * 1000})
        except BaseException:
            self.close()
            raise

    def _port(self):
        """The port that the driver chose, which it prints."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.driver.poll() is None:
            self.log.flush()
            for line in Path(self.log.name).read_text().splitlines():
                if "started successfully on port" in line:
                    return int(line.rstrip(".").split()[-1])
            time.sleep(0.1)
        raise RuntimeError("chromedriver does not start:\n" + Path(self.log.name).read_text())

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=PATIENCE_S + 30) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {json.load(error)['value']['message']}") from None

    def devtools(self, command, **parameters):
        return self._call("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, path):
        self._call("POST", self.session + "/url", {"url": Path(path).resolve().as_uri()})

    def run(self, script, *arguments):
        """The script's return value; promises are waited for."""
        return self._call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, what):
        """Until the script returns something true."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            value = self.run(script)
            if value:
                return value
            time.sleep(0.1)
        raise RuntimeError(f"waited in vain for {what}")

    def look(self, width, height=900, dark=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = "dark" if dark else "light"
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def point_at(self, x, y, click=False):
        """The mouse at a place of the window."""
        self.devtools("Input.dispatchMouseEvent", type="mouseMoved", x=x - 3, y=y - 3)
        self.devtools("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased") if click else ():
            self.devtools("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, path, whole=False):
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def messages(self):
        """What the console said since the last call."""
        return self._call("POST", self.session + "/se/log", {"type": "browser"})

    def requests(self):
        """URLs that were asked for since the last call."""
        log = self._call("POST", self.session + "/se/log", {"type": "performance"})
        events = (json.loads(entry["message"])["message"] for entry in log)
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def close(self):
        try:
            if self.session:
                self._call("DELETE", self.session)
        finally:
            if self.driver:
                self.driver.terminate()
                self.driver.wait()
            self.log.close()
            shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
