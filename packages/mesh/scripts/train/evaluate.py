"""
Judges the network on composites of pictures that it has not seen.

    /usr/bin/python3 evaluate.py <folder> [network.pt]
"""
import pickle
import sys

import numpy as np
import torch
from torch.nn import functional as F

from compose import Composer
from input_planes import input_planes
from network import SIDE, Network

KINDS = ('plain', 'textured', 'scene', 'blurred')


def main():
    folder = sys.argv[1]
    network = Network().eval()
    network.load_state_dict(torch.load(f'{folder}/{(sys.argv[2:] or ["network.pt"])[0]}'))
    with open(f'{folder}/held-back.pickle', 'rb') as file:
        held_back = pickle.load(file)
    # As many drawings as photos would say little about photos.
    held_back['cutouts'] = [c for c in held_back['cutouts'] if c[1] > 1]
    composer = Composer(held_back, 1)
    overlaps = {kind: [] for kind in KINDS}
    with torch.no_grad():
        while min(map(len, overlaps.values())) < 100:
            rgb, mask, kind = composer.labelled_example()
            inside = mask > 0.5
            if not inside.any():
                continue
            logits, _ = network(torch.from_numpy(input_planes(rgb))[None])
            answer = F.interpolate(logits, (SIDE, SIDE), mode='bilinear', align_corners=False)[0, 0].numpy() > 0
            overlaps[KINDS[kind]].append((answer & inside).sum() / (answer | inside).sum())
    for kind, values in overlaps.items():
        print(f'{kind}: {len(values)} pictures, overlap {np.mean(values):.3f}, at least .8 in {np.mean(np.array(values) > 0.8):.0%}')


main()
