"""Objects that were cut out, with their broad class, and pictures to put behind them.

    python3 Training/cutouts.py SHEET.png     prepares them, says how many there are, and draws some of each class

Prepared pictures are kept in the cache as arrays that processes share: cutouts `[H, W, 4]` with premultiplied alpha, backgrounds
`[H, W, 3]`, 8 bits.
"""

import hashlib
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from sources import BACKGROUNDS, CACHE, CLIPART, STAMPS, is_held_out

#: The classes of the detector, in its order.
CLASSES = ("animal", "plant", "food", "vehicle", "building", "object")
#: The longer side that prepared cutouts and backgrounds have at most.
CUTOUT_SIDE, BACKGROUND_SIDE = 400, 1600
#: Pixels that a file may have before it is decoded.
PIXELS = 40_000_000

#: Folders of stamps by class; the longest that fits decides, "" is left out.
STAMP_FOLDERS = {
    "animals": "animal", "plants": "plant", "food": "food", "vehicles": "vehicle", "military/vehicles": "vehicle",
    "town/houses": "building", "town/monuments": "building", "town/cartoon": "building", "town/roadsigns": "object",
    "town": "object", "town/flags": "", "household": "object", "hobbies": "object", "clothes": "object",
    "medical": "object", "sports": "object", "seasonal/hanukkah": "object", "seasonal/newyears": "object",
    "seasonal/christmas": "object", "seasonal": "object", "space": "", "military": "", "people": "", "people/toys": "object",
    "naturalforces": "", "symbols": "", "symbols/chess": "object", "symbols/money/us/coins": "object",
    "symbols/money/euro/coins": "object", "symbols/money/canadian/coins": "object",
}
#: Stamps that are not what their folder is, by the name without its ending.
STAMP_NAMES = {
    **dict.fromkeys(["bluebird", "bunny", "chick", "chick-hatched", "chick-in-egg", "butterfly", "blackcat", "spider",
                     "bat_left", "rudolf_reindeer"], "animal"),
    **dict.fromkeys(["daffodil", "tree", "Christmas_Tree_photo", "shamrock", "clover"], "plant"),
    **dict.fromkeys(["Roast_turkey", "Christmas_pudding", "Mince_Pie", "hard_candy", "candy_cane", "Candy_cane_photo_1",
                     "Candy_cane_photo_2"], "food"),
    **dict.fromkeys(["shipwreck", "infantry-stryker"], "vehicle"),
    **dict.fromkeys(["fireworks", "fireworks2", "confetti", "star", "snowflake", "ghost", "Santa", "button", "graveyard"], ""),
}
#: Folders of clip art, as of stamps.
CLIPART_FOLDERS = {
    "animals": "animal", "animals/fantasy": "", "plants": "plant", "food": "food", "transportation/vehicles": "vehicle",
    "transportation": "", "buildings": "building", "buildings/furniture": "object", "tools": "object", "electronics": "object",
    "computer/hardware": "object", "computer/icons/flat-theme/device": "object", "containers": "object",
    "office": "object", "people/clothing": "object", "people/clothing/pantyhose": "", "recreation/music": "object",
    "recreation/toys": "object", "recreation/sports": "object", "education/books": "object", "signs_and_symbols/clocks": "object",
    "science": "object",
}
#: Wallpapers that show something of the classes.
CROWDED = {
    "LadyBird.jpg", "FreshFlower.jpg", "YellowFlower.jpg", "FlyingKonqui", "ColorfulCups", "OneStandsOut", "goldfish.png",
    "calla.png", "the-mouse.jpg", "Dragonfly_by_Bolly.jpg", "Kleiber_by_Lukas_Baubkus.jpg", "Fossa_by_Jasper_Roks.jpg",
    "Wine_by_Jakkub_Mede.jpg", "friends_by_Aitzol_Berasategi.jpg", "TwoWings.jpg", "city.png", "Kite",
    "focal-ubuntukylin.png", "Bridge_by_Sander_Klootwijk.jpg",
}


@dataclass(frozen=True)
class Picture:
    #: Of the file, without its folder.
    name: str
    #: Of the prepared array.
    file: Path

    @property
    def is_held_out(self) -> bool:
        return is_held_out(self.name)

    def pixels(self) -> np.ndarray:
        return np.load(self.file, mmap_mode="r")


