"""Fine-tunes the upper layers of all-MiniLM-L6-v2 on pairs of texts that belong together. README.md says how and why."""

import argparse
import json
import math
import random
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertModel

TEMPERATURE = 0.05
BATCH = 48
TOKENS = 80
RATE = 5e-5
WARM_UP = 10
FROZEN = 3


def read_pairs(paths: list[Path], without: list[str]) -> list[tuple[str, str]]:
    """The pairs of JSONL files whose rows have `source`, `left` and `right`, less those whose source has one of `without`."""
    pairs = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            row = json.loads(line)
            left, right, source = (row.get(key) for key in ("left", "right", "source"))
            if not all(isinstance(text, str) and text.strip() for text in (left, right, source)):
                raise SystemExit(f"{path}, line {number}: left, right and source must be texts")
            if not any(word in source for word in without):
                pairs.append((left, right))
    if len(pairs) < 2:
        raise SystemExit("there are fewer than two pairs to train on")
    return pairs


def embed(model: BertModel, tokenizer: Tokenizer, texts: list[str]) -> torch.Tensor:
    """Unit vectors, as Crosswalk makes them: the mean over the tokens."""
    encoded = tokenizer.encode_batch(texts)
    mask = torch.tensor([row.attention_mask for row in encoded])
    states = model(input_ids=torch.tensor([row.ids for row in encoded]), attention_mask=mask).last_hidden_state.float()
    weights = mask.unsqueeze(-1).float()
    return functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)


def contrast(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """InfoNCE both ways: of all texts in the batch, each should be nearest to its own counterpart."""
    similarity = left @ right.T / TEMPERATURE
    own = torch.arange(len(left))
    return (functional.cross_entropy(similarity, own) + functional.cross_entropy(similarity.T, own)) / 2


def train(base: Path, pairs: list[tuple[str, str]], seed: int, steps: int | None, threads: int) -> dict[str, torch.Tensor]:
    """The weights after one epoch. The same seed, versions, threads and processor give the same weights."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)
    model = BertModel.from_pretrained(base, add_pooling_layer=False).train()
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.enable_truncation(TOKENS)
    tokenizer.enable_padding()

    model.embeddings.requires_grad_(False)
    model.encoder.layer[:FROZEN].requires_grad_(False)
    optimizer = torch.optim.AdamW([each for each in model.parameters() if each.requires_grad], lr=RATE)

    pairs = random.Random(seed).sample(pairs, len(pairs))
    batches = [pairs[start : start + BATCH] for start in range(0, len(pairs), BATCH)]
    batches = [batch for batch in batches if len(batch) > 1][:steps]
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / WARM_UP, (len(batches) - step) / max(1, len(batches) - WARM_UP))
    )
    for step, batch in enumerate(batches, start=1):
        # Half the time of float32; the weights themselves and the loss stay float32.
        with torch.autocast("cpu", torch.bfloat16):
            states = [embed(model, tokenizer, list(texts)) for texts in zip(*batch, strict=True)]
        loss = contrast(*states)
        if not math.isfinite(loss.item()):
            raise SystemExit(f"step {step}: the loss is {loss.item()}")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        print(f"step {step}/{len(batches)} loss {loss.item():.4f}", flush=True)
    return {name: value.detach().contiguous() for name, value in model.state_dict().items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of the original: model.safetensors, config.json, tokenizer.json")
    parser.add_argument("--pairs", type=Path, required=True, nargs="+", help="JSONL files with source, left and right")
    parser.add_argument("--without", default=[], nargs="+", help="leave out pairs whose source has one of these words, such as CC-BY-SA")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--steps", type=int, help="stop after so many batches (default: one epoch)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="the file of the weights, model.safetensors")
    args = parser.parse_args()
    pairs = read_pairs(args.pairs, args.without)
    print(f"{len(pairs)} pairs, seed {args.seed}", flush=True)
    weights = train(args.base, pairs, args.seed, args.steps, args.threads)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, args.out)


if __name__ == "__main__":
    main()
