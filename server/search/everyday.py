"""The words people say: one table for both implementations of the search language.

In: nothing. Out: the tables below, and ``typescript``, the text of ``client/src/search/everyday.ts``; a test fails when that file is stale.
All words are folded: lower case, no accents. Those that are looked up singly are singular, as ``folding.singular`` makes them.
"""

from __future__ import annotations

import json

STOP: tuple[str, ...] = (
    "a", "about", "all", "am", "an", "and", "any", "are", "at", "be", "by", "can", "did", "do", "during", "eating", "find", "for", "from", "had",
    "has", "have", "having", "her",
    "here", "his", "i", "image", "in", "is", "it", "me", "my", "of", "on", "or", "our", "photo", "photograph", "pic", "picture", "show", "some",
    "taken", "that", "the", "their", "them",
    "there", "they", "this", "those", "to", "using", "was", "we", "wearing", "were", "where", "which", "while", "who", "with", "you", "your",
)  # fmt: skip
"""Words that narrow nothing, unless they are part of a name that the library knows."""

PLURALS: dict[str, str] = {
    "buses": "bus", "cactuses": "cactus", "octopuses": "octopus", "walruses": "walrus", "campuses": "campus", "gases": "gas", "quizzes": "quiz",
    "calves": "calf", "elves": "elf", "halves": "half", "hooves": "hoof", "knives": "knife", "leaves": "leaf", "lives": "life", "loaves": "loaf",
    "scarves": "scarf",
    "shelves": "shelf", "thieves": "thief", "wives": "wife", "wolves": "wolf",
    "bikinis": "bikini", "kiwis": "kiwi", "safaris": "safari", "skis": "ski", "taxis": "taxi",
    "children": "child", "feet": "foot", "geese": "goose", "men": "man", "mice": "mouse", "oxen": "ox", "people": "person", "persons": "person",
    "teeth": "tooth", "women": "woman",
    "policemen": "policeman", "firemen": "fireman", "fishermen": "fisherman", "snowmen": "snowman",
}  # fmt: skip
"""Plurals that no rule of ``folding.singular`` makes."""

GENDERS: dict[str, str] = {
    "woman": "female", "girl": "female", "female": "female", "lady": "female",
    "man": "male", "boy": "male", "male": "male", "guy": "male", "gentleman": "male",
}  # fmt: skip

EMOTIONS: dict[str, str] = {
    "happy": "happy", "smile": "happy", "smiling": "happy", "laugh": "happy", "laughing": "happy", "cheerful": "happy", "joyful": "happy",
    "grinning": "happy",
    "sad": "sad", "unhappy": "sad", "crying": "sad",
    "angry": "angry", "furious": "angry",
    "surprise": "surprise", "surprised": "surprise", "astonished": "surprise", "amazed": "surprise",
    "afraid": "fear", "scared": "fear", "fear": "fear", "frightened": "fear",
    "disgusted": "disgust", "disgust": "disgust",
    "neutral": "neutral",
}  # fmt: skip

AGES: dict[str, tuple[int, int]] = {
    "baby": (0, 2), "toddler": (1, 4), "kid": (0, 12), "child": (0, 12), "teen": (13, 19), "teenager": (13, 19), "teenage": (13, 19),
    "adult": (18, 120), "grownup": (18, 120), "senior": (60, 120), "elderly": (60, 120),
}  # fmt: skip
"""Age in years, both ends included."""

AGE_ADJECTIVES: dict[str, tuple[int, int]] = {"young": (0, 29), "old": (60, 120)}
"""Speak of an age only beside another word about a person: *old man*, but *old harbour*."""

