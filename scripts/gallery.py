#!/usr/bin/env python3
"""Pictures of every theme and page, made by the real binary and Chromium: scripts/gallery.py FOLDER [THEME...]

Every theme at 320, 375, 600 and 1000 pixels, light and dark, left to right and right to left, with images off and with text of 200 %.
With --docs it writes the few small ones that docs/gallery.md shows.
"""
import argparse
import base64
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))

from browser import Browser  # noqa: E402
import varied  # noqa: E402

BRAND = ('[brand]\nlogo = "https://pictures.example/logo.png"\ntagline = "News from the quay, every Monday"\neditor = "Maria Lind"\n'
         'portrait = "https://pictures.example/editor.png"\n')


class Camera(Browser):
    def cdp(self, command, **parameters):
        return self.do("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def take(self, page, to, width, scheme="light", zoom=1, height=0, scale=1.0, quality=0):
        """A picture of a file: the whole page, or its first `height` pixels. Gives the height of the page."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.open("file://%s" % page)
        if zoom != 1:
            self.do("POST", "/execute/sync", {"args": [], "script": "document.body.style.zoom = %s" % zoom})
        whole = self.cdp("Page.getLayoutMetrics")["cssContentSize"]["height"]
        clip = {"x": 0, "y": 0, "width": width, "height": min(height or whole, whole), "scale": scale}
        kind = {"format": "webp", "quality": quality} if quality else {"format": "png"}
        picture = self.cdp("Page.captureScreenshot", captureBeyondViewport=True, clip=clip, **kind)
        pathlib.Path(to).write_bytes(base64.b64decode(picture["data"]))
        return whole


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("themes", nargs="*", default=varied.THEMES)
    arguments.add_argument("--docs", action="store_true")
    arguments.add_argument("--brand", action="store_true")
    chosen = arguments.parse_args()
    folder = chosen.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    work = folder / "pages" if not chosen.docs else pathlib.Path("/tmp") / "tidings-gallery"
    work.mkdir(parents=True, exist_ok=True)
    varied.draw(work)
    camera = Camera(True, "en")
    try:
        for theme in chosen.themes:
            for language in ("en",) if chosen.docs else ("en", "ar"):
                text, _ = varied.render(theme, language, config=BRAND if chosen.brand or chosen.docs else "")
                page = work / ("%s-%s.html" % (theme, language))
                page.write_text(varied.local(text, work), encoding="utf-8")
                if chosen.docs:
                    for width, scheme in ((375, "light"), (375, "dark"), (600, "light")):
                        camera.take(page, folder / ("%s-%d-%s.webp" % (theme, width, scheme)), width, scheme, height=1500, scale=0.7, quality=60)
                    continue
                shots = [(width, scheme, 1, "") for width in (320, 375, 600, 1000) for scheme in ("light", "dark")]
                for width, scheme, zoom, name in [*shots, (375, "light", 2, "-200")]:
                    height = camera.take(page, folder / ("%s-%s-%d-%s%s.png" % (theme, language, width, scheme, name)), width, scheme, zoom)
                    print("%s %s %d %s%s: %d px, %d bytes" % (theme, language, width, scheme, name, height, len(text.encode())))
                page.write_text(varied.local(text, None), encoding="utf-8")
                camera.take(page, folder / ("%s-%s-600-off.png" % (theme, language)), 600)
    finally:
        camera.close()


if __name__ == "__main__":
    main()