@dataclass(frozen=True)
class Cutout(Picture):
    #: `stamp` or `clipart`.
    kind: str
    #: A number of `CLASSES`, or None where it is none of them.
    label: int | None


def label(folder: str, folders: dict[str, str], stem: str, names: dict[str, str] = {}) -> int | None:
    if stem in names and not folder.startswith(("animals", "plants", "food", "vehicles")):
        name = names[stem]
    else:
        fitting = [known for known in folders if folder == known or folder.startswith(known + "/")]
        name = folders[max(fitting, key=len)] if fitting else ""
    return CLASSES.index(name) if name else None


def stamps() -> list[tuple[Path, int | None]]:
    """The stamps and their classes: no mirrored copies, and drawings as vectors only where there are no pixels."""
    root = STAMPS.fetched()
    files = [path for path in sorted(root.rglob("*")) if path.suffix in (".png", ".svg")]
    pixels = {path.with_suffix("") for path in files if path.suffix == ".png"}
    return [(path, label(str(path.parent.relative_to(root)), STAMP_FOLDERS, path.stem, STAMP_NAMES))
            for path in files
            if not path.stem.endswith("_mirror") and (path.suffix == ".png" or path.with_suffix("") not in pixels)]


def clipart() -> list[tuple[Path, int | None]]:
    """Only what is of some class: most of the rest are icons and flags."""
    root = CLIPART.fetched()
    labelled = [(path, label(str(path.parent.relative_to(root)), CLIPART_FOLDERS, path.stem))
                for path in sorted(root.rglob("*.png"))]
    return [(path, known) for path, known in labelled if known is not None]


def wallpapers() -> list[tuple[Path, str]]:
    """Files and their names. Plasma's files are all called by their size: there the wallpaper's folder is the name."""
    found: dict[str, Path] = {}
    for source in BACKGROUNDS:
        for path in sorted(source.fetched().rglob("*")):
            if path.suffix not in (".jpg", ".png", ".webp") or path.is_symlink() or path.stem == "screenshot":
                continue
            parts = path.parts
            name = path.name
            if "contents" in parts:
                name = parts[parts.index("contents") - 1]
                # One picture in several sizes: the upright ones are parts of the others.
                if path.parent.name == "images" and name in found:
                    width, height = Image.open(path).size
                    if width < height or found[name].parent.name == "images":
                        continue
                elif path.parent.name == "images_dark":
                    name += "-dark"
            if path.name in ("Elephants_3840x2160.jpg", "Elephants_5640x3172.jpg"):
                continue
            found.setdefault(name, path)
    return [(path, name) for name, path in found.items() if name.removesuffix("-dark") not in CROWDED]


def photographs() -> list[tuple[Path, str]]:
    """Those of scikit-image and scikit-learn that show textures and scenes without anything of the classes in front."""
    import skimage
    import sklearn
    data, images = Path(skimage.__file__).parent / "data", Path(sklearn.__file__).parent / "datasets" / "images"
    wanted = [data / name for name in ["brick.png", "grass.png", "gravel.png"]] + [images / "china.jpg"]
    return [(path, path.name) for path in wanted if path.exists()]


def decoded(path: Path, side: int) -> Image.Image | None:
    if path.suffix == ".svg":
        drawn = subprocess.run(["rsvg-convert", "--width", str(side), "--height", str(side), "--keep-aspect-ratio", path],
                               capture_output=True)
        if drawn.returncode != 0:
            return None
        from io import BytesIO
        return Image.open(BytesIO(drawn.stdout))
    image = Image.open(path)
    return image if image.width * image.height <= PIXELS else None


