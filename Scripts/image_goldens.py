#!/usr/bin/env python3
"""Makes Tests/Fixtures/images: small pictures of every kind and what Pillow makes of them.

    Scripts/image_goldens.py            needs pillow, numpy, and a C compiler with libjpeg's headers

Files *.jpg and *.png are inputs. The tables hold what must come out, as FNV-1a-64 of the RGB bytes:

  decoded.tsv      file, width, height, hash          upright, transparency on white, 16 bit scaled
  resized.tsv      kind, width, height, to width, to height, filter, hash
  prepared.tsv     file, input width, height, shorter side (0: stretch), filter, hash     upright, resized, centre-cropped
"""
import io
import pathlib
import struct
import subprocess
import tempfile
import zlib

import numpy
from PIL import Image, ImageOps

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/images"
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def fnv(data):
    """FNV-1a, 64 bit, as Tests/FoveaImageTests computes it."""
    h = 0xCBF29CE484222325
    for byte in bytes(data):
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{h:016x}"


def picture(width, height, seed=0):
    """Smooth colours, edges and some noise: what codecs and filters meet in photographs."""
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    rng = numpy.random.default_rng(seed)
    red = 128 + 100 * numpy.sin(x / 7 + y / 13)
    green = 255 * ((x // 16 + y // 12) % 2)
    blue = 255 * (x + 2 * y) / (width + 2 * height)
    rgb = numpy.stack([red, green, blue], axis=-1) + rng.normal(0, 6, (height, width, 3))
    return rgb.clip(0, 255).astype(numpy.uint8)


# What Pillow can't write: other samplings, arithmetic coding, single scans of each component, a great many scans.
ENCODER = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>
int main(int argc, char **argv) {
    int w = atoi(argv[1]), h = atoi(argv[2]), sh = atoi(argv[3]), sv = atoi(argv[4]);
    const char *mode = argv[5];
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr e;
    c.err = jpeg_std_error(&e);
    jpeg_create_compress(&c);
    jpeg_stdio_dest(&c, stdout);
    c.image_width = w; c.image_height = h; c.input_components = 3; c.in_color_space = JCS_RGB;
    jpeg_set_defaults(&c);
    jpeg_set_quality(&c, 85, TRUE);
    c.comp_info[0].h_samp_factor = sh; c.comp_info[0].v_samp_factor = sv;
    static jpeg_scan_info scans[400];
    int n = 0;
    if (!strcmp(mode, "arithmetic")) c.arith_code = TRUE;
    if (!strcmp(mode, "restart")) c.restart_interval = 3;
    if (!strcmp(mode, "sequential-scans"))
        for (int i = 0; i < 3; i++) scans[n++] = (jpeg_scan_info){1, {i}, 0, 63, 0, 0};
    if (!strcmp(mode, "many-scans")) {
        scans[n++] = (jpeg_scan_info){3, {0, 1, 2}, 0, 0, 0, 0};
        for (int i = 0; i < 3; i++)
            for (int k = 1; k < 64; k++) scans[n++] = (jpeg_scan_info){1, {i}, k, k, 0, 0};
    }
    if (n) { c.scan_info = scans; c.num_scans = n; }
    jpeg_start_compress(&c, TRUE);
    unsigned char *row = malloc(3 * w);
    while (c.next_scanline < c.image_height) {
        if (fread(row, 3, w, stdin) != (size_t)w) return 1;
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    return 0;
}
"""


def jpegs():
    rgb = picture(97, 75)
    image = Image.fromarray(rgb)
    files = {}

    def save(name, image, **options):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=85, **options)
        files[name] = out.getvalue()

    save("grey.jpg", image.convert("L"))
    for name, subsampling in [("444", 0), ("422", 1), ("420", 2)]:
        save(f"ycc-{name}.jpg", image, subsampling=subsampling)
        save(f"progressive-{name}.jpg", image, subsampling=subsampling, progressive=True)
    save("rgb.jpg", image, keep_rgb=True)
    cmyk = Image.fromarray(numpy.concatenate([rgb, 255 - rgb[:, :, :1] // 2], axis=-1), mode="CMYK")
    save("cmyk.jpg", cmyk)
    # The Adobe segment says how four components are coded: transform 2 is YCCK.
    adobe = files["cmyk.jpg"].index(b"Adobe")
    files["ycck.jpg"] = files["cmyk.jpg"][: adobe + 11] + b"\2" + files["cmyk.jpg"][adobe + 12 :]
    save("one-pixel.jpg", image.crop((0, 0, 1, 1)))

    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "e.c").write_text(ENCODER)
        subprocess.run(["cc", "-o", f"{folder}/e", f"{folder}/e.c", "-ljpeg"], check=True)
        for name, h, v, mode in [
            ("ycc-440", 1, 2, "-"), ("ycc-411", 4, 1, "-"), ("ycc-restart", 2, 2, "restart"),
            ("arithmetic", 2, 2, "arithmetic"), ("sequential-scans", 2, 1, "sequential-scans"),
            ("many-scans", 2, 2, "many-scans"),
        ]:
            command = [f"{folder}/e", "97", "75", str(h), str(v), mode]
            files[name + ".jpg"] = subprocess.run(command, input=rgb.tobytes(), check=True, stdout=-1).stdout

    upright = Image.fromarray(picture(331, 217, seed=1))
    for orientation in range(1, 9):
        # Stored so that applying the orientation gives the upright picture.
        undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
        stored = upright if undo is None else upright.transpose(Image.Transpose(undo))
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"orientation-{orientation}.jpg", stored, exif=exif, subsampling=2 if orientation % 2 else 1)
    return files


def packed(samples, depth):
    """Rows of samples as PNG packs them: most significant bit first, 16 bit big-endian."""
    rows = samples.reshape(samples.shape[0], -1)
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in rows]
    if depth == 8:
        return [row.astype(numpy.uint8).tobytes() for row in rows]
    bits = (rows[:, :, None] >> numpy.arange(depth - 1, -1, -1)) & 1
    return [numpy.packbits(row.reshape(-1).astype(numpy.uint8)).tobytes() for row in bits]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, colour, depth, interlaced=False, extra=b"", idat=None):
    height, width = samples.shape[:2]
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    raw = b""
    for x, y, dx, dy in passes:
        part = samples[y::dy, x::dx]
        if part.size:
            raw += b"".join(b"\0" + row for row in packed(part, depth))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    data = zlib.compress(raw, 9) if idat is None else idat
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def on_white(rgb, alpha):
    rgb, alpha = rgb.astype(numpy.int64), alpha.astype(numpy.int64)[..., None]
    return ((rgb * alpha + 255 * (255 - alpha) + 127) // 255).astype(numpy.uint8)


def pngs():
    """Every colour type and depth, plain and interlaced, with and without tRNS: (file, RGB that must come out)."""
    rng = numpy.random.default_rng(2)
    files, results = {}, {}
    for interlaced in (False, True):
        suffix = "-interlaced" if interlaced else ""

        def add(name, samples, colour, depth, result, extra=b""):
            files[f"{name}{suffix}.png"] = png(samples, colour, depth, interlaced, extra)
            results[f"{name}{suffix}.png"] = result.astype(numpy.uint8)

        for depth in (1, 2, 4, 8, 16):
            top = (1 << depth) - 1
            grey = rng.integers(0, top + 1, (23, 29, 1))
            level = (grey * 255 + top // 2) // top
            rgb = numpy.repeat(level, 3, axis=-1)
            add(f"grey-{depth}", grey, 0, depth, rgb)
            key = int(grey[3, 5, 0])
            add(f"grey-{depth}-trns", grey, 0, depth, on_white(rgb, numpy.where(grey[..., 0] == key, 0, 255)),
                chunk(b"tRNS", struct.pack(">H", key)))
            if depth <= 8:
                palette = rng.integers(0, 256, (top + 1, 3))
                alpha = rng.integers(0, 256, top + 1)
                plte = chunk(b"PLTE", palette.astype(numpy.uint8).tobytes())
                add(f"palette-{depth}", grey, 3, depth, palette[grey[..., 0]], plte)
                add(f"palette-{depth}-trns", grey, 3, depth, on_white(palette[grey[..., 0]], alpha[grey[..., 0]]),
                    plte + chunk(b"tRNS", alpha.astype(numpy.uint8).tobytes()))
            if depth >= 8:
                colour = rng.integers(0, top + 1, (23, 29, 4))
                eight = (colour * 255 + top // 2) // top
                add(f"rgb-{depth}", colour[..., :3], 2, depth, eight[..., :3])
                key = [int(v) for v in colour[7, 11, :3]]
                seen = numpy.where((colour[..., :3] == key).all(axis=-1), 0, 255)
                add(f"rgb-{depth}-trns", colour[..., :3], 2, depth, on_white(eight[..., :3], seen),
                    chunk(b"tRNS", struct.pack(">HHH", *key)))
                add(f"rgba-{depth}", colour, 6, depth, on_white(eight[..., :3], eight[..., 3]))
                add(f"grey-alpha-{depth}", colour[..., [0, 3]], 4, depth,
                    on_white(numpy.repeat(eight[..., :1], 3, axis=-1), eight[..., 3]))
    # Gamma and text are ignored, an orientation is not, an animation shows its first frame.
    rgb = picture(40, 24)
    notes = chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"tEXt", b"Comment\0" + b"x" * 50)
    files["annotated.png"], results["annotated.png"] = png(rgb, 2, 8, extra=notes), rgb
    exif = b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
    files["orientation-6.png"] = png(rgb, 2, 8, extra=chunk(b"eXIf", exif))
    results["orientation-6.png"] = numpy.rot90(rgb, -1)
    frames = [Image.fromarray(picture(40, 24, seed)) for seed in (3, 4)]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    files["animated.png"], results["animated.png"] = out.getvalue(), numpy.asarray(frames[0])
    return files, results


def upright(data):
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")


def resize(image, size, method):
    """Across first, then down, as every Pillow before 13 does; 13 swaps the passes of some, which changes single levels."""
    return image.resize((size[0], image.height), method).resize(size, method)


def decoded(files, expected):
    rows = []
    for name, data in sorted(files.items()):
        image = upright(data)
        if name in expected:
            ours = Image.fromarray(numpy.ascontiguousarray(expected[name]))
            comparable = "trns" not in name and "-16" not in name and "alpha" not in name and "rgba" not in name
            assert not comparable or ours.tobytes() == image.tobytes(), name
            image = ours
        rows.append([name, image.width, image.height, fnv(image.tobytes())])
    return rows


def resized():
    """Sources are made by formula, so that no file is needed; `hard` has only black and white, where cubics overshoot."""
    rows = []
    sizes = [
        (7, 5, 3, 2), (64, 48, 32, 24), (64, 48, 31, 23), (100, 75, 64, 64), (33, 57, 100, 9), (50, 50, 50, 20),
        (50, 50, 20, 50), (1, 1, 4, 3), (3, 200, 5, 7), (200, 3, 7, 5), (123, 45, 1, 1), (97, 89, 194, 178),
        (301, 199, 256, 169), (40, 30, 40, 30), (640, 11, 13, 10), (17, 19, 289, 323),
    ]
    for kind in ("even", "hard"):
        for w, h, to_w, to_h in sizes:
            index = numpy.arange(w * h * 3, dtype=numpy.uint64)
            noise = (index * 2654435761 % (1 << 32) >> 24).astype(numpy.uint8)
            source = (noise if kind == "even" else numpy.where(noise > 127, 255, 0).astype(numpy.uint8)).reshape(h, w, 3)
            for name, method in FILTERS.items():
                result = resize(Image.fromarray(source), (to_w, to_h), method)
                rows.append([kind, w, h, to_w, to_h, name, fnv(result.tobytes())])
    return rows


def prepared(files):
    """torchvision's Resize and CenterCrop, restated over Pillow."""
    rows = []
    names = [f"orientation-{i}.jpg" for i in range(1, 9)] + ["progressive-420.jpg", "palette-4.png", "orientation-6.png"]
    for name in names:
        image = upright(files[name])
        w, h = image.size
        for width, height, side in [(64, 64, 73), (40, 56, 60), (81, 47, 50), (64, 48, 0), (200, 220, 100), (24, 24, 24)]:
            for filter_name, method in FILTERS.items():
                if side:
                    size = (side, int(side * h / w)) if w <= h else (int(side * w / h), side)
                    scaled = resize(image, size, method)
                    left, top = round((size[0] - width) / 2), round((size[1] - height) / 2)
                    if size[0] < width:
                        left = -((width - size[0]) // 2)
                    if size[1] < height:
                        top = -((height - size[1]) // 2)
                    result = scaled.crop((left, top, left + width, top + height))
                else:
                    result = resize(image, (width, height), method)
                rows.append([name, width, height, side, filter_name, fnv(result.tobytes())])
    return rows


def table(name, rows):
    (OUT / name).write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    png_files, expected = pngs()
    files = {**jpegs(), **png_files}
    for name, data in files.items():
        (OUT / name).write_bytes(data)
    table("decoded.tsv", decoded(files, expected))
    table("resized.tsv", resized())
    table("prepared.tsv", prepared(files))


if __name__ == "__main__":
    main()
