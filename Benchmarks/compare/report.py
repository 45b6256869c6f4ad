"""Turns results into the sections of Benchmarks/RESULTS.md, and their plots."""
import pathlib
import statistics

import detect_report
import plots
import segment_report
import served_report

TARGET = pathlib.Path(__file__).parent.parent / "RESULTS.md"


def section(part: str, results: dict) -> str:
    tables = {"engines": engines_section, "served": served_report.section, "segment": segment_report.section,
              "detect": detect_report.section}
    return "\n".join([*tables[part](results), "", *origin(results)]) + "\n"


def write(part: str, results: dict) -> None:
    """Replaces what stands between the part's markers in RESULTS.md, or appends it with markers, and draws its plot."""
    plot = ""
    if part in ("engines", "served"):
        plots.draw(part, results, TARGET.parent / f"{part}.svg")
        plot = f"![]({part}.svg)\n\n"
    begin, end = f"<!-- {part} -->", f"<!-- /{part} -->"
    titles = {"engines": "## One image through the network", "served": "## Photographs over HTTP",
              "segment": "## Masks for clicks", "detect": "## Objects in photographs"}
    text = TARGET.read_text()
    if begin not in text:
        text = f"{text.rstrip()}\n\n{titles[part]}\n\n{begin}\n{end}\n"
    before, rest = text.split(begin, 1)
    after = rest.split(end, 1)[1]
    TARGET.write_text(f"{before}{begin}\n{plot}{section(part, results)}{end}{after}")


def origin(results: dict) -> list[str]:
    """Which machine and which versions the figures are of."""
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    ours = f"Fovea {machine['fovea']}; " if machine["fovea"] else ""
    return [
        f"{machine['processor']}, {machine['cores']} cores; {machine['system']}; {machine['date']}. {ours}{versions}.",
        f"`Benchmarks/compare/{results['command']}`",
    ]


def engines_section(results: dict) -> list[str]:
    cases = by_case(results)
    names = {row["engine"]: row["name"] for row in results["results"]}
    names |= {row["engine"]: f"{row['name']} ({row['precision']})" for row in results["results"]
              if row["engine"] == "openvino"}
    lines = [
        "Milliseconds for one image, median (90th percentile); a ratio below 1 means that Fovea is faster.", "",
        "| network | threads | " + " | ".join(names.values()) + " | ratio, float32 | ratio, bfloat16 |",
        "|---" * (len(names) + 4) + "|",
    ]
    for (network, threads), rows in cases.items():
        cells = [f"{rows[key]['median_ms']:.2f} ({rows[key]['p90_ms']:.2f})" if key in rows else "" for key in names]
        ratios = [ratio(rows, "fovea", ["onnxruntime", "openvino-f32"]), ratio(rows, "fovea-bf16", ["openvino"])]
        lines.append(f"| {network} | {threads} | " + " | ".join(cells + ratios) + " |")
    lines += ["", "The same weights everywhere. The differences of the logits from PyTorch's, the largest and "
              "their root mean square, in standard deviations of the logits; and the share of images with the same best "
              "class:", "",
              "| network | " + " | ".join(names.values()) + " |", "|---" * (len(names) + 1) + "|"]
    for (network, threads), rows in cases.items():
        if threads == max(threads for _, threads in cases):
            cells = [difference(rows[key]) if key in rows else "" for key in names]
            lines.append(f"| {network} | " + " | ".join(cells) + " |")
    return lines


def difference(row: dict) -> str:
    return f"{row['difference']:.1e}, {row['rms_difference']:.1e}; {row['agreement']:.0%}"


def by_case(results: dict) -> dict[tuple[str, int], dict[str, dict]]:
    """The rows of each network and number of threads, by engine."""
    cases: dict[tuple[str, int], dict[str, dict]] = {}
    for row in results["results"]:
        cases.setdefault((row["network"], row["threads"]), {})[row["engine"]] = row
    return cases


def ratio(rows: dict[str, dict], ours: str, peers: list[str]) -> str:
    """Ours by the best peer's, round by round: what slows the machine for a while then counts on both sides."""
    others = [rows[peer] for peer in peers if peer in rows]
    if ours not in rows or not others:
        return ""
    best = min(others, key=lambda row: row["median_ms"])
    ratios = [mine / its for mine, its in zip(rows[ours]["round_ms"], best["round_ms"])]
    return f"{statistics.median(ratios):.2f}"
