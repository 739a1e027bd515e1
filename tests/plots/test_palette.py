"""One colour language: readable in light and dark, told apart by colour-blind readers, no colour for two things."""

from itertools import combinations

import pytest

from resnet_analyzer.plots import palette

PAGES = (palette.PAGE, palette.BAND)
THEMES = range(2)


def channels(colour):
    return [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]


def linear(colour):
    return [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels(colour)]


def luminance(colour):
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """WCAG 2.1, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_words_are_readable_on_every_filling(theme):
    for kind in palette.KINDS.values():
        assert contrast(palette.INK[theme], kind.fill[theme]) >= 7
    for page in PAGES:
        assert contrast(palette.INK[theme], page[theme]) >= 7
        assert contrast(palette.MUTED[theme], page[theme]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_outlines_and_lines_stand_out_from_the_page(theme):
    looks = [*palette.FAMILIES.values(), palette.OTHER_FAMILY, *palette.FIGURES.values()]
    for tone in [kind.edge for kind in palette.KINDS.values()] + [look.tone for look in looks]:
        for page in PAGES:
            assert contrast(tone[theme], page[theme]) >= 3
    for look in looks:
        assert contrast(look.tone[theme], palette.PAGE[theme]) >= 4.5  # their names are written in it


def test_a_light_colour_has_one_dark_one():
    tones = palette.tones()
    assert len({tone.light for tone in tones}) == len(tones)
    assert all(tone.light == tone.light.lower() and tone.light != "#000000" for tone in tones)


def test_no_family_has_the_colour_of_a_kind():
    kinds = {kind.edge for kind in palette.KINDS.values()}
    assert not kinds & {look.tone for look in palette.FAMILIES.values()}


def test_families_and_kinds_are_told_without_colour():
    families = list(palette.FAMILIES.values())
    assert len({look.marker for look in families}) == len(families)
    hatches = [kind.hatch for kind in palette.KINDS.values()]
    assert len(set(hatches)) == len(hatches)


# Viénot, Brettel, Mollon 1999, Digital video colourmaps for checking the legibility of displays by dichromats
SEEN = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


def lightness(value):
    return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116


def lab(rgb):
    """CIE 1976 L*a*b* of linear sRGB, white D65."""
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    x, y, z = (sum(a * b for a, b in zip(row, rgb, strict=True)) for row in rows)
    fx, fy, fz = lightness(x / 0.9505), lightness(y), lightness(z / 1.089)
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("eyes", SEEN)
@pytest.mark.parametrize("theme", THEMES)
def test_the_kinds_that_meet_in_drawings_differ_for_colour_blind_eyes(eyes, theme):
    seen = {}
    for name in ("convolution", "pointwise", "dense", "pooling"):
        rgb = linear(palette.KINDS[name].edge[theme])
        mixed = [max(0.0, sum(a * b for a, b in zip(row, rgb, strict=True))) for row in SEEN[eyes]]
        seen[name] = lab(mixed)
    for (name, one), (other, two) in combinations(seen.items(), 2):
        distance = sum((a - b) ** 2 for a, b in zip(one, two, strict=True)) ** 0.5
        assert distance > 9, (name, other, distance)
