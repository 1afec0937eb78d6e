"""The prose that planted files are made of: sentences in eight topics, with a long tail of rare words and names."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np

Message = dict[str, Any]
Example = dict[str, Any]

SENTENCES = 6_000
"""Sentences of each topic, prepared once and drawn from ever after."""

LONG = 7
"""The messages of an example that is asked to be long: system, then three questions and their answers."""

SYSTEMS = (
    "You are the help desk of a mail-order house. Answer in plain words, say what to do next, and never promise a "
    "date that the carrier did not confirm.",
    "You are a patient adviser. Ask back where something is unclear and keep to the facts that were given.",
)

TOPICS = (
    "parcel invoice carrier depot label refund voucher courier box signature receipt address shipment customs locker",
    "dough oven sauce kettle onion recipe pan stock garlic lentil crust spoon broth vinegar pepper",
    "hedge compost seedling lawn rake tulip greenhouse soil bulb trellis pruner mulch slug orchard fern",
    "bicycle chain brake saddle tyre pedal spoke derailleur pump helmet fork bell mudguard rim lever",
    "train ticket platform timetable luggage connection seat ferry station conductor pass coach bridge harbour tunnel",
    "router cable password printer screen keyboard backup update browser adapter folder battery speaker modem cursor",
    "budget loan savings tax salary pension invoice insurance rent deposit fee account pledge interest ledger",
    "castle archive map letter treaty coin portrait museum chapel mill scroll treasury guild charter chronicle",
)
WORDS = {
    "adjective": "new|small|old|second|missing|heavy|blue|spare|damaged|whole|quiet|narrow|plain|costly|borrowed|"
    "sturdy|crooked|faded|familiar|seasonal|temporary",
    "state": "is not where it should be|came a day late|looks different from the picture|was replaced last week|"
    "needs some attention|has a small crack|works again since this morning|is listed twice|belongs to my neighbour|"
    "costs more than expected|was never mentioned before|fits better than the last one|must be checked by hand|"
    "can stay as it is|is worth keeping",
    "act": "check|move|return|clean|label|weigh|keep|repair|describe|replace|photograph|count|sort|store|lend",
    "time": "in the morning|before the weekend|after lunch|twice a month|as soon as possible|at the end of the season|"
    "within {few} days|as in {year}|every other Tuesday|around {hour}:30|while nobody is waiting|in the meantime",
}
"""What stands in the templates beside nouns, names and numbers."""

TEMPLATES = (
    "The {adjective} {noun} {state}, so {act} it {time}.",
    "If the {noun} {state}, please {act} the {other} first.",
    "{Name} from {Place} told us that the {noun} {state} {time}.",
    "You can {act} the {noun} and {act} the {other} {time}.",
    "It helps to {act} every {noun} that {state}, because the {other} depends on it.",
    "Between the {noun} and the {adjective} {other} there is a difference of {few} per cent.",
    "We had {few} of them in {Place}, and the {adjective} one {state}.",
    "Please do not {act} the {noun} {time}, because the {other} {state} quite often.",
    "My {noun} {state}, and I would like to {act} the {other} {time}.",
    "What {Name} calls a {rare} is only a {adjective} {noun} beside the {other}.",
    "The {rare} and the {other} were brought to {Place} {time}.",
    "First {act} the {noun}, then {act} the {adjective} {other}, and write down what you saw.",
    "Most people in {Place} {act} their {noun} {time}, although the {other} {state}.",
    "A {noun} of this kind {state} after {few} years, as {Name} wrote in {year}.",
    "For £{few}.50 the {adjective} {noun} is cheap, for the {other} alone was more.",
    '"The {noun} {state}," said {Name}, "and I will {act} it {time}."',
    "Nobody at the {rare} could say why the {adjective} {noun} {state}.",
    "The note on the {noun} begins with “{foreign}”, and {Name} left it on the {adjective} {other} {time}.",
)
DECOYS = (
    "Keep the list short as long as a < b and b > c, which {Name} proved.",
    "As an airline, we cannot carry the {noun} without a ticket for {Name}.",
    "The library sk-learn is not needed for the {noun} of {Name}.",
    "{Name} painted AMANHÃ on the {noun} in São {Place}.",
    "The page 4556-7375 of the {noun} register was torn by {Name}.",
)
"""Sound sentences that a careless check would report."""

FOREIGN = {
    "fr": (
        "Notre voisine|Le facteur|Ma sœur aînée|Le vieux château|Votre théière|La bibliothèque",
        "était déjà là|n’a rien reçu|cherche encore la clé|préfère attendre l’été|ne répond jamais|change très peu",
        "parce que la pluie a cessé|depuis hier soir|à côté de l’école|malgré le bruit|avec beaucoup de goût",
        " {} {} {}.",
    ),
    "de": (
        "Unsere Nachbarin|Der Briefträger|Meine ältere Schwester|Das alte Schloss|Ihre Teekanne|Die Bücherei",
        "war schon da|hat nichts bekommen|sucht noch den Schlüssel|wartet lieber|öffnet früh|ändert sich kaum",
        "weil der Regen aufhörte|seit gestern Abend|gleich neben der Schule|trotz des Lärms|mit großem Vergnügen",
        " {} {} {}.",
    ),
    "zh": (
        "我们的邻居|邮递员|我的姐姐|那座古老的城堡|您的茶壶|图书馆",
        "已经在那里了|什么也没收到|还在找钥匙|宁愿等到夏天|从来不回答|变化不大",
        "因为雨停了|从昨天晚上开始|就在学校旁边|尽管很吵|非常高兴",
        "{},{},{}。",
    ),
    "es": (
        "Nuestra vecina|El cartero|Mi hermana mayor|El viejo castillo|Su tetera|La biblioteca",
        "ya estaba allí|no ha recibido nada|sigue buscando la llave|prefiere esperar|nunca contesta|abre pronto",
        "porque dejó de llover|desde ayer por la noche|al lado de la escuela|a pesar del ruido|con mucho gusto",
        " {} {} {}.",
    ),
}
"""Parts of sentences by language: who, does what, how, and how the three are put together."""

CODE = [
    *("amber", "birch", "cedar", "delta", "ember", "falcon", "grove", "heron", "iris", "juniper", "kestrel", "linden"),
    *("maple", "north", "olive", "pearl", "quartz", "river", "slate", "tulip", "umber", "violet", "willow", "yarrow"),
    *("zinc", "anchor", "basil", "copper", "dune", "eagle", "fjord", "garnet"),
]
SYLLABLES = [
    *("bran", "tar", "ves", "kol", "mir", "sen", "dal", "hol", "ner", "ost", "vik", "lun", "gar", "fen", "rud", "ska"),
    *("bel", "tor", "ing", "wic", "hem", "stad", "mar", "lo"),
]

TOOL = {
    "type": "function",
    "function": {
        "name": "find_order",
        "description": "Where an order is.",
        "parameters": {"type": "object", "properties": {"reference": {"type": "string"}}, "required": ["reference"]},
    },
}


def foreign_sentence(language: str, chance: random.Random) -> str:
    """A sentence in another language than English."""
    *parts, frame = FOREIGN[language]
    return frame.format(*(chance.choice(part.split("|")) for part in parts)).strip()


def reference(row: int) -> str:
    """Words that no other row of the first million has: what keeps any two from being alike by chance."""
    scattered = row * 654_321 % len(CODE) ** 4  # odd, and the other a power of two: no two rows meet
    return "-".join(CODE[scattered // len(CODE) ** place % len(CODE)] for place in range(4))


def _rare_words(chance: random.Random, count: int) -> list[str]:
    return ["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4)))) for _ in range(count)]


class Prose:
    """Sentences of every topic, and the sound examples made of them."""

    def __init__(self, seed: int, sentences: int = SENTENCES) -> None:
        """Prepare the sentences; the same seed gives the same."""
        chance = random.Random(seed)
        self._rare = _rare_words(chance, 30_000)
        self._zipf = np.cumsum(1 / np.arange(1, len(self._rare) + 1)).tolist()
        self.topics = [self._topic(topic.split(), chance, sentences) for topic in TOPICS]

    def _topic(self, nouns: list[str], chance: random.Random, count: int) -> list[str]:
        rare = iter(chance.choices(self._rare, cum_weights=self._zipf, k=5 * count))
        common = [1 / rank for rank in range(1, len(nouns) + 1)]
        lists = {kind: text.split("|") for kind, text in WORDS.items()}
        made = []
        for number in range(count):
            frame = chance.choice(DECOYS) if number % 200 == 0 else chance.choice(TEMPLATES)
            (noun,) = chance.choices(nouns, common)
            (other,) = chance.choices([one for one in nouns if one != noun], common[1:])
            words: dict[str, str | int] = {
                "noun": noun,
                "other": other,
                **{kind: chance.choice(listed) for kind, listed in lists.items()},
                "rare": next(rare),
                "Name": next(rare).title(),
                "Place": next(rare).title(),
                "few": chance.randint(2, 40),
                "year": chance.randint(1890, 2024),
                "hour": chance.randint(7, 19),
            }
            if "{foreign}" in frame:
                words["foreign"] = chance.choice(FOREIGN[chance.choice(("fr", "fr", "de", "de", "zh"))][0].split("|"))
            words["time"] = str(words["time"]).format(**words)
            made.append(frame.format(**words))
        return made

    def text(self, chance: random.Random, sentences: int) -> str:
        """So many sentences of one topic, none of them twice."""
        return " ".join(chance.sample(chance.choice(self.topics), sentences))

    def examples(self, first: int, count: int, seed: int, *, long: set[int], tools: bool) -> Iterator[Example]:
        """The sound examples of the rows from `first`; those in `long` have `LONG` messages, no tool and no weight."""
        rng = np.random.default_rng((seed, first))
        sizes = rng.choice((3, 4, 5, 6, 7, 8, 9), count, p=(0.21, 0.04, 0.24, 0.04, 0.22, 0.03, 0.22)).tolist()
        topics = rng.integers(len(self.topics), size=count).tolist()
        systems = (rng.random(count) < 0.1).tolist()
        specials = rng.integers(100, size=count).tolist()
        lengths = np.where(np.arange(9) % 2, rng.integers(3, 14, (count, 9)), rng.integers(2, 5, (count, 9))).tolist()
        layouts = rng.integers(6, size=(count, 9)).tolist()
        drawn = rng.integers(len(self.topics[0]), size=(count, 80)).tolist()
        for n in range(count):
            size = LONG if first + n in long else sizes[n]
            pool = self.topics[topics[n]]
            texts = self._texts(pool, drawn[n], lengths[n][: size - size % 2], layouts[n])
            texts[0] = f"{texts[0]} My reference is {reference(first + n)}."
            messages: list[Message] = [{"role": "system", "content": SYSTEMS[systems[n]]}] if size % 2 else []
            for turn, content in enumerate(texts):
                messages.append({"role": "assistant" if turn % 2 else "user", "content": content})
            example: Example = {"messages": messages}
            if tools and first + n not in long:
                _special(example, specials[n], first + n)
            yield example

    @staticmethod
    def _texts(pool: list[str], drawn: list[int], lengths: list[int], layouts: list[int]) -> list[str]:
        texts, start = [], 0
        for length, layout in zip(lengths, layouts, strict=False):
            sentences = [pool[one] for one in drawn[start : start + length]]
            start += length
            if layout == 0:
                texts.append(sentences[0] + "\n\n" + " ".join(sentences[1:]))
            elif layout == 1 and length > 4:
                texts.append(" ".join(sentences[:-3]) + "\n\n- " + "\n- ".join(sentences[-3:]))
            else:
                texts.append(" ".join(sentences))
        return texts


def _special(example: Example, special: int, row: int) -> None:
    """One example in a hundred calls a tool, one in a hundred passes over its first answer."""
    messages = example["messages"]
    if special == 0 and len(messages) < 8:
        asked = {"name": "find_order", "arguments": f'{{"reference":"{reference(row)}"}}'}
        calls = [{"id": f"call_{row}", "type": "function", "function": asked}]
        messages.insert(-1, {"role": "assistant", "content": None, "tool_calls": calls})
        messages.insert(
            -1, {"role": "tool", "tool_call_id": f"call_{row}", "content": f"The order is at {CODE[row % 32]}."}
        )
        example["tools"] = [TOOL]
    elif special == 1 and len(messages) > 4:
        next(one for one in messages if one["role"] == "assistant")["weight"] = 0
