"""
Gathers cut-outs and backgrounds from Debian packages into one file for train.py, and writes the record of sources.

    /usr/bin/python3 prepare.py <folder> [folders with .deb files ...]

<folder>/pictures.pickle gets the pictures, shrunk, held-back.pickle those for the test, sources.json the packages, their
versions, how many pictures, and their licences.
A picture is for the test, if the SHA-256 of its file name begins with a byte under 0x55.
"""
import hashlib
import io
import json
import os
import pickle
import re
import struct
import subprocess
import sys
import zipfile
import zlib

import numpy as np
from PIL import Image

from packages import PACKAGES, wanted

LONGEST_CUTOUT = 176
SHORTEST_BACKGROUND = 224
ENDINGS = ('.png', '.jpg', '.jpeg', '.webp')
Image.MAX_IMAGE_PIXELS = None


def is_test(path):
    return hashlib.sha256(os.path.basename(path).encode()).digest()[0] < 0x55


def qt_resources(data):
    """The files in one of Qt's compiled resources, which hold the pictures of GCompris."""
    version, tree, content, names = struct.unpack('>4I', data[4:20])
    size = 14 if version == 1 else 22

    def visit(node, folder):
        at = tree + node * size
        name_at, flags = struct.unpack('>IH', data[at:at + 6])
        path = folder
        if node:
            length = struct.unpack('>H', data[names + name_at:names + name_at + 2])[0]
            path += '/' + data[names + name_at + 6:names + name_at + 6 + 2 * length].decode('utf-16-be')
        if flags & 2:
            count, first = struct.unpack('>2I', data[at + 6:at + 14])
            for child in range(first, first + count):
                yield from visit(child, path)
        elif not flags & 4:
            start = content + struct.unpack('>I', data[at + 10:at + 14])[0]
            length = struct.unpack('>I', data[start:start + 4])[0]
            body = data[start + 4:start + 4 + length]
            yield path, zlib.decompress(body[4:]) if flags & 1 else body

    yield from visit(0, '')


def files_in(root):
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            short = '/' + os.path.relpath(path, root)
            if os.path.islink(path):
                continue
            if name.endswith('.rcc'):
                with open(path, 'rb') as file:
                    for inner, data in qt_resources(file.read()):
                        if inner.lower().endswith(ENDINGS):
                            yield inner, data
            elif name.endswith(('.sh3f', '.jar', '.zip')):
                with zipfile.ZipFile(path) as archive:
                    for inner in sorted(archive.namelist()):
                        if inner.lower().endswith(ENDINGS):
                            yield '/' + inner, archive.read(inner)
            elif name.lower().endswith(ENDINGS):
                with open(path, 'rb') as file:
                    yield short, file.read()


def read_cutout(image):
    """Cropped to what is visible; None where it is no cut-out."""
    rgba = image.convert('RGBA')
    rgba.thumbnail((512, 512), Image.BOX)
    alpha = np.asarray(rgba)[:, :, 3]
    if (alpha < 128).mean() < 0.03 or (alpha > 200).mean() < 0.02:
        return None
    ys, xs = np.where(alpha > 40)
    box = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    cropped = rgba.crop(box)
    inside = np.asarray(cropped)[:, :, 3]
    if max(cropped.size) < 64 or min(cropped.size) < 24 or (inside > 128).mean() < 0.15:
        return None
    cropped.thumbnail((LONGEST_CUTOUT, LONGEST_CUTOUT), Image.BICUBIC)
    return np.asarray(cropped).copy()


def read_background(image):
    if min(image.size) < 128:
        return None
    rgb = image.convert('RGB')
    scale = SHORTEST_BACKGROUND / min(rgb.size)
    if max(rgb.size) * scale > 4 * SHORTEST_BACKGROUND:
        return None
    if scale < 1:
        rgb = rgb.resize((round(rgb.width * scale), round(rgb.height * scale)), Image.BOX)
    return np.asarray(rgb).copy()


def licences(root, package):
    path = os.path.join(root, 'usr/share/doc', package, 'copyright')
    with open(path, encoding='utf-8') as file:
        found = re.findall(r'^License: *(\S.*)$', file.read(), re.M)
    return sorted(set(found)) or ['as its copyright file says, in words']


def unpack(package, into, deb_folders):
    target = os.path.join(into, 'unpacked', package)
    if os.path.isdir(target):
        return target
    debs = os.path.join(into, 'debs')
    os.makedirs(debs, exist_ok=True)

    def find():
        for folder in [*deb_folders, debs]:
            for name in sorted(os.listdir(folder)):
                if name.startswith(package + '_') and name.endswith('.deb'):
                    return os.path.join(folder, name)
        return None

    if not find():
        subprocess.run(['apt-get', 'download', package], cwd=debs, check=True)
    os.makedirs(target)
    subprocess.run(['dpkg-deb', '-x', find(), target], check=True)
    return target


def sort_in(role, weight, image, path, pictures):
    """Takes the picture as what it is good for; says whether it was taken."""
    transparent = image.mode in ('RGBA', 'LA') or 'transparency' in image.info
    if 'cutout' in role and transparent:
        cutout = read_cutout(image)
        if cutout is not None:
            pictures['cutouts'].append((cutout, weight, path))
            return True
    if role != 'cutout' and not transparent:
        background = read_background(image)
        if background is not None:
            pictures['backgrounds'].append((background, role == 'scene', path))
            return True
    return False


def main():
    into, deb_folders = sys.argv[1], sys.argv[2:]
    pictures = {'cutouts': [], 'backgrounds': []}
    held = {'cutouts': [], 'backgrounds': []}
    sources, seen = [], set()
    for package, role, weight, skip in PACKAGES:
        root = unpack(package, into, deb_folders)
        used = held_back = 0
        for path, data in files_in(root):
            if not wanted(skip, path):
                continue
            digest = hashlib.sha256(data).digest()
            if digest in seen:
                continue
            seen.add(digest)
            test = is_test(path)
            try:
                with Image.open(io.BytesIO(data)) as image:
                    image.draft('RGB', (1024, 1024))
                    taken = sort_in(role, weight, image, package + path, held if test else pictures)
                    used += taken and not test
                    held_back += taken and test
            except (OSError, ValueError, SyntaxError) as error:
                print(f'{path}: {error}', file=sys.stderr)
        version = subprocess.run(['apt-cache', 'policy', package], capture_output=True, text=True).stdout
        candidate = re.search(r'Candidate: (\S+)', version)
        sources.append({
            'package': package, 'version': candidate.group(1) if candidate else '', 'pictures': used,
            'held_back': held_back, 'licences': licences(root, package),
        })
        print(package, used, held_back, flush=True)
    with open(os.path.join(into, 'pictures.pickle'), 'wb') as file:
        pickle.dump(pictures, file)
    with open(os.path.join(into, 'held-back.pickle'), 'wb') as file:
        pickle.dump(held, file)
    with open(os.path.join(into, 'sources.json'), 'w', encoding='utf-8') as file:
        json.dump(sources, file, indent=1)
    print(len(pictures['cutouts']), 'cut-outs,', len(pictures['backgrounds']), 'backgrounds')


main()
