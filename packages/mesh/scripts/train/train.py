"""
Trains the network on pictures that are composed while it learns.

    /usr/bin/python3 train.py <folder of prepare.py> [--steps 3600] [--batch 32] [--seed 15] [--resume 2400]

Writes <folder>/network.pt every 200 steps and at the end: the running average of the weights. --resume goes on from
there, after so many steps.
"""
import argparse
import copy
import math
import pickle
import time

import numpy as np
import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset

from compose import Composer
from input_planes import input_planes
from network import SIDE, Network


# A composed picture is used four times, turned round and in other colours: composing costs more than learning.
REUSE = 4
KEPT = 4000
# So much of the training is done on pictures of 96 x 96, which takes half the time.
SMALL_SHARE = 0.75


class Examples(IterableDataset):
    """Endless small batches of new pictures, made by a process of their own."""

    def __init__(self, path, seed, batch):
        self.path, self.seed, self.batch = path, seed, batch

    def __iter__(self):
        torch.set_num_threads(1)
        with open(self.path, 'rb') as file:
            composer = Composer(pickle.load(file), self.seed)
        while True:
            examples = [composer.example() for _ in range(self.batch)]
            planes = np.stack([input_planes(rgb) for rgb, _ in examples])
            masks = np.stack([mask for _, mask in examples])
            yield torch.from_numpy(planes), torch.from_numpy(masks)[:, None]


class Replay:
    """The last KEPT pictures, drawn again at random."""

    def __init__(self):
        self.planes = torch.empty(KEPT, 4, SIDE, SIDE, dtype=torch.bfloat16)
        self.masks = torch.empty(KEPT, 1, SIDE, SIDE, dtype=torch.bfloat16)
        self.count = 0

    def exchange(self, planes, masks):
        """Keeps the new pictures; gives REUSE times as many, the new ones among them."""
        fresh = len(planes)
        for at in range(fresh):
            slot = (self.count + at) % KEPT
            self.planes[slot], self.masks[slot] = planes[at], masks[at]
        self.count += fresh
        old = torch.randint(min(self.count, KEPT), (fresh * (REUSE - 1),))
        planes = torch.cat([planes, self.planes[old].float()])
        masks = torch.cat([masks, self.masks[old].float()])
        return self.varied(planes, masks)

    @staticmethod
    def varied(planes, masks):
        """Mirrored, or with all hues turned: neither changes the distance to the border's colours."""
        n = len(planes)
        mirrored = torch.rand(n) < 0.5
        planes[mirrored], masks[mirrored] = planes[mirrored].flip(-1), masks[mirrored].flip(-1)
        angle = (torch.rand(n) < 0.4) * torch.rand(n) * 2 * math.pi
        cos, sin = torch.cos(angle)[:, None, None], torch.sin(angle)[:, None, None]
        a, b = planes[:, 1].clone(), planes[:, 2].clone()
        planes[:, 1], planes[:, 2] = cos * a - sin * b, sin * a + cos * b
        return planes, masks


def loss_of(logits, coarse, masks):
    half = F.avg_pool2d(masks, 2)
    quarter = F.avg_pool2d(half, 4)
    probability = torch.sigmoid(logits)
    both = (probability * half).sum((1, 2, 3))
    either = (probability + half - probability * half).sum((1, 2, 3))
    overlap = 1 - (both + 20) / (either + 20)
    return (
        F.binary_cross_entropy_with_logits(logits, half)
        + 0.5 * overlap.mean()
        + 0.3 * F.binary_cross_entropy_with_logits(coarse, quarter)
    ), (both / (either + 1e-6))[half.sum((1, 2, 3)) > 8].mean()


def main():
    options = argparse.ArgumentParser()
    options.add_argument('folder')
    options.add_argument('--steps', type=int, default=3600)
    options.add_argument('--batch', type=int, default=32)
    options.add_argument('--seed', type=int, default=15)
    options.add_argument('--rate', type=float, default=2e-3)
    options.add_argument('--resume', type=int, default=0)
    options = options.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)

    network = Network()
    if options.resume:
        network.load_state_dict(torch.load(options.folder + '/network.pt'))
    network = network.to(memory_format=torch.channels_last)
    average = copy.deepcopy(network)
    print(sum(p.numel() for n, p in network.named_parameters() if not n.startswith('coarse')), 'parameters')
    optimizer = torch.optim.AdamW(network.parameters(), lr=options.rate, weight_decay=1e-2)
    examples = DataLoader(Examples(options.folder + '/pictures.pickle', options.seed + options.resume, options.batch // REUSE), None,
                          num_workers=1, prefetch_factor=16)
    replay = Replay()
    began = time.time()
    mean_loss = mean_overlap = 0.0
    for step, (planes, masks) in enumerate(examples, options.resume + 1):
        planes, masks = replay.exchange(planes, masks)
        if step <= options.steps * SMALL_SHARE:
            planes, masks = (F.interpolate(x, (96, 96), mode='bilinear', antialias=True) for x in (planes, masks))
        warm = min(1, (step - options.resume) / 200)
        optimizer.param_groups[0]['lr'] = options.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / options.steps)))
        with torch.autocast('cpu', dtype=torch.bfloat16):
            logits, coarse = network(planes.contiguous(memory_format=torch.channels_last))
        loss, overlap = loss_of(logits.float(), coarse.float(), masks)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 3.0)
        optimizer.step()
        keep = min(0.998, 1 - 1 / (step / 10 + 1))
        with torch.no_grad():
            for to, new in zip(average.state_dict().values(), network.state_dict().values()):
                if to.is_floating_point():
                    to.mul_(keep).add_(new, alpha=1 - keep)
        mean_loss += (loss.item() - mean_loss) / min(step - options.resume, 100)
        mean_overlap += (overlap.item() - mean_overlap) / min(step - options.resume, 100)
        if step % 50 == 0:
            print(f'{step}: {time.time() - began:.0f} s, loss {mean_loss:.3f}, overlap {mean_overlap:.3f}', flush=True)
        if step % 200 == 0 or step == options.steps:
            torch.save(average.state_dict(), options.folder + '/network.pt')
        if step == options.steps:
            break


main()
