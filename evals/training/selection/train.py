"""Trains the selector on laid-out lessons."""

from __future__ import annotations

import argparse
import pickle
import random
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from evals.retrieval.questions import CATEGORIES
from evals.training.selection.lay import Laid
from kb.answer.selection.numbers import NUMBERS
from kb.answer.selection.net import SelectorNet, Shown, Size


def shown(batch: list[Laid], drop: float = 0.0, rng: random.Random | None = None) -> tuple[Shown, list[np.ndarray]]:
    kept = []
    for one in batch:
        keep = np.arange(len(one.ids))
        if drop and rng is not None:
            right = {n for g in one.groups for s in g for n in s}
            gold = {one.boards[n] for n in right} | {one.boards[n] for n in one.starts}
            others = [b for b in dict.fromkeys(one.boards) if b not in gold]
            share = rng.choice((0.0, drop, 0.9))  # small stores have few boards
            gone = {b for b in others if rng.random() < share}
            if len(gone) < len(set(one.boards)):
                keep = np.array([n for n in keep if one.boards[n] not in gone])
        if len(keep) == 0:
            keep = np.arange(len(one.ids))
        kept.append(keep)
    T = max(len(o.tokens) for o in batch); R = max(max(map(len, kept)), 1); B = len(batch)
    dim = batch[0].tokens.shape[1]
    tokens = torch.zeros(B, T, dim); tmask = torch.zeros(B, T, dtype=torch.bool)
    rows = torch.zeros(B, R, dim); rmask = torch.zeros(B, R, dtype=torch.bool)
    numbers = torch.zeros(B, R, batch[0].numbers.shape[1]); joins = []
    for b, (o, keep) in enumerate(zip(batch, kept)):
        tokens[b, : len(o.tokens)] = torch.from_numpy(o.tokens.astype(np.float32)); tmask[b, : len(o.tokens)] = True
        n = len(keep)
        rows[b, :n] = torch.from_numpy(o.vectors[keep].astype(np.float32)); rmask[b, :n] = True
        numbers[b, :n] = torch.from_numpy(again(o.numbers[keep].astype(np.float32)) if drop else o.numbers[keep].astype(np.float32))
        new = np.full(len(o.ids), -1, np.int64); new[keep] = np.arange(n)
        j = o.joins.astype(np.int64)
        j = np.column_stack([np.full(len(j), b), j[:, 0], new[j[:, 1]], new[j[:, 2]]])
        joins.append(j[(j >= 0).all(1)])
    vector = torch.from_numpy(np.stack([o.vector for o in batch])); cues = torch.from_numpy(np.stack([o.cues for o in batch]))
    return Shown(tokens, tmask, vector, cues, rows, rmask, numbers, torch.from_numpy(np.concatenate(joins))), kept


_AT = {name: NUMBERS.index(name) for name in ("near", "near_z", "near_best", "hit", "board_score", "board_rank", "rank", "newest", "latest", "earliest")}


def again(x: np.ndarray) -> np.ndarray:
    """What is relative to what else is there, anew."""
    near = x[:, _AT["near"]]
    x[:, _AT["near_z"]] = (near - near.mean()) / (near.std() + 1e-6) / 3
    x[:, _AT["near_best"]] = near - near.max()
    for name in ("hit", "board_score", "board_rank", "rank"):
        top = x[:, _AT[name]].max()
        if top > 0:
            x[:, _AT[name]] /= top
    return x


def targets(one: Laid, keep: np.ndarray) -> tuple[set[int], set[int]]:
    """Members (first alternative that is there, by board rank) and rows that are ignored."""
    at = {int(n): i for i, n in enumerate(keep)}
    members, ignored = set(), set()
    for group in one.groups:
        sets = sorted((sorted(at[n] for n in s if n in at) for s in group if s), key=lambda s: (s[0] if s else 10**6))
        sets = [s for s in sets if s]
        if sets:
            members |= set(sets[0])
            for s in sets[1:]:
                ignored |= set(s)
    return members, ignored - members


