"""Scenes of cutouts on backgrounds, whose boxes and masks are exact because we made them.

The same seed and number always make the same scene. All pixels are float32, 0…255; alpha 0…1.
"""

import itertools
import math
from dataclasses import dataclass

import cv2
import numpy as np
from skimage.segmentation import felzenszwalb

from cutouts import CLASSES, Cutout, Picture

# Processes that make scenes are forks, which a pool of threads doesn't survive.
cv2.setNumThreads(0)

#: How often a scene has one object, two, …
COUNTS = (0.2, 0.25, 0.25, 0.15, 0.15)
#: How often a cutout of a kind is drawn, beside others of its class.
KIND_WEIGHTS = {"stamp": 2.0, "clipart": 0.7}
#: An object that is covered counts while this much of it is to be seen, and is this share of the picture.
VISIBLE, AREA = 0.35, 0.001
#: How often, where scenes have parts, an object has one and the background a region; of the picture a region has this share.
PARTS, REGIONS, REGION_AREA = 0.3, 0.15, (0.01, 0.3)


@dataclass(frozen=True)
class Scene:
    """An image uint8 [side, side, 3] and its objects, those behind first."""

    image: np.ndarray
    #: float32 [N, 4], the corners of what is to be seen of each object.
    boxes: np.ndarray
    #: int64 [N], numbers of `CLASSES`.
    labels: np.ndarray
    #: bool [N, side, side], what is to be seen of each object.
    masks: np.ndarray
    #: bool [M, side, side], what could be meant as well: parts of objects, and regions of one kind behind them.
    parts: np.ndarray


def resized(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    is_smaller = width * height < pixels.shape[0] * pixels.shape[1]
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR)


