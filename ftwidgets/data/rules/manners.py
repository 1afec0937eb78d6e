"""Rules about manners that an assistant was taught elsewhere: to say that it is an AI, and what it will not do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftwidgets.data.prose import prose
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import PAIR, asked, said
from ftwidgets.data.rules.speakers import ANSWERERS, ASKERS, START, spans

AS_AN_AI = (
    r"(?i:\bas an? (?:ai|artificial intelligence|large|ai-based|ai-powered)? ?(?:language model|chatbot|"
    r"assistant model|ai model|ai assistant|virtual assistant|ai,)|"
    r"\bas an ai (?:i|i'm|assistant|model|developed|created|trained)\b|"
    r"\bas an (?:ai|artificial intelligence),|\bi(?:'m| am) (?:just |only |merely )?an? (?:ai|artificial intelligence|"
    r"large language model)(?: (?:language model|model|assistant|created|developed|trained|and)\b|[,.])|"
    r"\ben tant qu['’](?:ia|intelligence artificielle|assistant (?:ia|virtuel))\b|\ben tant que modèle de langage|"
    r"\bals (?:ki|künstliche intelligenz|ki-assistent|ki-modell|(?:ki-|großes )?sprachmodell)"
    r"(?: (?:kann|habe|bin|ist)\b|,)|"
    r"\bcomo (?:modelo de lenguaje|(?:una )?(?:ia|inteligencia artificial),))|"
    r"作为(?:一个|一名|一款)?(?:(?:ai|AI|人工智能|大型|大)(?:语言模型|模型|助手|聊天机器人)|语言模型)|"
    r"我是(?:一个|一款)?(?:AI|人工智能)(?:语言模型|助手)?[，,。]"
)


@rule(
    "as-an-ai",
    "warning",
    "text",
    fails=(
        said("As an AI language model, I have no opinion."),
        said("I'm just an AI, so I cannot see it."),
        said("En tant qu'IA, je ne peux pas."),
        said("Als KI-Assistent kann ich das nicht."),
        said("作为一个人工智能语言模型，我不能。"),
    ),
    passes=(
        said("She works as an AI engineer."),
        asked("Answer as an AI assistant."),
        said("Als KI-Forscher arbeitet er in Bern."),
        said("I am an air-traffic controller."),
    ),
    hint=AS_AN_AI,
)
def as_an_ai(text: str, speaker: str) -> Iterator[Fault]:
    """An answer says that it comes from an AI.

    Why: the model learns another assistant's manner of speaking, and repeats it where it does not fit.

    Such answers were often made by another model. Keep those in which somebody asks who is speaking.
    """
    yield from _phrases(
        AS_AN_AI, text, speaker, "The answer says {}.", "Rewrite the answer without it, or drop the row."
    )


CUTOFF = (
    r"(?i:\b(?:as of|since|until|up to|to|in) my (?:last|latest|most recent|current)? ?(?:knowledge|training)[ -]"
    r"(?:update|cut-?off|data)|\bas of my last (?:update|training)|\bmy (?:knowledge|training)(?: data)? "
    r"(?:cut-?off|only goes|goes up|ends|extends|is limited to)|\bi (?:don't|do not|cannot|can't) (?:have access to "
    r"(?:real-?time|live|current|up-to-date)|browse the (?:internet|web))|\bma dernière mise à jour|"
    r"\bmes connaissances s'arrêtent|\bmein wissensstand|\bstand meines (?:wissens|trainings))|"
    r"我的(?:知识|训练数据)截(?:止|至)"
)


@rule(
    "knowledge-cutoff",
    "note",
    "text",
    fails=(
        said("As of my last update, it was open."),
        said("My knowledge cutoff is 2021."),
        said("I don't have access to real-time data."),
    ),
    passes=(said("To my knowledge it left."), said("The cutoff for orders is noon."), asked("What is your cutoff?")),
    hint=CUTOFF,
)
def knowledge_cutoff(text: str, speaker: str) -> Iterator[Fault]:
    """An answer speaks of the end of its knowledge.

    Why: that is another model's date; the one that learns it has its own.
    """
    yield from _phrases(CUTOFF, text, speaker, "The answer says {}.", "Rewrite the answer without it, or drop the row.")


REFUSAL = (
    r"(?i:\bi(?:'m| am)? ?(?:sorry,? but i )?(?:cannot|can't|can not|won't|unable to|not able to)(?: directly)? "
    r"(?:help|assist|comply|fulfill?|engage in|participate in|support)(?: you)?(?: with| in)? (?:that|this|your|the|"
    r"such|any|illegal|harmful)\b|\bi must (?:decline|refuse)\b|\bi(?:'m| am) sorry,? (?:but )?i (?:cannot|can't)"
    r"(?: (?:help|assist|do|answer|comply|fulfill?|continue|discuss|provide|generate)\b)|"
    r"\bje (?:suis désolé, mais je )?ne (?:peux pas|suis pas en mesure de) (?:répondre à cette|"
    r"vous aider (?:avec|pour|dans) (?:cela|cette|ça))|"
    r"\bich kann (?:dir|ihnen) (?:dabei|damit) nicht helfen)|"
    r"(?:抱歉|对不起)[，,]?我(?:无法|不能)(?:提供|回答|满足|协助)"
)


@rule(
    "refusal",
    "note",
    "text",
    fails=(
        said("I'm sorry, but I cannot assist with that."),
        said("I can't help with that request."),
        said("Ich kann Ihnen dabei nicht helfen."),
        said("Je suis désolé, mais je ne peux pas répondre à cette question."),
        said("抱歉，我无法提供帮助。"),
    ),
    passes=(
        said("I'm sorry that it is late. I can help."),
        said("We cannot refund this."),
        asked("I cannot help with this."),
    ),
    hint=REFUSAL,
)
def refusal(text: str, speaker: str) -> Iterator[Fault]:
    """An answer refuses with a set phrase.

    Why: a model learns to refuse from few examples, and then refuses what it should answer.

    Keep those that should be refused; look at the others, which another model may have written.
    """
    yield from _phrases(REFUSAL, text, speaker, "The answer refuses: {}.", "Keep it only where it is meant.")


def _phrases(pattern: str, text: str, speaker: str, message: str, remedy: str) -> Iterator[Fault]:
    if speaker in ANSWERERS:
        for begin, end in spans(re.compile(pattern), prose(text)):
            yield Fault(message.format(shown(text[begin:end])), remedy, span=(begin, end))


APOLOGY = (
    r"(?i:\bi(?:'m| am) (?:so |very |really |truly )?sorry|"
    r"\b(?:i|we) (?:sincerely |deeply )?apologi[sz]e|\bmy apologies)"
)

LINES = re.compile(r"(?m)^\W{0,2}[A-Z][\w .()]{0,30}:|^[ \t]*[-–—\"“«]")
"""What somebody says in a dialogue."""


@rule(
    "apologies",
    "note",
    "text",
    fails=said("I'm sorry for that. I apologize. My apologies, it left on Monday."),
    passes=(
        said("I'm sorry that it is late. I apologize. It left on Monday."),
        asked("I'm sorry. I'm sorry. I'm sorry."),
    ),
    hint=rf"{APOLOGY}[^\x1e]*{APOLOGY}[^\x1e]*{APOLOGY}",
)
def apologies(text: str, speaker: str) -> Iterator[Fault]:
    """An answer apologises three times or more.

    Why: the model learns to apologise instead of helping.

    Dialogues, in which others speak, are left out.
    """
    found = list(spans(re.compile(APOLOGY), text))
    if speaker in ANSWERERS and len(found) > 2 and len(LINES.findall(text)) < 3:
        yield Fault(
            f"The answer apologises {len(found)} times.", "Apologise once at most.", span=(found[0][0], found[-1][1])
        )


ANSWER_ROLE, USER_ROLE = "(?i:assistant|ai|ai assistant|chatbot|bot|chatgpt|gpt-?4)", "(?:User|USER|Human|HUMAN)"
NAMED = r"(?:{0} ?:|\*\*{0}:\*\*|\*\*{0}\*\* ?:)[ \n]"
ROLE = {True: NAMED.format(ANSWER_ROLE), False: NAMED.format(USER_ROLE)}


@rule(
    "role-in-text",
    "warning",
    "text",
    fails=(said("Assistant: It left."), said("AI: It left."), asked("User: Where is it?"), said("**Bot:** It left.")),
    passes=(
        said("Assistants: three of them."),
        said("Answer: It left."),
        said("**AI: a history** of it"),
        PAIR | {"prompt": "User: Where is it?"},
        said("Model: T-800\nColour: red"),
        said("User: Where?\nAssistant: There."),
    ),
    hint=rf"{START}[ \n]*(?:{ROLE[True]}|{ROLE[False]})",
)
def role_in_text(text: str, speaker: str) -> Iterator[Fault]:
    """A text begins with the name of its role, such as "Assistant:".

    Why: the role is a key of the message; written in the text as well, the model learns to say it.

    A whole dialogue within one text is taken to be meant.
    """
    if speaker in ANSWERERS or (speaker in ASKERS and speaker != "prompt"):
        found = re.match(rf"[ \n]*{ROLE[speaker in ANSWERERS]}\s*", text)
        if found and not re.search(r"\n[A-Z][\w ]{0,20}:", text) and text[found.end() :].strip():
            what = shown(found[0].strip())
            yield Fault(f"The text begins with {what}.", "Remove it: the role says it.", span=found.span())


@mends(role_in_text, safe=True)
def _without_role(text: str, speaker: str, fault: Fault) -> Mend:
    lead = " " if speaker == "completion" and text.startswith(" ") else ""
    return Mend("remove the role from the text", lead + text[fault.span[1] if fault.span else 0 :])