def loss_of(net: SelectorNet, batch: list[Laid], drop: float, rng) -> torch.Tensor:
    s, kept = shown(batch, drop, rng)
    said = net(s)
    B, R = said.member.shape
    y = torch.zeros(B, R); w = s.row_mask.float().clone(); st = torch.zeros(B, R); none = torch.zeros(B)
    isnode = torch.zeros(B, R, dtype=torch.bool); cat = torch.zeros(B, dtype=torch.long)
    for b, (o, keep) in enumerate(zip(batch, kept)):
        m, i = targets(o, keep)
        for n in m: y[b, n] = 1
        for n in i: w[b, n] = 0
        at = {int(n): k for k, n in enumerate(keep)}
        for n in o.starts:
            if n in at: st[b, at[n]] = 1
        none[b] = float(not m)
        isnode[b, : len(keep)] = torch.tensor([o.units[n] == "node" for n in keep])
        cat[b] = CATEGORIES.index(o.category)
    w = w * isnode
    logits = torch.cat([said.none[:, None], said.member.masked_fill(w == 0, -30.0)], 1)
    t = torch.cat([none[:, None], y], 1); t = t / t.sum(1, keepdim=True)
    listwise = -(t * logits.log_softmax(1)).sum(1).mean()
    bce = (F.binary_cross_entropy_with_logits(said.member, y, weight=w, reduction="none").sum(1)).mean()
    nb = F.binary_cross_entropy_with_logits(said.none, none)
    sb = (F.binary_cross_entropy_with_logits(said.start, st, weight=isnode.float(), reduction="none").sum(1)).mean()
    cb = F.cross_entropy(said.category, cat, label_smoothing=0.1)
    return listwise + 0.3 * bce + 0.5 * nb + 0.15 * sb + 0.1 * cb


@torch.no_grad()
def evaluate(net: SelectorNet, data: list[Laid], least: float | None = None, verbose: bool = True) -> dict:
    net.eval()
    rows = []
    for start in range(0, len(data), 16):
        batch = data[start : start + 16]
        s, kept = shown(batch)
        said = net(s)
        for b, o in enumerate(batch):
            logit = said.member[b, : len(o.ids)].numpy()
            node = np.array([u == "node" for u in o.units])
            logit = np.where(node, logit, -30)
            p = np.exp(logit - max(logit.max(), float(said.none[b]))); pn = np.exp(float(said.none[b]) - max(logit.max(), float(said.none[b])))
            sure = 1 - pn / (p.sum() + pn)
            prob = 1 / (1 + np.exp(-logit))
            chosen = set(np.flatnonzero(prob > 0.4).tolist()) or {int(logit.argmax())}
            rows.append((o, chosen, float(sure), int(logit.argmax()), float(1/(1+np.exp(-float(said.none[b]))))))
    out = score(rows, verbose)
    return out


