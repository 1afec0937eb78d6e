"""Make the word-category lesson data (train, validation and test JSONL) from the WordNet 3.0 noun files."""

import argparse
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SEED = 7
SPLITS = {"train": 40, "validation": 20, "test": 40}  # rows a category
SYSTEM = "Name the category of the word: animal, plant, food, artifact or person. Answer with one word."


@dataclass(frozen=True)
class Category:
    """How one category is recognised in WordNet."""

    file: int  # the lexicographer file of its senses
    roots: tuple[str, ...]  # words of the synsets that every chosen word must lie below
    weak: int  # the least tag count of a word that also has a sense outside the five files
    strong: int  # the least tag count of a word that also has a sense in another of the five files


CATEGORIES = {
    "animal": Category(5, ("animate_being",), 1, 1),
    "plant": Category(20, ("plant_life", "bryophyte"), 1, 3),
    "food": Category(13, ("nutrient", "solid_food"), 1, 1),
    "artifact": Category(6, ("artefact",), 3, 25),
    "person": Category(18, ("someone",), 3, 25),
}
FILES = {category.file for category in CATEGORIES.values()}
WEAK_SHARE, STRONG_SHARE = 0.8, 0.9  # the least share of the noun tag counts in such a case
# A word below any sense of these is not what a person would call its category at once.
BLOCKED_ROOTS = (
    *("hominid", "embryo", "fetus", "fodder", "feed"),
    *("edible_fruit", "vegetable", "edible_nut", "food_grain", "spice"),
)
# A word with one of these in the gloss of any noun sense is left out, as rude.
RUDE_GLOSS = re.compile(r"\b(offensive|disparaging|disparagement|derogatory|obscene|slurs?|vulgar)\b")
# A word with one of these in the gloss of its first sense is left out, as not plain current English.
ODD_GLOSS = re.compile(r"\b(slang|informal|archaic|obsolete|sexual|sexually|prostitute|trademark)\b")
# The only hand-made list: words that are unkind, of a doubtful label, or hardly known.
EXCLUDED = {
    *("fool", "murderer", "slave", "terrorist"),
    *("capsicum", "chive", "coconut", "condiment", "diet", "feeder", "malt", "mine", "nourishment"),
    *("landing", "obstruction", "peppercorn", "ration", "sesame", "silk", "sustenance", "youth"),
    *("ade", "ail", "ani", "aniseed", "arum", "auk", "betel", "burgoo", "catechu", "centaury", "cinchona"),
    *("cur", "dicot", "gymnosperm", "iva", "loblolly", "mallee", "orang", "pinon", "pottage"),
    *("safflower", "sandwort", "snakeroot", "spleenwort", "spurge", "vetch", "yellowwood"),
}
WORD = re.compile(r"[a-z]{3,12}")


@dataclass
class Synset:
    """One noun synset: its lexicographer file, its words as spelled, its hypernyms and its gloss."""

    file: int
    words: list[str]
    hypernyms: list[int]
    gloss: str


@dataclass
class WordNet:
    """What this program reads from the WordNet files."""

    synsets: dict[int, Synset] = field(default_factory=dict)
    nouns: dict[str, list[int]] = field(default_factory=dict)  # lemma -> synsets, most frequent first
    adjectives: set[str] = field(default_factory=set)
    plurals: set[str] = field(default_factory=set)  # irregular plurals
    past: set[str] = field(default_factory=set)  # irregular verb forms
    tags: dict[str, Counter[tuple[int, int]]] = field(default_factory=dict)  # (word class, file) -> count
    mentions: dict[str, Counter[int]] = field(default_factory=dict)  # token -> glosses by file
    compounds: Counter[str] = field(default_factory=Counter)  # in how many noun collocations it occurs


