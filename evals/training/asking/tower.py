"""Trains low-rank additions (LoRA, arXiv 2106.09685) to e5's layers, for questions alone.

Passages keep their vectors. Each question is held against every unit of the lessons' store: the
right nodes, the nodes that it starts from, and the right boards are each to have the larger part of
a softmax over all of them.
"""

from __future__ import annotations

import argparse
import pickle
import random
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from evals.training.asking.corpus import Corpus, Wanted


class Low(nn.Module):
    """A linear layer with a low-rank addition."""

    def __init__(self, linear: nn.Linear, rank: int, drop: float = 0.05) -> None:
        super().__init__()
        self.linear = linear
        self.down = nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))
        self.drop = nn.Dropout(drop)
        self.share = 1.0

    def forward(self, x):
        return self.linear(x) + self.share * F.linear(F.linear(self.drop(x), self.down), self.up)


def lowered(bert: nn.Module, rank: int) -> list[Low]:
    for p in bert.parameters():
        p.requires_grad = False
    made = []
    for layer in bert.encoder.layer:
        for parent, name in ((layer.attention.self, "query"), (layer.attention.self, "key"), (layer.attention.self, "value"),
                             (layer.attention.output, "dense"), (layer.intermediate, "dense"), (layer.output, "dense")):
            low = Low(getattr(parent, name), rank)
            setattr(parent, name, low)
            made.append(low)
    return made


class Tower:
    def __init__(self, folder: str) -> None:
        from sentence_transformers import SentenceTransformer

        self.model = SentenceTransformer(folder, device="cpu", model_kwargs={"dtype": torch.float32, "add_pooling_layer": False}, local_files_only=True)
        self.bert = self.model[0].auto_model
        self.tokenizer = self.model.tokenizer

    def __call__(self, texts: list[str]) -> torch.Tensor:
        t = self.tokenizer(["query: " + x for x in texts], padding=True, truncation=True, max_length=128, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16):
            h = self.bert(input_ids=t["input_ids"], attention_mask=t["attention_mask"]).last_hidden_state
        h = h.float(); m = t["attention_mask"][..., None].float()
        return F.normalize((h * m).sum(1) / m.sum(1), dim=-1)


def centred(q: torch.Tensor, asked: list[Wanted], corpus: Corpus) -> torch.Tensor:
    zero = np.zeros(q.shape[1], np.float32)
    mean = torch.from_numpy(np.stack([corpus.means.get(a.language, zero) for a in asked]))
    return F.normalize(q - mean, dim=-1)


def loss_of(q, batch, vectors, temp):
    logit = q @ vectors.T / temp
    total = 0.0
    for row, one in zip(logit, batch, strict=True):
        row = row.clone()
        if one.same:
            row[one.same] = -1e4
        parts = []
        right = sorted({n for rows in one.nodes for n in rows})
        for weight, kinds in ((1.0, one.nodes), (0.3, one.starts)):
            for rows in kinds:
                others = torch.ones_like(row, dtype=torch.bool); others[right] = False; others[rows] = True
                if weight < 1: others[:] = True
                alone = row.masked_fill(~others, -1e4)
                parts.append((weight / len(kinds), alone.logsumexp(0) - row[rows].logsumexp(0)))
        for rows in one.boards:
            parts.append((0.5 / len(one.boards), row.logsumexp(0) - row[rows].logsumexp(0)))
        total = total + sum(w * x for w, x in parts)
    return total / len(batch)


@torch.no_grad()
def evaluate(tower, corpus, verbose=True):
    tower.bert.eval()
    asked = corpus.asked
    vectors = torch.from_numpy(corpus.vectors)
    lang_of = lambda n: None
    got = defaultdict(list)
    for s in range(0, len(asked), 32):
        batch = asked[s : s + 32]
        q = centred(tower([a.text for a in batch]), batch, corpus)
        sims = (q @ vectors.T).numpy()
        for sim, one in zip(sims, batch, strict=True):
            order = np.argsort(-sim)[:300]
            top = set(order[:10].tolist())
            nodes = float(np.mean([bool(top & set(r)) for r in one.nodes]))
            boards = list(dict.fromkeys(corpus.boards[n] for n in order))[:5]
            b = float(np.mean([any(corpus.boards[n] in boards for n in r) for r in one.boards]))
            first = set(order[:1].tolist())
            hit1 = float(any(first & set(r) for r in one.nodes))
            for key in ("all", one.category):
                got[key].append((nodes, b, hit1))
    out = {k: tuple(np.round(np.mean(v, 0), 3).tolist()) + (len(v),) for k, v in got.items()}
    if verbose:
        for k, v in out.items(): print("  ", k, v)
    return out["all"]


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("--folder"); p.add_argument("--train", type=Path, nargs="+"); p.add_argument("--val", type=Path)
    p.add_argument("--rounds", type=int, default=3); p.add_argument("--rate", type=float, default=5e-4); p.add_argument("--rank", type=int, default=8)
    p.add_argument("--batch", type=int, default=32); p.add_argument("--temp", type=float, default=0.05); p.add_argument("--keep", type=float, default=0.5)
    p.add_argument("--out", type=Path); p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    torch.manual_seed(a.seed); rng = random.Random(a.seed)
    corpora = [pickle.loads(x.read_bytes()) for x in a.train]; val = pickle.loads(a.val.read_bytes())
    data = [(c, w) for c in corpora for w in c.asked]
    tower = Tower(a.folder)
    print("before", evaluate(tower, val))
    before: dict[str, torch.Tensor] = {}
    with torch.no_grad():
        every = sorted({w.text for _, w in data}, key=len)
        for s in range(0, len(every), 64):
            before |= zip(every[s : s + 64], tower(every[s : s + 64]))
    print("remembered", len(before), flush=True)
    lows = lowered(tower.bert, a.rank)
    params = [x for low in lows for x in (low.down, low.up)]
    print(len(data), "wordings", sum(x.numel() for x in params) / 1e6, "M")
    vectors = {id(c): torch.from_numpy(c.vectors) for c in corpora}
    opt = torch.optim.AdamW(params, lr=a.rate, weight_decay=0.01)
    steps = a.rounds * (len(data) // a.batch); sched = torch.optim.lr_scheduler.OneCycleLR(opt, a.rate, total_steps=steps + 1, pct_start=0.1)
    began = time.time(); n = 0
    for r in range(a.rounds):
        tower.bert.train(); rng.shuffle(data); total = 0.0
        for s in range(0, len(data) - a.batch + 1, a.batch):
            part = data[s : s + a.batch]
            loss = 0.0
            for c in corpora:
                batch = [w for cc, w in part if cc is c]
                if not batch: continue
                raw = tower([w.text for w in batch]); q = centred(raw, batch, c)
                loss = loss + loss_of(q, batch, vectors[id(c)], a.temp) * len(batch) / len(part)
                if a.keep:
                    old = torch.stack([before[w.text] for w in batch])
                    loss = loss + a.keep * (1 - (raw * old).sum(-1)).mean() * len(batch) / len(part)
            opt.zero_grad(); loss.backward(); torch.nn.utils.clip_grad_norm_(params, 1.0); opt.step(); sched.step()
            total += float(loss.detach()); n += 1
            if n % 20 == 0: print(f"step {n} of {steps} loss {total / (s // a.batch + 1):.3f} {time.time() - began:.0f} s", flush=True)
        print("round", r, evaluate(tower, val, verbose=r == a.rounds - 1), flush=True)
        if a.out: torch.save([(low.down.detach(), low.up.detach()) for low in lows], a.out)


if __name__ == "__main__":
    main()
