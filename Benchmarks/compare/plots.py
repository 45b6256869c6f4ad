"""The plots beside the tables, as SVG that reads on light and on dark pages."""
import pathlib

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402: the back end is chosen first
from matplotlib.axes import Axes  # noqa: E402

OURS, PEER = "#e8590c", "#5c7cfa"
TEXT = "#808890"
plt.rcParams.update({
    "font.family": "sans-serif", "font.size": 12, "svg.fonttype": "none", "svg.hashsalt": "fovea",
    "text.color": TEXT, "axes.labelcolor": TEXT, "xtick.color": TEXT, "ytick.color": TEXT, "axes.edgecolor": TEXT,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "axes.titlesize": 12,
    "ytick.left": False, "figure.constrained_layout.use": True,
})


def draw(part: str, results: dict, target: pathlib.Path) -> None:
    figure = engines(results) if part == "engines" else served(results)
    figure.savefig(target, transparent=True, metadata={"Date": None})
    plt.close(figure)


def engines(results: dict) -> plt.Figure:
    """A row a network, a column a number of threads."""
    rows = results["results"]
    networks = list(dict.fromkeys(row["network"] for row in rows))
    threads = sorted({row["threads"] for row in rows})
    count = len({row["engine"] for row in rows})
    figure, grid = plt.subplots(
        len(networks), len(threads), figsize=(11, len(networks) * (0.8 + 0.33 * count)), squeeze=False, sharey=True)
    for network, line in zip(networks, grid):
        for number, axes in zip(threads, line):
            case = [row for row in rows if row["network"] == network and row["threads"] == number]
            axes.set_title(f"{network}, {number} thread{'s' if number > 1 else ''} (ms)", loc="left")
            bars(axes, [label(row) for row in case], [row["median_ms"] for row in case], "{:.2f}")
    return figure


def label(row: dict) -> str:
    return f"{row['name']} ({row['precision']})" if row["engine"] == "openvino" else row["name"]


def served(results: dict) -> plt.Figure:
    """One panel a quantity, the servers below each other."""
    servers = results["servers"]
    panels = [
        *((f"requests/s, {count} connection{'s' if count != '1' else ''}",
           [server["load"][count]["rate"] for server in servers], "{:.0f}") for count in ["1", "4", "32"]),
        (f"p99 at {results['offered_rate']:.0f} requests/s (ms)",
         [server["offered"]["p99_ms"] for server in servers], "{:.0f}"),
        ("memory after 1000 requests (MB)", [server["megabytes_after"] for server in servers], "{:.0f}"),
        ("start to first answer (s)", [server["seconds_to_answer"] for server in servers], "{:.2f}"),
    ]
    figure, grid = plt.subplots(3, 2, figsize=(11, 3 * (0.8 + 0.33 * len(servers))), sharey=True)
    for axes, (title, values, form) in zip(grid.flat, panels):
        axes.set_title(title, loc="left")
        bars(axes, [server["name"] for server in servers], values, form)
    return figure


def bars(axes: Axes, names: list[str], values: list[float], form: str) -> None:
    colours = [OURS if name.startswith("Fovea") else PEER for name in names]
    drawn = axes.barh(names, values, color=colours, height=0.7)
    axes.bar_label(drawn, [form.format(value) for value in values], padding=4, color=TEXT)
    axes.margins(x=0.15)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    if not axes.yaxis_inverted():
        axes.invert_yaxis()
