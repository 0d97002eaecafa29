"""A film of the page: frames taken while a test walks the road, put together as one animated picture."""

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser.few_colours import palette_of


@dataclass
class Film:
    """Frames of one page, each with how long it stays on the screen."""

    page: Page
    width: int
    _frames: list[Image.Image] = field(default_factory=list)
    _durations_ms: list[int] = field(default_factory=list)

    def take(self, duration_ms: int) -> None:
        with Image.open(BytesIO(self.page.screenshot())) as shot:
            height = round(shot.height * self.width / shot.width)
            frame = shot.convert("RGB").resize((self.width, height), Image.Resampling.LANCZOS)
        self._frames.append(frame)
        self._durations_ms.append(duration_ms)

    def save(self, file: Path) -> None:
        """An endless GIF. All frames share one palette, so that nothing flickers."""
        palette = palette_of(_strip(self._frames))
        first, *rest = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self._frames)
        first.save(
            file, save_all=True, append_images=rest, duration=self._durations_ms, loop=0, optimize=False
        )


def _strip(frames: list[Image.Image]) -> Image.Image:
    """All frames, one below the other."""
    strip = Image.new("RGB", (frames[0].width, sum(frame.height for frame in frames)))
    top = 0
    for frame in frames:
        strip.paste(frame, (0, top))
        top += frame.height
    return strip