def cut_out(image: Image.Image) -> np.ndarray | None:
    """The opaque part, premultiplied; nothing where there is no clear object: no alpha, tiny, scattered, or almost a frame."""
    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return None
    image = image.convert("RGBA")
    image.thumbnail((2 * CUTOUT_SIDE, 2 * CUTOUT_SIDE), Image.BOX)
    pixels = np.asarray(image)
    solid = (pixels[..., 3] > 127).astype(np.uint8)
    count, parts, statistics, _ = cv2.connectedComponentsWithStats(solid)
    if count < 2:
        return None
    sizes = statistics[1:, cv2.CC_STAT_AREA]
    largest, area = sizes.max(), sizes.sum()
    ys, xs = np.nonzero(solid)
    top, bottom, left, right = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
    H, W = bottom - top, right - left
    if min(H, W) < 20 or not 0.10 < area / (H * W) < 0.985 or largest < 0.6 * area:
        return None
    pixels = pixels[top:bottom, left:right].astype(np.float32)
    pixels[..., :3] *= pixels[..., 3:] / 255
    scale = min(1, CUTOUT_SIDE / max(H, W))
    if scale < 1:
        pixels = cv2.resize(pixels, (max(1, round(W * scale)), max(1, round(H * scale))), interpolation=cv2.INTER_AREA)
    return pixels.round().astype(np.uint8)


def prepared(path: Path, make) -> Path | None:
    """The array that `make` makes of a file, made once; nothing where it makes none."""
    target = CACHE / "arrays" / (hashlib.sha256(str(path).encode()).hexdigest()[:24] + ".npy")
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        array = make(path)
        with open(target.with_suffix(".part"), "wb") as part:
            np.save(part, np.zeros(0, np.uint8) if array is None else array)
        target.with_suffix(".part").rename(target)
    return target if target.stat().st_size > 200 else None


def opaque(path: Path) -> np.ndarray:
    image = Image.open(path).convert("RGB")
    image.thumbnail((BACKGROUND_SIDE, BACKGROUND_SIDE), Image.BOX)
    return np.asarray(image)


def drawn(path: Path) -> np.ndarray | None:
    try:
        image = decoded(path, 2 * CUTOUT_SIDE)
        return None if image is None else cut_out(image)
    except OSError as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        return None


def cutouts() -> list[Cutout]:
    found = []
    for kind, files in [("stamp", stamps()), ("clipart", clipart())]:
        for path, known in files:
            file = prepared(path, drawn)
            if file:
                found.append(Cutout(path.name, file, kind, known))
    return found


def backgrounds() -> list[Picture]:
    found = [(prepared(path, opaque), name) for path, name in wallpapers() + photographs()]
    return [Picture(name, file) for file, name in found if file]


def pictures(held_out: bool) -> tuple[list[Cutout], list[Picture]]:
    """Cutouts and backgrounds: those to train on, or those that are held out."""
    return tuple([picture for picture in found if picture.is_held_out == held_out] for found in (cutouts(), backgrounds()))


def sheet(rows: list[list[np.ndarray]], side: int = 96) -> Image.Image:
    """Pictures beside one another, on grey where they are transparent."""
    picture = Image.new("RGB", (side * max(map(len, rows)), side * len(rows)), (110, 110, 110))
    for y, row in enumerate(rows):
        for x, pixels in enumerate(row):
            image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
            mask = Image.fromarray(np.ascontiguousarray(pixels[..., 3])) if pixels.shape[2] == 4 else None
            image.thumbnail((side, side))
            if mask:
                mask = mask.resize(image.size)
            picture.paste(image, (x * side, y * side), mask)
    return picture


def main() -> None:
    objects, scenes = cutouts(), backgrounds()
    for kind in ["stamp", "clipart"]:
        for held in [False, True]:
            counts = Counter(cutout.label for cutout in objects if cutout.kind == kind and cutout.is_held_out == held)
            named = ", ".join(f"{name} {counts[number]}" for number, name in enumerate(CLASSES))
            print(f"{kind}, {'held out' if held else 'training'}: {named}, none {counts[None]}")
    print(f"backgrounds: {sum(not scene.is_held_out for scene in scenes)} training, "
          f"{sum(scene.is_held_out for scene in scenes)} held out")
    random = np.random.default_rng(0)
    rows = []
    for number in range(len(CLASSES)):
        for kind in ["stamp", "clipart"]:
            members = [cutout for cutout in objects if cutout.label == number and cutout.kind == kind]
            chosen = random.permutation(len(members))[:20]
            rows.append([members[index].pixels() for index in chosen])
    places = [scene.pixels() for scene in scenes]
    rows += [places[start:start + 20] for start in range(0, len(places), 20)]
    sheet(rows).save(sys.argv[1])


if __name__ == "__main__":
    main()
