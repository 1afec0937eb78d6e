"""Write preference_reference.json: what TRL's DPO trainer tells of some steps on a base, with adapters by PEFT.

It runs by hand in an environment of its own (torch, transformers, trl, peft), never with the project's code:
    python make_preference_reference.py BASE_FOLDER... [--out preference_reference.json]
The recipe is written out here once more: the adapters' start from a seed, AdamW, the rates, the longest gradient.
"""

import argparse
import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast, TrainerCallback
from trl import DPOConfig, DPOTrainer

Json = dict[str, Any]

SEED, STEPS, BETA, RATE, RANK, ALPHA = 5, 6, 0.2, 2e-4, 16, 32
MODULES = {
    "self_attn": (("q_proj", "k_proj", "v_proj"), ("o_proj",)),
    "mlp": (("gate_proj", "up_proj"), ("down_proj",)),
}
PAIRS = [
    ("What is the capital of France?", "Paris.", "The capital of France is the city of Paris, as everybody knows."),
    ("Hi", "Hello!", "What do you want from me?"),
    ("Name a colour of the rainbow.", "Blue.", "There are seven colours, and one of them is blue."),
    ("Who wrote Hamlet?", "William Shakespeare wrote it around 1600.", "Somebody."),
]


def encoded(tokenizer: Tokenizer, question: str, chosen: str, rejected: str) -> Json:
    """The token ids of a pair."""
    texts = {
        "prompt_ids": f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n",
        "chosen_ids": f"{chosen}<|im_end|>",
        "rejected_ids": f"{rejected}<|im_end|>",
    }
    return {name: tokenizer.encode(text, add_special_tokens=False).ids for name, text in texts.items()}


def adapted(folder: Path) -> Any:
    """The base with adapters as the recipe starts them: A drawn from the seed, B zero."""
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    names = [name for groups in MODULES.values() for group in groups for name in group]
    model = get_peft_model(model, LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=names, lora_dropout=0.0))
    random = np.random.default_rng(SEED)
    layers = model.base_model.model.model.layers
    for part, groups in MODULES.items():
        for group in groups:
            modules = [[getattr(getattr(layer, part), name) for name in group] for layer in layers]
            size = modules[0][0].in_features
            drawn = random.uniform(-1 / np.sqrt(size), 1 / np.sqrt(size), (len(layers), len(group) * RANK, size))
            for own, rows in zip(modules, drawn, strict=True):
                for module, a in zip(own, np.split(rows, len(group)), strict=True):
                    module.lora_A["default"].weight.data = torch.tensor(a, dtype=torch.float32)
    return model


def rate(step: int) -> float:
    """The part of the peak rate at a step from 0: up in a line over a tenth of the steps, at least one, then down."""
    rise = max(1, round(0.1 * STEPS))
    return 1 / rise + step * (1 - 1 / rise) / rise if step < rise else 1 - (step - rise) / max(1, STEPS - rise)


class Listener(TrainerCallback):
    """Hears what the trainer logs."""

    def __init__(self) -> None:
        self.said: list[Json] = []

    def on_log(self, args: Any, state: Any, control: Any, logs: Json | None = None, **_: Any) -> None:
        """Keep the loss and the accuracy of a step."""
        if logs and "rewards/accuracies" in logs:
            self.said.append({"loss": float(logs["loss"]), "accuracy": float(logs["rewards/accuracies"])})


class Trainer(DPOTrainer):
    """TRL's trainer, given token ids instead of texts."""

    def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
        return dataset

    def log(self, logs: Json, *args: Any, **kwargs: Any) -> None:
        """Without rounding: the trainer's own rounds to four digits."""
        if hasattr(self, "exact") and "loss" in logs:
            logs["loss"] = self.exact
        super().log(logs, *args, **kwargs)

    def compute_loss(self, *args: Any, **kwargs: Any) -> Any:
        """Keep the loss as it is."""
        result = super().compute_loss(*args, **kwargs)
        self.exact = float((result[0] if isinstance(result, tuple) else result).detach())
        return result


def reference(folder: Path) -> Json:
    """The steps on one base."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    pairs = [encoded(tokenizer, *pair) for pair in PAIRS]
    model = adapted(folder)
    moving = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(moving, lr=RATE, weight_decay=0.0)
    listener = Listener()
    with tempfile.TemporaryDirectory() as out:
        options = DPOConfig(
            output_dir=out, beta=BETA, per_device_train_batch_size=len(pairs), max_steps=STEPS, max_grad_norm=1.0,
            logging_steps=1, report_to=[], use_cpu=True, bf16=False, save_strategy="no", gradient_checkpointing=False,
            disable_dropout=True, dataloader_drop_last=False, max_length=None, disable_tqdm=True,
        )  # fmt: skip
        Trainer(
            model=model,
            args=options,
            train_dataset=Dataset.from_list(pairs),
            processing_class=PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<|im_end|>"),
            optimizers=(optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, rate)),
            callbacks=[listener],
        ).train()
    assert len(listener.said) == STEPS, listener.said
    return {"pairs": pairs, "steps": listener.said}


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bases", type=Path, nargs="+", help="folders of base models in the Hugging Face layout")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("preference_reference.json"))
    args = parser.parse_args()
    torch.set_num_threads(2)
    record = {
        "source": {name: version(name) for name in ("torch", "transformers", "trl", "peft")},
        "recipe": {"seed": SEED, "steps": STEPS, "beta": BETA, "rate": RATE},
        "bases": {folder.name: reference(folder) for folder in args.bases},
    }
    args.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: base["steps"] for name, base in record["bases"].items()}, indent=1))


if __name__ == "__main__":
    main()
