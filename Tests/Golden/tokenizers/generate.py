#!/usr/bin/env python3
"""Golden token ids of Hugging Face's tokenizers for the files that Recur writes.

    python Tests/Golden/tokenizers/generate.py texts
    RECUR_WRITE_GOLDEN=1 swift test --filter TokenizerGoldenTests
    python Tests/Golden/tokenizers/generate.py ids

The first step writes texts.json, the second (Recur itself) a tokenizer.json of each kind fitted on
these texts, the third ids.json: the ids that the library gives for each text, and whether decoding
gives it back. Needs the package `tokenizers`; its version is noted in ids.json.
"""

import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent

KINDS = [
    "byte", "character", "grapheme", "word", "character-nfc", "grapheme-nfkd", "subword",
    "subword-nfc",
]

WRITTEN = [
    "The ferry left at dawn. Nobody had told the gulls, who followed it anyway.",
    "Can't stop: 3.14, a_b; it's 5 o'clock -- isn't it?\r\n\tYes.\n",
    "Zwölf Boxkämpfer jagen Viktor über den großen Sylter Deich.",
    "Le cœur a ses raisons, déjà vu; cafe\u0301 et café.",
    "Съешь же ещё этих мягких булок, да выпей чаю.",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.",
    "דג סקרן שט בים מאוכזב. اَلْبَيْتُ كَبِيرٌ جِدًّا",
    "हर व्यक्ति को शिक्षा का अधिकार है। क्षत्रिय स्त्री ज्ञान",
    "প্রত্যেকের শিক্ষার অধিকার আছে। ಶಿಕ್ಷಣ ప్రతి ఒక్కరికీ విద్య ഹൎഷ്യ ൎക്ഷ",
    "ทุกคนมีสิทธิในการศึกษา ລາວ ຄົນ မြန်မာ ប្រជាជន",
    "每个人都有受教育的权利。人は皆、教育を受ける権利がある。모든 사람은 교육을 받을 권리를 가진다.",
    "ሰው ሁሉ የመማር መብት አለው። ⴰⵎⴰⵣⵉⵖ ᏣᎳᎩ ᠮᠣᠩᠭᠣᠯ བོད་སྐད་",
    "👩\u200d👩\u200d👧\u200d👦🏳️\u200d🌈🇩🇪🇫🇷🇺 🧑🏽\u200d🚀 1\ufe0f\u20e3 ☺ ☺\ufe0f",
]

ADVERSARIAL = [
    "",
    "a",
    "\0",
    "\r\n\r\r\n\n",
    "\ufeff\ufeffx",
    "<0x41>",
    "<0x41><0xC3> <unk>",
    "e\u0301 \u0301e \n\u0301",
    "\ud7ff\ue000\ufffe\uffff\U0001fffe\U0010ffff\ufdd0",
    "Ĳssel ﬁ ǆ İi ẞß ΌΣΟΣ",
    "a\u0300\u0301\u0302\u0303\u0304",
    "\u200b\u200d\u2028\u2029\u0085\u00ad",
    "Z\u0335\u0321a\u0489l\u0353go",
    "\u0600a\U000110bdb\u0600\u0600",
    "\u1100\u1161\u11a8\uac00\u11a8\uac01\u11a8\u1161",
    "क्\u200dष क\u200d्ष क़्क a्क क््क कु्क क्\nक 1क्त्रि",
    '"\\/\b\f\u007f',
]

LETTERS = (
    "ab1 .,:'\n\r_\u0301\u0308\u200d\ufe0f\U0001f469\U0001f3fd\U0001f1e9\U0001f1ea\u1100\u1161"
    "\u11a8\uac00\uac01\u0e33\u0e01\u0915\u094d\u093f\u0937\u093c\u0d4e\u0d15\u0d4d\u0600"
    "\U000110bd\u05d0\u30ab\u4e2d\u00e9\ufb01\u3000\u2028\u0085\ufeff\uffff\U0010ffff\u0430"
)


def write(name, value):
    text = json.dumps(value, ensure_ascii=True, indent=0)
    (HERE / name).write_text(text + "\n", encoding="ascii")


def write_texts():
    generator = random.Random(15)
    shuffled = ["".join(generator.choices(LETTERS, k=60)) for _ in range(40)]
    write("texts.json", WRITTEN + ADVERSARIAL + shuffled)


def write_ids():
    import tokenizers

    texts = json.loads((HERE / "texts.json").read_text(encoding="ascii"))
    golden = {"made_with": f"tokenizers {tokenizers.__version__}"}
    for kind in KINDS:
        tokenizer = tokenizers.Tokenizer.from_file(str(HERE / f"{kind}.json"))
        ids = [tokenizer.encode(text).ids for text in texts]
        if "-" not in kind:
            assert [tokenizer.decode(row) for row in ids] == texts, kind
        # What the library writes again must be readable too.
        (HERE / f"{kind}-rewritten.json").write_text(tokenizer.to_str(), encoding="utf-8")
        golden[kind] = [" ".join(map(str, row)) for row in ids]
    write("ids.json", golden)


if __name__ == "__main__":
    {"texts": write_texts, "ids": write_ids}[sys.argv[1]]()
