"""Makes training pictures: cut-outs on plain, textured, real and blurred grounds, and grounds with nothing on them."""
import io
import math

import numpy as np
from PIL import Image, ImageFilter

from network import SIDE


class Composer:
    def __init__(self, pictures, seed):
        self.random = np.random.default_rng(seed)
        self.cutouts = pictures['cutouts']
        weights = np.array([weight for _, weight, _ in self.cutouts], float)
        self.chances = np.cumsum(weights / weights.sum())
        self.backgrounds = pictures['backgrounds']
        self.scenes = [b for b in self.backgrounds if b[1]]

    def example(self):
        """A picture of SIDE x SIDE bytes and its mask, 0 to 1."""
        return self.labelled_example()[:2]

    def labelled_example(self):
        """The same, and what kind of ground it is on."""
        r = self.random
        kind = r.choice(4, p=[0.34, 0.2, 0.26, 0.2])
        empty = r.random() < 0.07 and kind > 0
        background = [self.plain, self.texture, self.scene, self.blurred][kind](empty)
        picture = Image.fromarray(background)
        mask = np.zeros((SIDE, SIDE), np.float32)
        if not empty:
            count = 1 if r.random() < 0.82 else int(r.integers(2, 4))
            for at in range(count):
                picture, mask = self.put(picture, mask, first=at == 0, plain=kind == 0, crowded=count > 1)
        return self.develop(picture), mask, kind

    def plain(self, _):
        r = self.random
        base = np.empty(3)
        style = r.random()
        if style < 0.45:
            base[:] = 255 * (1 - abs(r.normal(0, 0.12)))
        elif style < 0.55:
            base[:] = 255 * abs(r.normal(0, 0.1))
        else:
            base[:] = r.uniform(20, 240, 3)
        if style < 0.55:
            base += r.normal(0, 8, 3)
        y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE - 0.5
        angle = r.uniform(0, 2 * math.pi)
        ramp = (math.cos(angle) * x + math.sin(angle) * y) * abs(r.normal(0, 0.25))
        vignette = -(x * x + y * y) * abs(r.normal(0, 0.35))
        light = 1 + ramp + vignette
        if r.random() < 0.3:
            # A table against a wall, or the bend of a studio sweep.
            edge = r.uniform(-0.2, 0.35) + x * r.normal(0, 0.08)
            bend = 1 / (1 + np.exp(-np.clip((y - edge) * r.choice([8, 20, 120]), -30, 30)))
            floor = base * r.uniform(0.6, 1.2) + r.normal(0, 18, 3)
            colours = base + bend[..., None] * (floor - base)
        else:
            colours = np.broadcast_to(base, (SIDE, SIDE, 3))
        picture = colours * light[..., None]
        if r.random() < 0.35:
            picture = picture + self.noise(r.choice([4, 8, 16, 32]))[..., None] * r.uniform(3, 16)
        return np.clip(picture, 0, 255).astype(np.uint8)

    def noise(self, cells):
        coarse = Image.fromarray(self.random.normal(0, 1, (cells, cells)).astype(np.float32))
        return np.asarray(coarse.resize((SIDE, SIDE), Image.BICUBIC))

    def texture(self, _):
        r = self.random
        style = r.random()
        if style < 0.5:
            # A small piece of a picture, enlarged or repeated.
            image = self.crop(self.backgrounds, r.uniform(0.15, 0.5))
            if r.random() < 0.4:
                tile = np.asarray(image.resize((SIDE // 2, SIDE // 2), Image.BILINEAR))
                tile = np.concatenate([tile, tile[:, ::-1]], 1)
                return np.concatenate([tile, tile[::-1]], 0).copy()
            return np.asarray(image).copy()
        one, other = r.uniform(0, 255, 3), r.uniform(0, 255, 3)
        if r.random() < 0.6:
            other = one + r.normal(0, 35, 3)
        y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
        if style < 0.75:
            mix = sum(self.noise(n) * w for n, w in ((6, 1), (14, 0.7), (40, 0.5), (128, 0.4)))
            mix = 1 / (1 + np.exp(-mix * r.uniform(0.5, 4)))
        else:
            angle, period = r.uniform(0, math.pi), r.uniform(0.03, 0.3)
            u = (x * math.cos(angle) + y * math.sin(angle)) / period
            v = (y * math.cos(angle) - x * math.sin(angle)) / period
            warp = self.noise(5) * r.uniform(0, 0.5)
            wave = np.sin(2 * math.pi * (u + warp))
            if r.random() < 0.5:
                wave = wave * np.sin(2 * math.pi * v)
            mix = 1 / (1 + np.exp(-wave * r.choice([1, 3, 12])))
        picture = one + mix[..., None] * (other - one) + r.normal(0, r.uniform(0, 10), (SIDE, SIDE, 1))
        return np.clip(picture, 0, 255).astype(np.uint8)

    def crop(self, among, share):
        r = self.random
        source = among[r.integers(len(among))][0]
        height, width, _ = source.shape
        size = max(16, share * min(width, height))
        across = min(width, size * math.exp(r.normal(0, 0.15)))
        down = min(height, size * math.exp(r.normal(0, 0.15)))
        left, top = r.uniform(0, width - across), r.uniform(0, height - down)
        image = Image.fromarray(source)
        image = image.resize((SIDE, SIDE), Image.BILINEAR, (left, top, left + across, top + down), 2.0)
        return image.transpose(Image.FLIP_LEFT_RIGHT) if r.random() < 0.5 else image

    def scene(self, empty):
        return np.asarray(self.crop(self.scenes if empty else self.backgrounds, self.random.uniform(0.5, 1))).copy()

    def blurred(self, empty):
        image = self.crop(self.scenes if empty else self.backgrounds, self.random.uniform(0.4, 1))
        return np.asarray(image.filter(ImageFilter.GaussianBlur(self.random.uniform(1.5, 9)))).copy()

    def put(self, picture, mask, first, plain, crowded):
        """Puts a cut-out on the picture; one that is half covered or mostly outside is put again elsewhere."""
        r = self.random
        rgb, alpha = self.cutout(crowded)
        height, width = alpha.shape
        spread = 0.1 + 0.35 * (1 - max(width, height) / SIDE) + (0 if first else 0.2)
        for _ in range(6):
            left = round(SIDE / 2 - width / 2 + r.normal(0, spread) * SIDE * 0.5)
            top = round(SIDE / 2 - height / 2 + r.normal(0, spread) * SIDE * 0.5)
            placed = np.zeros((SIDE, SIDE), np.float32)
            x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + width, SIDE), min(top + height, SIDE)
            if x1 - x0 < 4 or y1 - y0 < 4:
                continue
            inner = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
            placed[y0:y1, x0:x1] = alpha[inner]
            if placed.sum() < 0.6 * alpha.sum() or (placed * mask).sum() > 0.3 * placed.sum():
                continue
            ground = np.asarray(picture).astype(np.float32)
            if r.random() < (0.55 if plain else 0.3):
                ground = ground * (1 - self.shadow(placed))[..., None]
            colours = np.zeros((SIDE, SIDE, 3), np.float32)
            colours[y0:y1, x0:x1] = rgb[inner]
            mixed = ground + placed[..., None] * (colours - ground)
            return Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8)), np.maximum(mask, placed)
        return picture, mask

    def cutout(self, crowded):
        r = self.random
        source = self.cutouts[int(np.searchsorted(self.chances, r.random()))][0]
        image = Image.fromarray(source)
        if r.random() < 0.5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        if r.random() < 0.5:
            turn = r.normal(0, 12) if r.random() < 0.8 else r.uniform(-180, 180)
            image = image.rotate(turn, Image.BILINEAR, expand=True)
        longest = SIDE * (r.uniform(0.18, 0.5) if crowded else min(0.95, max(0.15, r.normal(0.58, 0.2))))
        stretch = math.exp(r.normal(0, 0.14))
        across, down = image.width * stretch, image.height / stretch
        scale = longest / max(across, down)
        size = (max(4, round(across * scale)), max(4, round(down * scale)))
        small = np.asarray(premultiplied(image).resize(size, Image.BOX if scale < 0.7 else Image.BILINEAR), np.float32)
        alpha = small[..., 3] / 255
        rgb = small[..., :3] / np.maximum(alpha, 1 / 255)[..., None]
        return self.lit(rgb, alpha), alpha

    def lit(self, rgb, alpha):
        """Other light, other colours: a network that has seen few objects must not learn their colours."""
        r = self.random
        if r.random() < 0.5:
            grey = rgb.mean(-1, keepdims=True)
            rgb = grey + (rgb - grey) * r.uniform(0.2, 1.5)
        if r.random() < 0.25:
            rgb = rgb[..., r.permutation(3)]
        rgb = rgb * r.normal(1, 0.06, 3) * r.uniform(0.7, 1.25)
        if r.random() < 0.5:
            height, width = alpha.shape
            y, x = np.mgrid[0:height, 0:width]
            slope = (x / width - 0.5) * r.normal(0, 0.5) + (y / height - 0.5) * r.normal(0.2, 0.4)
            rgb = rgb * (1 - np.clip(slope, -0.6, 0.6))[..., None]
        return np.clip(rgb, 0, 255)

    def shadow(self, placed):
        r = self.random
        cast = Image.fromarray(placed)
        shift = (r.normal(0, 7), r.uniform(-8, 2))
        slant = r.normal(0, 0.25)
        cast = cast.transform(cast.size, Image.AFFINE, (1, slant, -slant * SIDE * 0.8 - shift[0], 0, 1, shift[1]))
        wide = r.uniform(1, 8)
        small = np.asarray(Image.fromarray((np.asarray(cast) * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(wide)))
        return small.astype(np.float32) / 255 * r.uniform(0.1, 0.65)

    def develop(self, picture):
        """The camera: exposure, white balance, blur, noise, JPEG."""
        r = self.random
        data = np.asarray(picture).astype(np.float32)
        if r.random() < 0.6:
            data = 255 * (np.clip(data, 0, 255) / 255) ** math.exp(r.normal(0, 0.25)) * r.normal(1, 0.05, 3)
        if r.random() < 0.06:
            data = np.repeat(data.mean(-1, keepdims=True), 3, -1)
        if r.random() < 0.4:
            data = data + r.normal(0, r.uniform(1, 9), data.shape)
        image = Image.fromarray(np.clip(data, 0, 255).astype(np.uint8))
        if r.random() < 0.3:
            image = image.filter(ImageFilter.GaussianBlur(r.uniform(0.3, 1.3)))
        if r.random() < 0.4:
            file = io.BytesIO()
            image.save(file, 'JPEG', quality=int(r.integers(30, 95)))
            image = Image.open(file)
        return np.asarray(image.convert('RGB'))


def premultiplied(image):
    """PIL does this in C, and calls it a conversion."""
    return Image.frombytes('RGBA', image.size, image.convert('RGBa').tobytes())
