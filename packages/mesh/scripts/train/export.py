"""
Writes the trained network as the package uses it.

    /usr/bin/python3 export.py <folder of prepare.py and train.py>

../../weights/prior.bin: the weights, eight bits each. ../../weights/SOURCES.md: the pictures that it learned from, and
their licences. ../../test/prior-expected.json: what PyTorch answers with these weights to a fixed picture.
"""
import json
import os
import struct
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from input_planes import input_planes
from network import SIDE, Conv, Network

HERE = os.path.dirname(os.path.abspath(__file__))


def fold(layer):
    """Weights and bias of a layer; batch norm becomes part of them."""
    if isinstance(layer, Conv):
        norm = layer.norm
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        return layer.conv.weight * factor[:, None, None, None], norm.bias - norm.running_mean * factor
    weight = layer.weight if layer.weight.dim() == 4 else layer.weight[:, :, None, None]
    return weight, layer.bias


def set_folded(layer, weight, bias):
    if isinstance(layer, Conv):
        layer.conv.weight.data = weight
        layer.conv.bias = nn.Parameter(bias)
        layer.norm = nn.Identity()
    else:
        layer.weight.data = weight.reshape(layer.weight.shape)
        layer.bias.data = bias


def quantised(layer):
    """The bytes of a layer; leaves in it what these bytes say."""
    weight, bias = fold(layer)
    scale = weight.abs().amax((1, 2, 3)).clamp(min=1e-8) / 127
    whole = torch.round(weight / scale[:, None, None, None]).clamp(-127, 127)
    set_folded(layer, whole * scale[:, None, None, None], bias)
    outputs, inputs, kernel, _ = weight.shape
    return (
        struct.pack('<3H', outputs, inputs, kernel)
        + scale.numpy().astype('<f4').tobytes()
        + bias.numpy().astype('<f4').tobytes()
        + whole.permute(0, 2, 3, 1).contiguous().numpy().astype(np.int8).tobytes()
    )


def checksum(data):
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def fixed_picture():
    """A disc with a stripe on a slope; made of whole numbers, so that other languages can make it too."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    inside = (x - 70) ** 2 + (y - 60) ** 2 < 34 ** 2
    stripe = inside & ((x + y) % 16 < 5)
    picture = np.stack([120 + y // 2, 150 - x // 4, 90 + (x * 7 + y * 13) % 11], -1)
    picture[inside] = [200, 40, 60]
    picture[stripe] = [240, 220, 30]
    return picture.astype(np.uint8)


def answer(network, rgb):
    logits, _ = network(torch.from_numpy(input_planes(rgb))[None])
    return torch.sigmoid(F.interpolate(logits, (SIDE, SIDE), mode='bilinear', align_corners=False))[0, 0].numpy()


def write_sources(folder):
    with open(os.path.join(folder, 'sources.json'), encoding='utf-8') as file:
        sources = json.load(file)
    lines = [
        '# What the prior learned from',
        '',
        'Written by `scripts/train/export.py`. `prior.bin` holds no picture. It was trained on cut-outs and backgrounds from',
        'these Debian packages, whose copyright files name the authors; the pictures themselves are not part of this',
        'repository. Held back are those for the test: their file name\'s SHA-256 begins with a byte under 0x55.',
        '',
        '| package | version | used | held back | licences in its copyright file |',
        '|---|---|---|---|---|',
    ]
    for source in sources:
        if source['pictures']:
            names = ', '.join(source['licences']).replace('|', '/')
            lines.append(f"| {source['package']} | {source['version']} | {source['pictures']} | {source['held_back']} | {names} |")
    with open(os.path.join(HERE, '../../weights/SOURCES.md'), 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + '\n')


def main():
    folder = sys.argv[1]
    network = Network()
    network.load_state_dict(torch.load(os.path.join(folder, 'network.pt')))
    network.eval()
    with torch.no_grad():
        before = answer(network, fixed_picture())
        body = b''.join(quantised(layer) for layer in network.layers())
        after = answer(network, fixed_picture())
    data = b'I2MPRI01' + struct.pack('<I', checksum(body)) + body
    with open(os.path.join(HERE, '../../weights/prior.bin'), 'wb') as file:
        file.write(data)
    with open(os.path.join(HERE, '../../test/prior-expected.json'), 'w', encoding='utf-8') as file:
        json.dump([[round(float(v), 5) for v in row[4::8]] for row in after[4::8]], file)
        file.write('\n')
    torch.save(network, os.path.join(folder, 'quantised.pt'))
    write_sources(folder)
    print(f'{len(data)} bytes; eight bits change the answer by at most {abs(after - before).max():.3f}')


main()
