"""The section of Benchmarks/RESULTS.md on the networks that take prompts."""
import statistics

from quiet_turns import DISTURBED
from segment_servers import NAMES


def section(results: dict) -> list[str]:
    photograph = results["photograph"]
    title = f"`{photograph['name']}`, {photograph['width']}x{photograph['height']}; weights from a generator."
    return [title, "", *engines(results["engines"]), "", *clicks(results["served"]["clicks"]), "",
            *memory(results["served"]["memory"]), *crowd(results["served"]["crowd"])]


def engines(rows: list[dict]) -> list[str]:
    names = {row["engine"]: row["name"] for row in rows}
    cases: dict[tuple, dict[str, dict]] = {}
    for row in rows:
        cases.setdefault((row["network"], row["part"], row["threads"]), {})[row["engine"]] = row
    lines = [
        "Milliseconds for the encoder of a photograph, and for the decoder of one click on it (the same in all networks), "
        "median (90th percentile); a ratio below 1 means that Fovea is faster.", "",
        "| part | threads | " + " | ".join(names.values()) + " | ratio, float32 | ratio, bfloat16 |",
        "|---" * (len(names) + 4) + "|",
    ]
    for (network, part, threads), case in cases.items():
        cells = [f"{case[key]['median_ms']:.1f} ({case[key]['p90_ms']:.1f}){mark(case[key])}" if key in case else ""
                 for key in names]
        ratios = [ratio(case, "fovea", ["onnxruntime", "openvino-f32"]), ratio(case, "fovea-bf16", ["openvino-bf16"])]
        lines.append(f"| {network}, {part} | {threads} | " + " | ".join(cells + ratios) + " |")
    off = {key: max(row["difference"] for row in rows if row["engine"] == key) for key in names}
    lines += ["", "What they give differs from PyTorch's, at most and as the root mean square in standard deviations, by "
              + ", ".join(f"{value:.0e} ({names[key]})" for key, value in off.items() if value > 0) + "."]
    if any(mark(row) for row in rows):
        lines += ["", f"\\* Half of its turns could not be had without other processes taking more than {DISTURBED:.0%}."]
    return lines


def mark(row: dict) -> str:
    return " \\*" if row["disturbed"] > DISTURBED else ""


def ratio(case: dict[str, dict], ours: str, peers: list[str]) -> str:
    others = [case[peer] for peer in peers if peer in case]
    if ours not in case or not others:
        return ""
    best = min(others, key=lambda row: row["median_ms"])
    return f"{statistics.median(mine / its for mine, its in zip(case[ours]['round_ms'], best['round_ms'])):.2f}"


def clicks(rows: list[dict]) -> list[str]:
    lines = [
        "One click on a photograph that is encoded already, `POST /segment` to the last byte of three masks as run lengths, "
        "and 20 clicks in one request; MobileSAM in float32:", "",
        "| | threads | one click | 20 clicks, each | answer | ratio to the other, one click | 20 |", "|---" * 7 + "|",
    ]
    for row in rows:
        peer = next((other for other in rows if other["threads"] == row["threads"] and other["server"] != row["server"]),
                    None)
        ratios = ["", ""]
        if row["server"] == "fovea" and peer:
            one = statistics.median(mine / its for mine, its in zip(row["round_ms"], peer["round_ms"]))
            ratios = [f"{one:.2f}", f"{row['many_ms'] / peer['many_ms']:.2f}"]
        lines.append(
            f"| {NAMES[row['server']]} | {row['threads']} | {row['median_ms']:.1f} ms ({row['p90_ms']:.1f}){mark(row)} | "
            f"{row['many_ms'] / 20:.1f} ms | {row['answer_bytes'] / 1000:.0f} kB | {' | '.join(ratios)} |")
    return lines


def memory(rows: list[dict]) -> list[str]:
    lines = ["Resident memory of a server that has answered before, and how far one click on a photograph of 4000x3000 "
             "raises its peak above that, decoding and encoding included:", "",
             "| network | server | before | above it at the peak |", "|---" * 4 + "|"]
    return lines + [f"| {row['network']} | {NAMES[row['server']]} | {row['idle_mb']:.0f} MB | {row['peak_mb']:.0f} MB |"
                    for row in rows]


def crowd(found: dict | None) -> list[str]:
    if found is None:
        return []
    return ["", "50 clients click on 10 uploaded photographs at once: " + origins(found["first"])
            + f", in {found['seconds']:.1f} s. After a restart on the same data, again: " + origins(found["again"])
            + f", in {found['seconds_again']:.1f} s."]


def origins(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[origin]} `{origin}`" for origin in sorted(counts))
