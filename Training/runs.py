"""What every training shares: steps that go on where they were interrupted, a slow average of the weights, a log and its curves.

A run is a folder: `state.pt` (everything to go on from), `log.csv` (a row now and then), `curves.png`.
"""

import copy
import csv
import math
import time
from pathlib import Path

import torch
from torch import nn


def optimiser(module: nn.Module, slow: nn.Module | None, rate: float, decay: float) -> torch.optim.AdamW:
    """Only matrices and filters decay; what is part of `slow` learns at a fifth of the rate."""
    slow_ones = {id(parameter) for parameter in slow.parameters()} if slow else set()
    groups = []
    for is_slow in [False, True]:
        members = [parameter for parameter in module.parameters() if (id(parameter) in slow_ones) == is_slow]
        for is_matrix in [True, False]:
            groups.append({
                "params": [parameter for parameter in members if (parameter.dim() > 1) == is_matrix],
                "weight_decay": decay if is_matrix else 0.0, "share": 0.2 if is_slow else 1.0})
    return torch.optim.AdamW(groups, lr=rate)


class Average:
    """A slow average of a module's weights and of its norms' statistics; quicker at the start."""

    def __init__(self, module: nn.Module, keep: float = 0.9985):
        self.module, self.keep, self.steps = copy.deepcopy(module).eval(), keep, 0

    @torch.no_grad()
    def add(self, module: nn.Module) -> None:
        self.steps += 1
        share = 1 - min(self.keep, (1 + self.steps) / (10 + self.steps))
        for mine, its in zip(self.module.state_dict().values(), module.state_dict().values()):
            if mine.is_floating_point():
                mine.lerp_(its, share)
            else:
                mine.copy_(its)


class Run:
    """A training of `steps` steps with a rate that rises at first and then falls as a cosine."""

    def __init__(self, folder: Path, module: nn.Module, steps: int, rate: float, decay: float = 0.03, warm_up: int = 200,
                 slow: nn.Module | None = None):
        self.folder, self.module, self.steps, self.rate = folder, module, steps, rate
        # A short run has no time for a long one.
        self.warm_up = min(warm_up, 1 + steps // 10)
        self.optimiser = optimiser(module, slow, rate, decay)
        self.average = Average(module)
        self.step, self.seconds = 0, 0.0
        self.sums: dict[str, float] = {}
        self.counted = 0
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "state.pt").exists():
            self.load()
        self.started = time.monotonic()

    def load(self) -> None:
        state = torch.load(self.folder / "state.pt", weights_only=True)
        self.module.load_state_dict(state["module"])
        self.average.module.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.average.steps, self.seconds = state["step"], state["averaged"], state["seconds"]
        print(f"going on from step {self.step} of {self.steps}", flush=True)

    def save(self) -> None:
        part = self.folder / "state.part"
        torch.save({
            "module": self.module.state_dict(), "average": self.average.module.state_dict(),
            "optimiser": self.optimiser.state_dict(), "step": self.step, "averaged": self.average.steps,
            "seconds": self.seconds + time.monotonic() - self.started}, part)
        part.rename(self.folder / "state.pt")

    def current_rate(self) -> float:
        warm = min(1.0, (self.step + 1) / self.warm_up)
        return self.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * self.step / self.steps)))

    def update(self, loss: torch.Tensor, parts: dict[str, float]) -> None:
        for group in self.optimiser.param_groups:
            group["lr"] = self.current_rate() * group["share"]
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.module.parameters(), 5.0)
        self.optimiser.step()
        self.average.add(self.module)
        self.step += 1
        self.counted += 1
        for name, value in {"loss": loss.item(), **parts}.items():
            self.sums[name] = self.sums.get(name, 0.0) + value

    def log(self, **more: float) -> None:
        """Writes the means since the last row, draws the curves, and keeps the state."""
        seconds = self.seconds + time.monotonic() - self.started
        row = {"step": self.step, "seconds": round(seconds), "rate": f"{self.current_rate():.3g}"}
        row |= {name: f"{total / self.counted:.4f}" for name, total in self.sums.items()}
        row |= {name: f"{value:.4f}" for name, value in more.items()}
        file = self.folder / "log.csv"
        rows = []
        if file.exists():
            rows = [old for old in csv.DictReader(file.open()) if int(old["step"]) < self.step]
        rows.append(row)
        names = list(dict.fromkeys(name for old in rows for name in old))
        with file.open("w", newline="") as output:
            writer = csv.DictWriter(output, names, restval="")
            writer.writeheader()
            writer.writerows(rows)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
        self.sums, self.counted = {}, 0
        draw(rows, self.folder / "curves.png")
        self.save()


def draw(rows: list[dict], picture: Path) -> None:
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    names = [name for name in rows[-1] if name not in ("step", "seconds", "rate")]
    figure, axes = pyplot.subplots(1, len(names), figsize=(3.2 * len(names), 2.6), squeeze=False)
    for name, axis in zip(names, axes[0]):
        points = [(int(row["step"]), float(row[name])) for row in rows if row.get(name)]
        axis.plot(*zip(*points))
        axis.set_title(name, fontsize=9)
        axis.tick_params(labelsize=7)
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(picture, dpi=90)
    pyplot.close(figure)
