"""The tables of servers in Benchmarks/RESULTS.md."""
from collections.abc import Callable


def section(results: dict) -> list[str]:
    lines = [
        f"{title(results)} EfficientNet-Lite0 in float32 unless said otherwise. {offered_load(results)}", "",
        *table(results["servers"], "best class", lambda server: f"{server['class_id']}: {server['score']:.4f}"),
    ]
    return lines + ratios(results["servers"])


def title(results: dict) -> str:
    photograph = results["photograph"]
    return f"`{photograph['name']}`, {photograph['width']}x{photograph['height']}, {photograph['bytes'] / 1000:.0f} kB;"


def offered_load(results: dict) -> str:
    return f"p99 is that of {results['offered_rate']:.0f} requests a second on 32 connections, from the time when each was due."


def table(servers: list[dict], answer: str, said: Callable[[dict], str]) -> list[str]:
    """A row for each server; its last column says something of the server's answers."""
    lines = [
        "| | requests/s, 1 connection | 4 | 32 | p50, 1 connection | p99, offered load | first answer | memory, ready "
        f"| after 1000 requests | {answer} |",
        "|---" * 10 + "|",
    ]
    for server in servers:
        load = server["load"]
        lines.append(
            f"| {server['name']} | " + " | ".join(f"{load[connections]['rate']:.1f}" for connections in ["1", "4", "32"])
            + f" | {load['1']['p50_ms']:.1f} ms | {server['offered']['p99_ms']:.0f} ms "
            f"| {server['seconds_to_answer']:.2f} s | {server['megabytes_ready']:.0f} MB "
            f"| {server['megabytes_after']:.0f} MB | {said(server)} |")
    return lines


#: How far a probability may be from the first peer's for a server that gives the same answer.
SAME_ANSWER = 0.01


def ratios(servers: list[dict]) -> list[str]:
    """Fovea's figures by those of the best peer that gives the same answer, and of the best one of all."""
    peers = [server for server in servers if not server["key"].startswith("fovea")]
    if not peers:
        return []
    same = [peer for peer in peers if abs(peer["score"] - peers[0]["score"]) <= SAME_ANSWER]
    title = f"those whose probability is within {SAME_ANSWER} of the first one's"
    return ratio_table("Fovea in float32", servers, {title: same, "all": peers})


def ratio_table(ours_title: str, servers: list[dict], groups: dict[str, list[dict]]) -> list[str]:
    """Fovea's figures by the best ones of each group of peers."""
    ours = next((server for server in servers if server["key"] == "fovea"), None)
    if ours is None:
        return []
    lines = ["", f"{ours_title} by the best of the others, figure by figure:", "",
             "| | requests/s, 4 connections | p50, 1 connection | p99, offered load |", "|---|---|---|---|"]
    for title, group in groups.items():
        rate = ours["load"]["4"]["rate"] / max(peer["load"]["4"]["rate"] for peer in group)
        p50 = ours["load"]["1"]["p50_ms"] / min(peer["load"]["1"]["p50_ms"] for peer in group)
        p99 = ours["offered"]["p99_ms"] / min(peer["offered"]["p99_ms"] for peer in group)
        lines.append(f"| {title} | {rate:.2f} | {p50:.2f} | {p99:.2f} |")
    return lines
