"""Time LoRA fine-tuning steps of the peer (torch, transformers and peft) on ready-made batches.

It runs in an environment of its own; the project never imports it. In a batch `ids` holds right-padded rows
and `mask` has 1 where the token itself is a trained target (its logits are those of the position before).
"""

import argparse
import ctypes
import itertools
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
Batch = dict[str, torch.Tensor]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="Hugging Face folder or GGUF file")
    parser.add_argument(
        "--batches",
        type=Path,
        required=True,
        help='{"batches": [{"ids": ..., "mask": ...}]}',
    )
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32", help="bf16 means autocast")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=8, help="timed steps")
    parser.add_argument("--warmup", type=int, default=2, help="steps before the timed ones")
    parser.add_argument("--pad-id", type=int, default=2, help="id that fills the ends of short rows")
    parser.add_argument("--interleave", action="store_true", help='one step for each line "go" on stdin')
    parser.add_argument("--plain-malloc", action="store_true", help="leave glibc's malloc as it is")
    return parser.parse_args()


def keep_freed_memory() -> None:
    """Let glibc's malloc keep freed memory for reuse, 10 to 20 % faster for torch on the CPU."""
    trim_threshold, mmap_max = -1, -4
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(trim_threshold, 2**31 - 1)
        libc.mallopt(mmap_max, 0)


def load_model(source: Path, rank: int) -> Any:
    """The float32 model with LoRA on every linear layer, ready to train."""
    gguf = {"gguf_file": source.name} if source.is_file() else {}
    folder = source.parent if gguf else source
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="sdpa", use_cache=False, **gguf
    )
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=0.0,
        target_modules=LINEAR,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config).train()


def read_batches(path: Path, pad_id: int) -> list[Batch]:
    """The batches as what the model takes: ids, attention mask and labels."""
    batches = []
    for entry in json.loads(path.read_text(encoding="utf-8"))["batches"]:
        ids, mask = torch.tensor(entry["ids"]), torch.tensor(entry["mask"])
        used = ((ids != pad_id) | (mask == 1)).long()
        attention = used.flip(1).cummax(1).values.flip(1)
        batches.append({"input_ids": ids, "attention_mask": attention, "labels": ids.where(mask == 1, -100)})
    return batches


def train_step(model: Any, optimizer: torch.optim.Optimizer, batch: Batch, dtype: str) -> float:
    """One optimiser step; gives the loss before it."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bf16"):
        loss = model(**batch).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return float(loss.detach())


def timed_steps(model: Any, batches: list[Batch], dtype: str) -> Iterator[dict[str, float]]:
    """Endless optimiser steps through the batches, each with its time, its tokens B*T and its loss."""
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.0, fused=True)
    for batch in itertools.cycle(batches):
        start = time.perf_counter()
        loss = train_step(model, optimizer, batch, dtype)
        yield {"seconds": time.perf_counter() - start, "tokens": batch["input_ids"].numel(), "loss": loss}


def reset_peak() -> None:
    """Let the peak memory count from now on, so that loading the model is not in it (Linux only)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_rss_mb() -> float:
    """The peak resident memory in MB since the last reset, or since the start where it cannot be reset."""
    with suppress(OSError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def interleave(steps: Iterator[dict[str, float]]) -> None:
    """Run one step for each line "go" and answer each with one JSON line."""
    for line in sys.stdin:
        if line.strip() == "go":
            print(json.dumps(next(steps)), flush=True)


def summary(steps: Iterator[dict[str, float]], count: int, warmup: int) -> dict[str, Any]:
    """Run all steps and sum up the timed ones."""
    done = list(itertools.islice(steps, warmup + count))
    timed = done[warmup:]
    return {
        "median_seconds": statistics.median(s["seconds"] for s in timed),
        "tokens_per_second": statistics.median(s["tokens"] / s["seconds"] for s in timed),
        "peak_rss_mb": peak_rss_mb(),
        "losses": [s["loss"] for s in done],
    }


def main() -> None:
    """Load the model and run it in the mode asked for."""
    args = arguments()
    if not args.plain_malloc:
        keep_freed_memory()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    model = load_model(args.model, args.rank)
    names = ("dtype", "rank", "threads", "steps", "warmup", "plain_malloc")
    settings = {name: getattr(args, name) for name in names}
    settings["peak_rss_load_mb"] = peak_rss_mb()
    reset_peak()
    steps = timed_steps(model, read_batches(args.batches, args.pad_id), args.dtype)
    if args.interleave:
        interleave(steps)
    else:
        print(json.dumps(settings | summary(steps, args.steps, args.warmup)))


if __name__ == "__main__":
    main()
