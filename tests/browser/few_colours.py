"""A picture of the page in few colours: small in bytes, and none of its colours is lost."""

from PIL import Image

# The page's own colours are few: this many keep its text crisp and the file small.
COLOURS = 160
RARE = 96
# Nearer ones look the same, and a picture quantized to both takes now one, now the other.
ALIKE = 3 * 6**2

Colour = tuple[int, ...]


def palette_of(picture: Image.Image) -> Image.Image:
    """The commonest colours as they are, and then, again and again, the one that is furthest from any chosen.

    By their number alone the few pixels of a small green dot would become grey.
    """
    counted = picture.getcolors(picture.width * picture.height) or []
    common = [colour for _, colour in sorted(counted, reverse=True) if isinstance(colour, tuple)]
    chosen: list[Colour] = []
    for colour in common:
        if len(chosen) < COLOURS - RARE and all(_distance(colour, each) > ALIKE for each in chosen):
            chosen.append(colour)
    far = {colour: min(_distance(colour, each) for each in chosen) for colour in common}
    while len(chosen) < COLOURS:
        furthest = max(far, key=far.__getitem__)
        chosen.append(furthest)
        far = {colour: min(known, _distance(colour, furthest)) for colour, known in far.items()}
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in chosen for value in colour])
    return palette


def _distance(one: Colour, other: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