DECADES: dict[str, int] = {
    "teen": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
"""As ``folding.singular`` makes them of *twenties*, *thirties* ..."""

PEOPLE: tuple[str, ...] = ("person", "human", "someone", "somebody", "anyone", "face")
NOBODY: tuple[str, ...] = ("nobody", "noone")
GROUPS: dict[str, tuple[int, int]] = {"alone": (1, 1), "couple": (2, 2), "group": (4, 9999), "crowd": (10, 9999)}
"""How many people a word speaks of, both ends included."""

NUMBERS: dict[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip

MONTHS: tuple[str, ...] = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
WEEKDAYS: tuple[str, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEASONS: tuple[str, ...] = ("spring", "summer", "autumn", "winter")
HOURS: dict[str, tuple[int, int]] = {"morning": (5, 11), "noon": (12, 13), "afternoon": (12, 17), "evening": (17, 22), "midnight": (23, 0)}
"""Hours of the photo's own clock, both ends included; *night* is left to the light in the picture."""
FEASTS: dict[str, tuple[int, int, int]] = {"christmas": (12, 24, 26), "halloween": (10, 31, 31)}
"""Month, first and last day."""

ALIASES: dict[str, str] = {
    "outside": "outdoors", "inside": "indoors", "fall": "autumn", "favorite": "favourite", "movie": "video", "jpg": "jpeg", "tif": "tiff", "heif": "heic",
}  # fmt: skip
"""Another spelling of a word, before it is looked up."""

DOINGS: dict[str, tuple[str, ...]] = {
    "dining": ("dining table", "food", "restaurant", "wine glass"), "dinner": ("dining table", "food", "restaurant"),
    "lunch": ("dining table", "food", "restaurant"),
}  # fmt: skip
"""What people do, by the things that are seen when they do it."""

OFFERED: tuple[str, ...] = (*GENDERS, *EMOTIONS, *AGES, *PEOPLE, *MONTHS, *WEEKDAYS, *HOURS, *FEASTS)
"""What an unfinished word may become, beside the names that the library knows."""

KEYS: dict[str, tuple[str, str]] = {
    "name": ("text", "word of the file's name"), "folder": ("text", "word of a folder's name"), "type": ("text", "jpeg, heic, video, ..."),
    "size": ("number", "megapixels"), "bytes": ("number", "size of the file: 500k, 4m, 1g"), "width": ("number", "pixels"), "height": ("number", "pixels"),
    "orientation": ("word", "landscape, portrait or square"),
    "taken": ("date", "2019, 2019-05 or 2019-05-12"), "year": ("number", "2019"), "month": ("number", "5 or may"), "day": ("number", "of the month"),
    "weekday": ("number", "monday, ..."), "hour": ("number", "0 to 23"), "season": ("text", "spring, summer, autumn or winter"),
    "camera": ("text", "make or model"), "lens": ("text", "word of the lens's name"), "iso": ("number", "a number such as 400"),
    "aperture": ("number", "1.8 or f/1.8"),
    "exposure": ("number", "seconds: 1/250 or 2"), "focal": ("number", "millimetres"), "light": ("text", "bright, dark, ..."),
    "zoom": ("text", "wide, macro, ..."),
    "city": ("text", ""), "state": ("text", ""), "country": ("text", ""), "continent": ("text", ""), "near": ("text", "a city within reach"),
    "class": ("text", "what the picture shows as a whole"), "object": ("text", "a thing in it"), "face": ("number", "how many faces"),
    "age": ("number", "years, of one face"), "gender": ("word", "female or male"), "emotion": ("word", "happy, sad, ..."),
    "nsfw": ("word", "yes, no, suggestive or explicit"),
    "rating": ("number", "stars, 1 to 5"), "favourite": ("word", "yes or no"), "tag": ("text", ""), "caption": ("text", ""),
    "sort": ("word", "newest, oldest, added, name, size or relevance"), "limit": ("number", "at most so many"),
}  # fmt: skip
"""Key to the shape of its value and what to write there."""

KEY_ALIASES: dict[str, str] = {
    "favorite": "favourite", "faces": "face", "filename": "name", "file": "name", "model": "camera", "make": "camera", "mp": "size", "tags": "tag",
    "date": "taken",
}  # fmt: skip

KEYS_TO_COME: tuple[str, ...] = ("text", "person", "album", "similar", "duplicate")
"""Keys of the language that this version cannot answer yet."""

CHOICES: dict[str, tuple[str, ...]] = {
    "orientation": ("landscape", "portrait", "square"), "gender": ("female", "male"),
    "emotion": ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"), "nsfw": ("yes", "no", "suggestive", "explicit"),
    "favourite": ("yes", "no"), "sort": ("newest", "oldest", "added", "name", "size", "relevance"),
}  # fmt: skip
"""What a key of shape ``word`` may be."""

TABLES: dict[str, object] = {
    name: globals()[name]
    for name in (
        "STOP", "PLURALS", "GENDERS", "EMOTIONS", "AGES", "AGE_ADJECTIVES", "DECADES", "PEOPLE", "NOBODY", "GROUPS", "NUMBERS", "MONTHS", "WEEKDAYS",
        "SEASONS", "HOURS", "FEASTS",
        "ALIASES", "DOINGS", "OFFERED", "KEYS", "KEY_ALIASES", "KEYS_TO_COME", "CHOICES",
    )
}  # fmt: skip


def typescript() -> str:
    """The text of ``client/src/search/everyday.ts``: each table as a constant; dictionaries become maps, since a word may be called like a method."""
    lines = ["// Made from server/search/everyday.py by `make generate`; a test fails when it is stale."]
    for name, table in TABLES.items():
        if isinstance(table, dict):
            rows = "".join(f"\n  {json.dumps([key, value])}," for key, value in table.items())
            value = next(iter(table.values()))
            shape = "string" if isinstance(value, str) else "number" if isinstance(value, int) else "string[]" if isinstance(value[0], str) else "number[]"
            lines += ["", f"export const {name}: ReadonlyMap<string, {shape}> = new Map<string, {shape}>([{rows}\n]);"]
        else:
            assert isinstance(table, tuple)
            lines += ["", f"export const {name}: readonly string[] = [" + "".join(f"\n  {json.dumps(word)}," for word in table) + "\n];"]
    return "\n".join(lines) + "\n"
