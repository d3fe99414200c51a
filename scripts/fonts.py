"""Cuts fonts down to the glyphs of the catalogues: FROM TEXTS TO."""

import json
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTCollection

# What each font is for: its place in the collection, and the catalogue whose
# texts it shows. The last shows the names of languages under all the others.
LANGUAGES = {"ja": (0, "ja"), "zh": (2, "zh"), "names": (0, None)}
NAMES = "日本語简体中文"
# Everything else that Japanese and Chinese texts are punctuated with.
PUNCTUATION = "、。・「」『』（）【】〈〉《》！？：；，．～…—“”‘’％＋－／＝￥￣々〆〇ー"
KANA = "".join(map(chr, range(0x3041, 0x3097))) + "".join(map(chr, range(0x30A1, 0x30FB)))
# The toolkit draws a space with the font of the character before it. Here it is
# as wide as in the toolkit's Noto Sans, in thousandths of the em.
SPACES = {0x20, 0xA0}
SPACE_WIDTH = 260
# The line of the toolkit's Noto Sans, in thousandths of the em.
ASCENT, DESCENT = 1069, -293


def texts(path):
    """All that a catalogue says."""
    out = []
    for said in json.loads(path.read_text(encoding="utf-8")).values():
        out += said.values() if isinstance(said, dict) else [said]
    return "".join(out)


def runes(language, catalogues):
    """The characters that a font of a language must have, none of them Latin."""
    _, catalogue = LANGUAGES[language]
    wanted = set(NAMES)
    if catalogue:
        wanted |= set(texts(catalogues / (catalogue + ".json"))) | set(PUNCTUATION)
    if language == "ja":
        wanted |= set(KANA)
    wide = {ord(c) for c in wanted if ord(c) >= 0x2E80 or c in "“”‘’" and language == "zh"}
    return wide | SPACES


def cut(font, wanted):
    """The font with the wanted characters alone."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.desubroutinize = False
    options.name_IDs = [0, 1, 2, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "DSIG", "GPOS", "GSUB", "GDEF"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    for space in SPACES:
        font["hmtx"][font.getBestCmap()[space]] = (SPACE_WIDTH, 0)
    font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = ASCENT, DESCENT, 0
    font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender, font["OS/2"].sTypoLineGap = ASCENT, DESCENT, 0
    font["OS/2"].usWinAscent, font["OS/2"].usWinDescent = ASCENT, -DESCENT
    font["head"].modified = font["head"].created  # the same bytes each time
    font.recalcTimestamp = False


def main(source, catalogues, to):
    for weight in "Regular", "Bold":
        for language, (index, _) in LANGUAGES.items():
            font = TTCollection(source / f"NotoSansCJK-{weight}.ttc").fonts[index]
            wanted = runes(language, catalogues)
            missing = wanted - set(font.getBestCmap())
            if missing:
                sys.exit(f"Noto Sans CJK lacks {''.join(map(chr, sorted(missing)))} for {language}")
            cut(font, wanted)
            path = to / f"{language}-{weight.lower()}.otf"
            font.save(path)
            print(f"{path}: {len(wanted)} characters, {path.stat().st_size} bytes")


main(*map(pathlib.Path, sys.argv[1:]))
