"""Whether an engine computes what PyTorch does."""
import pathlib
import subprocess
import tempfile
from dataclasses import dataclass

import numpy as np

from engine_commands import Engine, environment

#: Largest difference allowed to a logit in float32, in standard deviations of the reference's logits.
FLOAT32_BAR = 1e-3
#: Root mean square of the differences in bfloat16, likewise: with 8 bits of precision single logits are off by much more,
#: and this only catches what is plainly wrong.
BFLOAT16_BAR = 0.25


@dataclass(frozen=True)
class Check:
    precision: str
    #: Largest difference of a logit, in standard deviations of the reference's logits.
    difference: float
    #: Root mean square of the differences, likewise.
    rms_difference: float
    #: Share of images with the reference's best class.
    agreement: float


def check(engine: Engine, fovea: str | None, folder: pathlib.Path, architecture: str, threads: int) -> Check:
    """Computes the logits of all inputs; raises where they are off."""
    reference = np.load(folder / "reference.npy")
    precision, logits = run(
        engine, engine.command(fovea, folder, architecture, threads), np.load(folder / "inputs.npy"))
    logits = logits.reshape(reference.shape)
    differences = np.abs(logits - reference) / reference.std()
    result = Check(
        precision, float(differences.max()), float(np.sqrt((differences**2).mean())),
        float((logits.argmax(1) == reference.argmax(1)).mean()))
    is_float32 = precision == "f32"
    measured, bar = (result.difference, FLOAT32_BAR) if is_float32 else (result.rms_difference, BFLOAT16_BAR)
    if not measured <= bar:
        raise SystemExit(
            f"{engine.name} computes {architecture} with {threads} threads wrongly: the logits are off by "
            f"{measured:.3g} standard deviations, {bar} are allowed")
    return result


def run(engine: Engine, command: list[str], images: np.ndarray) -> tuple[str, np.ndarray]:
    """The precision that was used, and the logits of all images."""
    if not engine.is_ours:
        return dump(command, images)
    # One image alone, as is timed, and the others in batches: a process each would take minutes.
    batches = np.split(images, range(1, len(images), 7))
    logits = [dump([*command, "--batch", str(len(batch)), "--rounds", "1"], batch)[1] for batch in batches]
    return engine.precision, np.concatenate(logits)


def dump(command: list[str], images: np.ndarray) -> tuple[str, np.ndarray]:
    with tempfile.TemporaryDirectory() as folder:
        inputs, logits = f"{folder}/inputs", f"{folder}/logits"
        images.astype("<f4").tofile(inputs)
        printed = subprocess.run(
            [*command, "--input", inputs, "--dump", logits], env=environment(), check=True, text=True,
            stdout=subprocess.PIPE).stdout
        return printed.strip(), np.fromfile(logits, "<f4")