def lines(path: Path) -> Iterator[str]:
    """Yield the lines of a WordNet file without the licence header (whose lines start with a space)."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if not line.startswith(" "):
                yield line


def parse_synset(line: str) -> tuple[int, Synset]:
    """Read one line of data.noun."""
    head, _, gloss = line.partition("|")
    fields = head.split()
    end = 4 + 2 * int(fields[3], 16)
    rest = fields[end + 1 :]
    pointers = zip(rest[0::4], rest[1::4], rest[2::4], strict=False)  # symbol, target, word class
    hypernyms = [int(target) for symbol, target, part in pointers if (symbol, part) == ("@", "n")]
    return int(fields[0]), Synset(int(fields[1]), fields[4:end:2], hypernyms, gloss.strip())


def read_mentions(folder: Path) -> dict[str, Counter[int]]:
    """Count for each token the glosses that mention it, by lexicographer file."""
    mentions: dict[str, Counter[int]] = defaultdict(Counter)
    for part in ("noun", "verb", "adj", "adv"):
        for line in lines(folder / f"data.{part}"):
            head, _, gloss = line.partition("|")
            for token in set(re.findall(r"[a-z]+", gloss)):
                mentions[token][int(head.split()[1])] += 1
    return mentions


def read_tags(path: Path) -> dict[str, Counter[tuple[int, int]]]:
    """Sum the sense counts of cntlist.rev by lemma, word class (1 is noun) and lexicographer file."""
    tags: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
    for line in lines(path):
        key, _, count = line.split()
        lemma, _, rest = key.rpartition("%")
        word_class, file = rest.split(":")[:2]
        tags[lemma][int(word_class), int(file)] += int(count)
    return tags


def read_exceptions(path: Path) -> set[str]:
    """List the irregular forms that differ from their base form."""
    return {line.split()[0] for line in lines(path) if line.split()[0] != line.split()[1]}


def read_wordnet(folder: Path) -> WordNet:
    """Read everything the selection needs."""
    net = WordNet(tags=read_tags(folder / "cntlist.rev"), mentions=read_mentions(folder))
    net.synsets = dict(parse_synset(line) for line in lines(folder / "data.noun"))
    for line in lines(folder / "index.noun"):
        fields = line.split()
        net.nouns[fields[0]] = [int(offset) for offset in fields[-int(fields[2]) :]]
        net.compounds.update(set(re.split("[_-]", fields[0])) if re.search("[_-]", fields[0]) else ())
    net.adjectives = {line.split()[0] for line in lines(folder / "index.adj")}
    net.plurals = read_exceptions(folder / "noun.exc")
    net.past = read_exceptions(folder / "verb.exc")
    return net


def ancestors(net: WordNet, offset: int) -> set[int]:
    """Give the synset and everything above it."""
    found, todo = set(), [offset]
    while todo:
        current = todo.pop()
        if current not in found:
            found.add(current)
            todo += net.synsets[current].hypernyms
    return found


def is_plural(net: WordNet, word: str) -> bool:
    """Tell whether the word is a plural of another noun."""
    singulars = [word[:-1], word[:-2]] if word.endswith("es") else [word[:-1]]
    return word in net.plurals or (
        word.endswith("s") and not word.endswith("ss") and any(s in net.nouns for s in singulars)
    )


def is_clear(net: WordNet, word: str, senses: list[int], category: Category) -> bool:
    """Tell whether one category and the noun use dominate all other uses of the word."""
    tags = net.tags.get(word, Counter())
    mine = tags[1, category.file]
    noun = sum(count for (word_class, _), count in tags.items() if word_class == 1)
    other = sum(tags.values()) - noun
    if mine < (3 * max(other, 1) if word in net.adjectives else 2 * (other - 1)):
        return False
    if word in net.past and mine < 5:
        return False
    rivals = {net.synsets[offset].file for offset in senses} - {category.file}
    if rivals & FILES:
        return mine >= max(category.strong, STRONG_SHARE * noun)
    return not rivals or mine >= max(category.weak, WEAK_SHARE * noun)


def knownness(net: WordNet, word: str, file: int, senses: int) -> float:
    """Score how well known a word is, from its use in the glosses, its tag count, compounds and senses."""
    mentions = sum((net.mentions.get(form, Counter()) for form in (word, word + "s", word + "es")), Counter())
    reach = len(mentions)
    tags = min(net.tags.get(word, Counter())[1, file], 2 * reach)  # a word of one text only counts little
    elsewhere = mentions.total() - mentions[file]
    return (
        reach
        + 2 * math.log2(1 + tags)
        + math.log2(1 + elsewhere)
        + math.log2(1 + mentions[file])
        + math.log2(1 + net.compounds[word])
        + senses / 2
    )


def stem(word: str) -> str:
    """Reduce a word to a rough stem, so that cow/cows, actor/actress and waiter/waitress fall together."""
    if word.endswith("ess") and len(word) > 6:
        word = word[:-3]
    elif word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    word = word.removesuffix("e")
    return word[:-2] + "r" if word.endswith(("er", "or")) else word


def related(net: WordNet, one: str, two: str) -> bool:
    """Tell whether two words share a stem or one is a compound of the other (bee, honeybee)."""
    short, long = sorted((one, two), key=len)
    front = long.removesuffix(short)
    return stem(one) == stem(two) or (3 <= len(front) < len(long) and front in net.nouns)


def subtree_roots(net: WordNet, words: tuple[str, ...]) -> set[int]:
    """Give all synsets of the words."""
    return {offset for word in words for offset in net.nouns[word]}


def is_decent(net: WordNet, word: str, senses: list[int]) -> bool:
    """Tell whether the word is fit for a lesson and in plain current use, by its glosses and the list."""
    glosses = [net.synsets[offset].gloss for offset in senses]
    rude = any(RUDE_GLOSS.search(gloss) for gloss in glosses)
    return not (word in EXCLUDED or rude or ODD_GLOSS.search(glosses[0]))


def candidates(net: WordNet, category: Category) -> list[tuple[float, str, set[int]]]:
    """List the fit words of a category as (score, word, its synsets there), best known first."""
    roots, blocked = subtree_roots(net, category.roots), subtree_roots(net, BLOCKED_ROOTS)
    found = []
    for word, offsets in net.nouns.items():
        senses = [offset for offset in offsets if word in net.synsets[offset].words]  # names aside
        if not WORD.fullmatch(word) or offsets[0] not in senses or is_plural(net, word):
            continue
        if net.synsets[offsets[0]].file != category.file or ancestors(net, offsets[0]) & blocked:
            continue
        own = {offset for offset in senses if net.synsets[offset].file == category.file}
        below = any(ancestors(net, offset) & roots for offset in own)
        if below and is_decent(net, word, senses) and is_clear(net, word, senses, category):
            found.append((knownness(net, word, category.file, len(senses)), word, own))
    return sorted(found, key=lambda item: (-item[0], item[1]))


def choose(net: WordNet, category: Category, count: int) -> list[str]:
    """Take the best-known words of a category, one a synset and none related to one already taken."""
    chosen: list[str] = []
    taken: set[int] = set()
    for _, word, synsets in candidates(net, category):
        if len(chosen) == count:
            break
        if not synsets & taken and not any(related(net, word, other) for other in chosen):
            chosen.append(word)
            taken |= synsets
    return chosen


def row(word: str, category: str) -> dict[str, list[dict[str, str]]]:
    """Make one chat row."""
    return {
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": word},
            {"role": "assistant", "content": category},
        ]
    }


def main() -> None:
    """Choose the words, deal them to the splits and write the files beside this program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wordnet", nargs="?", type=Path, default=Path("/usr/share/wordnet"))
    net = read_wordnet(parser.parse_args().wordnet)
    dealer = random.Random(SEED)  # noqa: S311
    rows: dict[str, list[tuple[str, str]]] = {split: [] for split in SPLITS}
    for category, rule in CATEGORIES.items():
        words = choose(net, rule, sum(SPLITS.values()))
        dealer.shuffle(words)
        for split, count in SPLITS.items():
            rows[split] += [(word, category) for word in words[:count]]
            words = words[count:]
    for split, pairs in rows.items():
        dealer.shuffle(pairs)
        text = "".join(json.dumps(row(*pair), ensure_ascii=False) + "\n" for pair in pairs)
        (Path(__file__).parent / f"{split}.jsonl").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