def score(rows, verbose=True):
    cats = defaultdict(list)
    ans = [r for r in rows if r[0].category != "none"]
    for o, chosen, sure, top, none in rows:
        if o.category == "none": continue
        right = {n for g in o.groups for s_ in g for n in s_}
        prec = len(chosen & right) / max(1, len(chosen))
        recs = []
        for g in o.groups:
            ss = [s_ for s_ in g if s_]
            if ss: recs.append(max(len(chosen & s_) / len(s_) for s_ in ss))
            elif g: recs.append(0.0)
        rec = float(np.mean(recs)) if recs else 0.0
        full = float(bool(recs) and min(recs) == 1.0)
        cats["all"].append((top in right, prec, rec, full)); cats[o.category].append((top in right, prec, rec, full))
        lang = lambda t: "zh" if any("\u4e00" <= c <= "\u9fff" for c in t) else "en"
        rl = "zh" if any(lang(o.texts[n]) == "zh" for n in right) else "en"
        cats[f"{lang(o.text)}>{rl}"].append((top in right, prec, rec, full))
    out = {c: tuple(round(float(x), 3) for x in np.mean(np.array(v, float), 0)) + (len(v),) for c, v in cats.items()}
    # refusal by sureness: the threshold that refuses 10 % of the unanswerable less
    none_s = sorted(r[2] for r in rows if r[0].category == "none"); ok = np.array([r[2] for r in ans])
    auc = float(np.mean([(a > np.array(none_s)).mean() for a in ok])) if none_s else 0
    t90 = none_s[int(0.9 * len(none_s))] if none_s else 0
    out["auc"] = round(auc, 3); out["wrongly refused at .9"] = round(float((ok <= t90).mean()), 3)
    if verbose:
        for c, v in out.items(): print(f"  {c:12} {v}")
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", nargs="+", type=Path); parser.add_argument("--val", type=Path)
    parser.add_argument("--rounds", type=int, default=12); parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--width", type=int, default=128); parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--dropout", type=float, default=0.15); parser.add_argument("--out", type=Path)
    parser.add_argument("--cv", action="store_true"); parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1); parser.add_argument("--start", type=Path); parser.add_argument("--drop", type=float, default=0.3)
    a = parser.parse_args()
    data = [o for p in a.train for o in pickle.loads(p.read_bytes())]
    val = pickle.loads(a.val.read_bytes()) if a.val else []
    if a.cv:
        companies = sorted({o.company for o in data}); rng = random.Random(0); rng.shuffle(companies)
        out = companies[: max(1, len(companies) // 4)]
        val = [o for o in data if o.company in out]; data = [o for o in data if o.company not in out]
        print("held out", out)
    for o in (*data, *val):
        if o.numbers.shape[1] == len(NUMBERS) + 1:
            o.numbers = np.delete(o.numbers, 21, 1)
    print(len(data), "train", len(val), "val")
    torch.manual_seed(a.seed); rng = random.Random(a.seed)
    net = SelectorNet(Size(width=a.width, layers=a.layers, dropout=a.dropout, heads=a.width // 32))
    if a.start:
        state = torch.load(a.start)["state"]
        if state["numbers.0.weight"].shape[1] == len(NUMBERS) + 1:
            w = state["numbers.0.weight"]; state["numbers.0.weight"] = torch.cat([w[:, :21], w[:, 22:]], 1)
        net.load_state_dict(state); print("start", evaluate(net, val, verbose=False)["all"])
    print(sum(p.numel() for p in net.parameters()) / 1e6, "M parameters")
    opt = torch.optim.AdamW(net.parameters(), lr=a.rate, weight_decay=0.05)
    steps = a.rounds * (len(data) // a.batch + 1)
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, a.rate, total_steps=steps, pct_start=0.1)
    began = time.time(); step = 0
    for r in range(a.rounds):
        net.train(); order = list(data); rng.shuffle(order); total = 0.0; n = 0
        # alike in length, to pad little
        chunks = [sorted(order[i : i + a.batch * 8], key=lambda o: len(o.ids)) for i in range(0, len(order), a.batch * 8)]
        batches = [c[i : i + a.batch] for c in chunks for i in range(0, len(c), a.batch)]
        rng.shuffle(batches)
        for b in batches:
            loss = loss_of(net, b, a.drop, rng)
            opt.zero_grad(); loss.backward(); torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0); opt.step()
            if step < steps - 1: sched.step()
            step += 1; total += float(loss.detach()); n += 1
        got = evaluate(net, val, verbose=r == a.rounds - 1)
        print(f"round {r} loss {total / n:.3f} val all {got['all']} auc {got['auc']} wr {got['wrongly refused at .9']} {time.time() - began:.0f} s", flush=True)
        if a.out: torch.save({"state": net.state_dict(), "size": net.about()}, a.out)


if __name__ == "__main__":
    main()
