"""As many requests as the connections bring about: each sends its next request when it has its answer. By wrk."""
import json
import pathlib
import subprocess
import tempfile
import time

from running_server import RunningServer

SCRIPT = pathlib.Path(__file__).parent / "post.lua"
#: wrk ends without waiting for the last answers; the server may compute them still. Then it must answer once.
PAUSE = 1.5


def load(instance: RunningServer, connections: int, seconds: int) -> dict:
    """{"requests", "seconds", "p50_ms", "p99_ms", "errors", "rate"}"""
    time.sleep(PAUSE)
    instance.predictions()
    with tempfile.NamedTemporaryFile() as body:
        body.write(instance.body)
        body.flush()
        printed = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(SCRIPT),
             f"http://127.0.0.1:{instance.port}{instance.path}", "--", body.name, instance.content_type],
            check=True, text=True, stdout=subprocess.PIPE).stdout
    result = json.loads(printed.splitlines()[-1])
    if result["errors"] or not result["requests"]:
        raise RuntimeError(f"{instance.server.name} under {connections} connections: {result}")
    return result | {"rate": result["requests"] / result["seconds"]}
