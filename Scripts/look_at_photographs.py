"""What a detector and a segmenter make of photographs, printed and drawn, none left out.

    python3 Scripts/look_at_photographs.py FOVEA MODELS OUTPUT PHOTOGRAPH...

OUTPUT/found.png has what is detected; OUTPUT/cut.png, for photographs that PROMPTS knows, the prompt, the model's mask and what
GrabCut makes of the box, side by side. Needs numpy, opencv, pillow and pycocotools.
"""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw
from pycocotools import mask as coding

from grabcut import cut_out

#: What is asked of photographs with these names: boxes `x1,y1,x2,y2` and clicks `x,y`.
PROMPTS = {
    "truck.jpg": ["75,275,1725,850", "425,600,700,875", "500,375", "560,740", "1000,500", "1050,180"],
    "dog.jpg": ["60,215,425,534", "425,135,600,260", "200,380", "500,215", "560,350", "520,480"],
    "groceries.jpg": ["400,145,505,350", "60,0,760,534", "450,260", "560,260", "90,110", "250,300"],
    "coffee.png": ["85,55,510,390", "330,200", "400,270"],
    "chelsea.png": ["80,0,380,299", "230,120"],
    "astronaut.png": ["30,0,400,511", "230,120", "450,430"],
    "rocket.jpg": ["300,40,345,320", "320,180"],
}
SIDE = 480


def asked(fovea: str, command: str, photograph: Path, models: str, *options: str) -> dict:
    answer = subprocess.run([fovea, command, photograph, "--models", models, "--json", *options], capture_output=True, text=True)
    if answer.returncode != 0:
        sys.exit(answer.stderr.strip())
    return json.loads(answer.stdout)


def shown(pixels: np.ndarray, mask: np.ndarray | None, prompt: str) -> Image.Image:
    """The picture with the mask over it, if any, and the prompt."""
    pixels = pixels.copy()
    if mask is not None:
        pixels[mask] = (0.45 * pixels[mask] + 0.55 * np.array([30, 144, 255])).astype(np.uint8)
        pixels[~mask] = (0.6 * pixels[~mask]).astype(np.uint8)
    image = Image.fromarray(pixels)
    draw, numbers = ImageDraw.Draw(image), [float(number) for number in prompt.split(",")]
    reach = max(image.size) / 90
    if len(numbers) == 4:
        draw.rectangle(numbers, outline=(255, 220, 0), width=max(2, round(reach / 3)))
    else:
        x, y = numbers
        draw.ellipse([x - reach, y - reach, x + reach, y + reach], fill=(255, 40, 40), outline=(255, 255, 255), width=2)
    image.thumbnail((SIDE, SIDE))
    return image


def grid(rows: list[list[Image.Image]]) -> Image.Image:
    widths = [max(row[column].width for row in rows if column < len(row)) for column in range(max(map(len, rows)))]
    heights = [max(cell.height for cell in row) for row in rows]
    picture = Image.new("RGB", (sum(widths), sum(heights)))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            picture.paste(cell, (sum(widths[:x]), sum(heights[:y])))
    return picture


def main() -> None:
    fovea, models, output, *photographs = sys.argv[1:]
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    found, cut = [], []
    for photograph in map(Path, photographs):
        drawn = folder / "boxes.png"
        answer = asked(fovea, "detect", photograph, models, "--output", str(drawn))
        told = "; ".join(f"{thing['label']} {thing['score']:.2f} {[round(corner) for corner in thing['box']]}"
                         for thing in answer["predictions"])
        print(f"{photograph.name}: {told or 'nothing'}")
        picture = Image.open(drawn).convert("RGB")
        picture.thumbnail((SIDE, SIDE))
        found.append(picture)
        pixels = np.asarray(Image.open(photograph).convert("RGB"))
        for prompt in PROMPTS.get(photograph.name, []):
            is_box = prompt.count(",") == 3
            answer = asked(fovea, "segment", photograph, models, "--box" if is_box else "--point", prompt)
            best = answer["masks"][0]
            mask = coding.decode(best["segmentation"]).astype(bool)
            row = [shown(pixels, None, prompt), shown(pixels, mask, prompt)]
            if is_box:
                x0, y0, x1, y1 = map(float, prompt.split(","))
                row.append(shown(pixels, cut_out(pixels[..., ::-1].copy(), [x0, y0, x1 - x0, y1 - y0]), prompt))
            cut.append(row)
            print(f"  {prompt}: {best['area']} pixels, predicted overlap {best['predicted_iou']:.2f}")
    drawn.unlink()
    grid([found[start:start + 4] for start in range(0, len(found), 4)]).save(folder / "found.png")
    if cut:
        # Two prompts a row.
        blank = Image.new("RGB", (1, 1))
        cells = [(row + [blank])[:3] for row in cut]
        grid([sum(cells[start:start + 2], []) for start in range(0, len(cells), 2)]).save(folder / "cut.png")


if __name__ == "__main__":
    main()
