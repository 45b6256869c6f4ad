"""The section of Benchmarks/RESULTS.md on detectors."""
import served_report
from quiet_turns import DISTURBED
from segment_report import mark, ratio


def section(results: dict) -> list[str]:
    return [*engines(results["engines"]), "", *servers(results["served"])]


def engines(rows: list[dict]) -> list[str]:
    names = {row["engine"]: row["name"] for row in rows}
    cases: dict[tuple, dict[str, dict]] = {}
    for row in rows:
        cases.setdefault((row["network"], row["threads"]), {})[row["engine"]] = row
    lines = [
        "Milliseconds from a normalised image of 320x320 to its objects, suppression among it, median (90th percentile); a ratio "
        "below 1 means that Fovea is faster. 80 classes, one box for all of them, average pooling, 200 proposals.", "",
        "| network | objects | threads | " + " | ".join(names.values()) + " | ratio, float32 | ratio, bfloat16 |",
        "|---" * (len(names) + 5) + "|",
    ]
    for (network, threads), case in cases.items():
        cells = [f"{case[key]['median_ms']:.2f} ({case[key]['p90_ms']:.2f}){mark(case[key])}" if key in case else ""
                 for key in names]
        objects = next(iter(case.values()))["objects"]
        ratios = [ratio(case, "fovea", ["onnxruntime", "openvino-f32"]), ratio(case, "fovea-bf16", ["openvino-bf16"])]
        lines.append(f"| {network} | {objects} | {threads} | " + " | ".join(cells + ratios) + " |")
    return [*lines, "", *differences(rows, names)]


def differences(rows: list[dict], names: dict[str, str]) -> list[str]:
    exact, rough = [], []
    for key, name in names.items():
        mine = [row for row in rows if row["engine"] == key]
        if all("box_difference" in row for row in mine):
            box, score = (max(row[f"{part}_difference"] for row in mine) for part in ["box", "score"])
            exact.append(f"{box:.0e} and {score:.0e} ({name})")
        else:
            rough.append(f"{min(row['shared'] for row in mine):.0%} ({name})")
    lines = ["In float32 all find the same objects in the same order, PyTorch's twin of the network in `Training`; their boxes "
             "differ from its at most by so many pixels, and scores by: " + ", ".join(exact) + "."]
    if rough:
        lines.append("Of its objects bfloat16 finds at least " + ", ".join(rough) + "; the weights are random, and many scores "
                     "close to the threshold.")
    if any(mark(row) for row in rows):
        lines += ["", f"\\* Half of its turns could not be had without other processes taking more than {DISTURBED:.0%}."]
    return lines


def servers(results: dict) -> list[str]:
    peers = [server for server in results["servers"] if server["key"] != "fovea"]
    same = [peer for peer in peers if peer["key"] != "fastapi-draft"]
    return [
        f"{served_report.title(results)} ThunderNet with SNet49 in float32, `POST /detect`. {served_report.offered_load(results)}",
        "",
        *served_report.table(results["servers"], "same objects", lambda server: f"{server['shared']:.0%}"),
        *served_report.ratio_table("Fovea", results["servers"], {"those that decode the whole JPEG": same, "all": peers}),
    ]