def mirrored(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Half of the time."""
    return cv2.flip(pixels, 1) if random.random() < 0.5 else pixels


def rotated(pixels: np.ndarray, degrees: float) -> np.ndarray:
    """On as large a canvas as it needs."""
    H, W = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((W / 2, H / 2), degrees, 1)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    width, height = math.ceil(H * sine + W * cosine) + 2, math.ceil(H * cosine + W * sine) + 2
    matrix[:, 2] += (width - W) / 2, (height - H) / 2
    return cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LINEAR)


def coloured(rgb: np.ndarray, random: np.random.Generator, strength: float) -> np.ndarray:
    """Other light: gain of each channel, saturation, gamma."""
    grey = rgb.mean(-1, keepdims=True)
    saturation = math.exp(random.normal(0, strength)) if random.random() > 0.08 else random.uniform(0, 0.5)
    rgb = grey + (rgb - grey) * saturation
    gains = np.exp(random.normal(0, strength * 0.5, 3) + random.normal(0, strength)).astype(np.float32)
    rgb = (rgb * (gains / 255)).clip(0, 1)
    return cv2.pow(rgb, math.exp(random.normal(0, strength))) * 255


def ramp(side: tuple[int, int], random: np.random.Generator, strength: float) -> np.ndarray:
    """Light that comes from one side: [H, W, 1], about 1."""
    H, W = side
    angle = random.uniform(0, 2 * math.pi)
    y, x = np.linspace(-1, 1, H, dtype=np.float32)[:, None], np.linspace(-1, 1, W, dtype=np.float32)[None]
    return np.exp(random.normal(0, strength) * (y * math.sin(angle) + x * math.cos(angle)))[..., None].astype(np.float32)


def blob(side: tuple[int, int], centre: tuple[int, int], reach: float, random: np.random.Generator) -> np.ndarray:
    """An ellipse, a rectangle or a band about a place y, x, of about so many pixels each way: float32 [H, W], 0…1."""
    H, W = side
    y, x = np.arange(H, dtype=np.float32)[:, None] - centre[0], np.arange(W, dtype=np.float32)[None] - centre[1]
    angle = random.uniform(0, 2 * math.pi)
    along, across = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    along, across = along / reach, across / (reach * random.uniform(0.3, 1))
    kind = random.random()
    if kind < 0.35:
        distance = np.hypot(along, across)
    elif kind < 0.75:
        distance = np.maximum(abs(along), abs(across))
    else:
        distance = abs(across) + 0 * along
    return ((1 - distance) * reach * 0.5).clip(0, 1)


def placed(alpha: np.ndarray, x: int, y: int, side: int) -> np.ndarray:
    """Where something is opaque whose upper left corner is at x, y of a square: bool [side, side]."""
    opaque, top, left = np.zeros((side, side), bool), max(y, 0), max(x, 0)
    part = alpha[top - y:side - y, left - x:side - x] > 0.5
    opaque[top:top + part.shape[0], left:left + part.shape[1]] = part
    return opaque


class SceneSource:
    """What makes scenes: the same seed and number always make the same one."""

    seed: int

    def scene(self, number: int) -> Scene:
        raise NotImplementedError

    def scenes(self, first: int):
        """The scenes from the number `first` on that have any object, each with the number to go on from."""
        for number in itertools.count(first):
            scene = self.scene(number)
            if len(scene.boxes):
                yield scene, number + 1


class Composer(SceneSource):
    """Makes scenes of some cutouts on some backgrounds: those of training, or those held out.

    With `has_parts`, some objects wear another one or a patch, and what the background is made of is told as well.
    """

    def __init__(self, cutouts: list[Cutout], backgrounds: list[Picture], side: int, seed: int, has_parts: bool = False):
        self.backgrounds, self.side, self.seed, self.has_parts = backgrounds, side, seed, has_parts
        self.by_label = [[cutout for cutout in cutouts if cutout.label == label] for label in range(len(CLASSES))]
        self.weights = []
        for members in self.by_label:
            weights = np.array([KIND_WEIGHTS[cutout.kind] for cutout in members])
            self.weights.append(weights / weights.sum())

    def drawn(self, random: np.random.Generator) -> tuple[int, Cutout]:
        """A class, and a cutout of it."""
        label = int(random.integers(len(CLASSES)))
        return label, self.by_label[label][random.choice(len(self.by_label[label]), p=self.weights[label])]

    def background(self, random: np.random.Generator, side: int) -> np.ndarray:
        if random.random() < 0.07:
            low, high = random.uniform(0, 255, 3), random.uniform(0, 255, 3)
            t = (ramp((side, side), random, 0.7) - 0.5).clip(0, 1)
            return (low * t + high * (1 - t)).astype(np.float32)
        pixels = self.backgrounds[random.integers(len(self.backgrounds))].pixels()
        H, W = pixels.shape[:2]
        edge = math.sqrt(random.uniform(0.06, 1)) * min(H, W)
        aspect = math.exp(random.normal(0, 0.15))
        h, w = min(H, int(edge * aspect)), min(W, int(edge / aspect))
        top, left = random.integers(H - h + 1), random.integers(W - w + 1)
        # Of large crops only some pixels count, still many times as many as are made of them.
        step = max(1, min(h, w) // (3 * side))
        crop = resized(np.ascontiguousarray(pixels[top:top + h:step, left:left + w:step]), side, side)
        return coloured(mirrored(crop, random).astype(np.float32), random, 0.12)

    def object(self, cutout: Cutout, long_side: float, random: np.random.Generator) -> np.ndarray:
        """The cutout as it will lie in a picture, its longer side before it is turned of so many pixels: [h, w, 4]."""
        pixels = np.asarray(cutout.pixels())
        H, W = pixels.shape[:2]
        stretch = math.exp(random.normal(0, 0.1))
        scale = long_side / max(H * stretch, W / stretch)
        width, height = max(4, round(W / stretch * scale)), max(4, round(H * stretch * scale))
        pixels = mirrored(resized(pixels, width, height), random).astype(np.float32)
        angle = random.uniform(-180, 180) if random.random() < 0.12 else random.normal(0, 12)
        if abs(angle) > 1:
            pixels = rotated(pixels, angle)
        alpha = pixels[..., 3:] / 255
        rgb = pixels[..., :3] / np.maximum(alpha, 1e-3)
        if random.random() < 0.8:
            rgb = coloured(rgb.clip(0, 255), random, 0.15)
        if random.random() < 0.4:
            rgb = rgb * ramp(rgb.shape[:2], random, 0.25)
        return np.concatenate([rgb.clip(0, 255) * alpha, alpha], 2).astype(np.float32)

    def dressed(self, cut: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The cutout with something on it, and how much of that is where: float32 [h, w]."""
        h, w = cut.shape[:2]
        ys, xs = np.nonzero(cut[..., 3] > 0.9)
        if len(ys) < 100:
            return cut, np.zeros((h, w), np.float32)
        place = random.integers(len(ys))
        y, x = int(ys[place]), int(xs[place])
        if random.random() < 0.4:
            _, other = self.drawn(random)
            cover = np.zeros_like(cut)
            small = self.object(other, max(h, w) * random.uniform(0.25, 0.6), random)
            top, left = y - small.shape[0] // 2, x - small.shape[1] // 2
            part = small[max(0, -top):h - top, max(0, -left):w - left]
            cover[max(0, top):max(0, top) + part.shape[0], max(0, left):max(0, left) + part.shape[1]] = part
        else:
            alpha = blob((h, w), (y, x), max(h, w) * random.uniform(0.1, 0.35), random)[..., None]
            if random.random() < 0.5:
                pixels = np.broadcast_to(random.uniform(0, 255, 3).astype(np.float32), (h, w, 3)) * ramp((h, w), random, 0.2)
            else:
                pixels = self.background(random, max(h, w))[:h, :w]
            cover = np.concatenate([pixels.clip(0, 255) * alpha, alpha], 2)
        # Only on the thing, and with its shades.
        shade = (cut[..., :3].mean(-1) / np.maximum(cut[..., 3], 1e-3) / 128).clip(0.5, 1.5)[..., None]
        keep = random.uniform(0, 0.6)
        cover = cover * cut[..., 3:]
        cover[..., :3] = (cover[..., :3] * (1 - keep + keep * shade)).clip(0, 255)
        worn = np.concatenate([cover[..., :3] + (1 - cover[..., 3:]) * cut[..., :3], cut[..., 3:]], 2)
        return worn.astype(np.float32), cover[..., 3]

    def region(self, image: np.ndarray, random: np.random.Generator) -> np.ndarray | None:
        """Some region of a background that is of one kind, bool [side, side], if it has one of a fair size."""
        S = image.shape[0]
        small = cv2.resize(image.clip(0, 255).astype(np.uint8), (160, 160), interpolation=cv2.INTER_AREA)
        numbers = felzenszwalb(small, scale=math.exp(random.uniform(math.log(60), math.log(500))), sigma=0.8, min_size=120)
        shares = np.bincount(numbers.ravel()) / numbers.size
        fitting = np.flatnonzero((shares > REGION_AREA[0]) & (shares < REGION_AREA[1]))
        if not len(fitting):
            return None
        chosen = (numbers == random.choice(fitting)).astype(np.float32)
        return cv2.resize(cv2.GaussianBlur(chosen, (0, 0), 1), (S, S)) > 0.5

    def paste(self, image: np.ndarray, cut: np.ndarray, x: int, y: int, random: np.random.Generator) -> np.ndarray | None:
        """Lays the cutout with its upper left corner at x, y; returns where it is opaque, bool [side, side]."""
        S, (h, w) = image.shape[0], cut.shape[:2]
        left, top, right, bottom = max(x, 0), max(y, 0), min(x + w, S), min(y + h, S)
        if right - left < 4 or bottom - top < 4:
            return None
        part = cut[top - y:bottom - y, left - x:right - x]
        region = image[top:bottom, left:right]
        alpha = part[..., 3:]
        if random.random() < 0.35:
            reach = max(1, int(0.06 * max(h, w)))
            dx, dy = random.integers(-reach, reach + 1), random.integers(0, reach + 1)
            shadow = cv2.GaussianBlur(np.ascontiguousarray(np.roll(alpha[..., 0], (dy, dx), (0, 1))), (0, 0), max(1, reach * 0.6))
            region *= 1 - random.uniform(0.2, 0.6) * shadow[..., None]
        if random.random() < 0.25:
            # The light of the place.
            tint = region.reshape(-1, 3).mean(0) / 128
            share = random.uniform(0.1, 0.4)
            part = np.concatenate([part[..., :3] * (1 - share + share * tint.clip(0.4, 1.6)), alpha], 2)
        if random.random() < 0.5:
            part = cv2.GaussianBlur(part, (0, 0), random.uniform(0.3, 1.1))
            alpha = part[..., 3:]
        region[:] = part[..., :3] + (1 - alpha) * region
        opaque = np.zeros((S, S), bool)
        opaque[top:bottom, left:right] = alpha[..., 0] > 0.5
        return opaque

    def photographed(self, image: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """What a camera does to all of it: light, blur, noise, JPEG."""
        if random.random() < 0.3:
            image = image * ramp(image.shape[:2], random, 0.2)
        if random.random() < 0.3:
            image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.3, 1.2))
        if random.random() < 0.35:
            image = image + random.normal(0, random.uniform(1, 9), image.shape).astype(np.float32)
        image = image.clip(0, 255).round().astype(np.uint8)
        if random.random() < 0.4:
            _, file = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(35, 96))])
            image = cv2.imdecode(file, cv2.IMREAD_COLOR)
        return image

    def scene(self, number: int) -> Scene:
        random = np.random.default_rng([self.seed, number])
        S = self.side
        image = np.ascontiguousarray(self.background(random, S))
        count = 1 + random.choice(len(COUNTS), p=COUNTS)
        masks, whole, labels, parts = [], [], [], []
        if self.has_parts and random.random() < REGIONS:
            region = self.region(image, random)
            parts += [region] if region is not None else []
        for _ in range(count):
            label, cutout = self.drawn(random)
            low, high = (0.14, 0.9) if count <= 2 else (0.12, 0.55)
            if count == 1 and random.random() < 0.25:
                low, high = 0.8, 1.4
            for _ in range(6):
                cut = self.object(cutout, S * math.exp(random.uniform(math.log(low), math.log(high))), random)
                h, w = cut.shape[:2]
                x, y = (int(random.uniform(0.05, 0.95) * S - extent / 2) for extent in (w, h))
                trial = placed(cut[..., 3], x, y, S)
                area = (cut[..., 3] > 0.5).sum()
                if trial.sum() < max(0.45 * area if max(w, h) < S else 0.2 * area, AREA * S * S):
                    continue
                if all((mask & ~trial).sum() >= max(VISIBLE * before, AREA * S * S) and (mask & trial).sum() < 0.4 * mask.sum()
                       for mask, before in zip(masks, whole)):
                    break
            else:
                continue
            cover = None
            if self.has_parts and random.random() < PARTS:
                cut, cover = self.dressed(cut, random)
            opaque = self.paste(image, cut, x, y, random)
            if opaque is None or opaque.sum() < AREA * S * S:
                continue
            masks, parts = [[mask & ~opaque for mask in behind] for behind in (masks, parts)]
            masks.append(opaque)
            if cover is not None:
                parts.append(placed(cover, x, y, S) & opaque)
            whole.append(opaque.sum())
            labels.append(label)
        image = self.photographed(image, random)
        parts = [part for part in parts if part.sum() >= AREA * S * S]
        return Scene(image, boxes_of(masks), np.array(labels, np.int64),
                     *(np.array(those, bool).reshape(-1, S, S) for those in (masks, parts)))

    def crop(self, random: np.random.Generator, side: int) -> tuple[np.ndarray, int]:
        """One object that fills about the picture, and its class: to learn what things are before where they are."""
        label, cutout = self.drawn(random)
        image = np.ascontiguousarray(self.background(random, side))
        cut = self.object(cutout, side * random.uniform(0.55, 1.15), random)
        h, w = cut.shape[:2]
        x, y = (int((side - extent) / 2 + random.uniform(-0.12, 0.12) * side) for extent in (w, h))
        self.paste(image, cut, x, y, random)
        return self.photographed(image, random), label


def boxes_of(masks: list[np.ndarray]) -> np.ndarray:
    """The corners of each mask, float32 [N, 4]; the far ones are one beyond the last pixel."""
    boxes = []
    for mask in masks:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        boxes.append([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
    return np.array(boxes, np.float32).reshape(-1, 4)
