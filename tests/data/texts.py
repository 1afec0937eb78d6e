"""Texts of which one might think that two tokenizers cut them differently."""

from hypothesis import strategies as st

PARTS = [
    *("a", "B", "é", "É", "ß", "ſ", "ǅ", "中", "文", "ひ", "ا", "\u0301", "\u0e33", "ʰ", "İ"),
    *("1", "23", "4567", "²", "Ⅷ", "٣", "½"),
    *(" ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\r", "\v", "\x1c", "\x85", "\xa0", "\u200b", "\u2028", "\u3000"),
    *("!", "?!", "/", "//", "'", "’", "_", "-", "€", "😀", "👍🏽", "\u200d", "\ufe0f", "\ufeff", "\ufffd"),
    *("'s", "'S", "'ll", "'LL", "'lL", "'re", "'Ve", "'d", "'ſ", "'t", "'M"),
    *("<|endoftext|>", "<|endofprompt|>", "Hello", "WORLD", "camelCase", "the", "ing", "aaaaaaaaaaaaaaaaaaaaaaaa"),
    *("\U000323b0", "\u088f", "\U00011de0", "\u20c1", "\u0378", "\U00010940", "\ue000", "\U000e0067", "\U0010ffff"),
    *("\0", "\x7f", "\ud800", "\udfff", "\ud83d\ude00"),
]

texts = st.one_of(
    st.lists(st.sampled_from(PARTS), max_size=20).map("".join),
    st.text(st.characters(codec=None, categories=None), max_size=20),
    st.tuples(st.sampled_from(PARTS), st.integers(1, 300), st.sampled_from(PARTS)).map(lambda t: t[0] * t[1] + t[2]),
)
