"""Measures what the gateway adds to a request: usage: scripts/bench --gateway [ROUNDS]

In front of a server in C that answers at once, and in front of one of a small ONNX model, beside uvicorn with the same model.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
BODY = '{"inputs": [[1.0, 2.0, 3.0, 4.0]]}'
LUA = """
wrk.method = "POST"
wrk.body = '%s'
wrk.headers["Content-Type"] = "application/json"
"""
APPLICATION = """
import json, numpy, onnxruntime
session = onnxruntime.InferenceSession(%r, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name

async def app(scope, receive, send):
    body = b""
    while scope["type"] == "http":
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"): break
    if scope["type"] != "http": return
    rows = numpy.array(json.loads(body or b'{"inputs": [[0, 0, 0, 0]]}')["inputs"], dtype=numpy.float32)
    answer = json.dumps({"predictions": session.run(None, {name: rows})[0].tolist()}).encode()
    fields = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": answer})
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait(url):
    for _ in range(600):
        try:
            return urllib.request.urlopen(url).read()
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


def wrk(url, seconds, *options):
    words = ["wrk", "--latency", f"-d{seconds}", *options, f"{url}/invocations"]
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(text)
    number, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", text).groups()
    median = float(number) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[unit]
    return median, float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))


def gateway(directory, serve):
    """Starts a gateway in front of a serve command; returns its process and URL."""
    release = "bench-v1.0.0"
    (directory / "releases" / release).mkdir(parents=True)
    (directory / ".git-model/seals").mkdir(parents=True)
    (directory / "current").symlink_to(f"releases/{release}")
    seal = {
        "schema": 1, "release": release, "model": "bench", "version": "v1.0.0", "tag": "bench@v1.0.0", "commit": "0" * 40,
        "digest": "sha256:" + "0" * 64, "details": {}, "plan": {"serve": serve, "batch": [], "endpoint": "/invocations"},
        "smoke": {"result": "unchecked", "found": "", "place": "target", "milliseconds": 0},
    }  # fmt: skip
    (directory / f".git-model/seals/{release}.json").write_text(json.dumps(seal))
    port = free_port()
    configuration = {
        "schema": 1, "host": "127.0.0.1", "port": port, "root": str(directory), "startTimeout": 60, "requestTimeout": 60,
        "idleTimeout": 60, "drainTimeout": 5, "bodyLimit": 1 << 20, "concurrency": 256, "connectionLimit": 10000,
        "logsPayloads": False, "stickyField": "x-request-key",
    }  # fmt: skip
    path = directory / "gateway.json"
    path.write_text(json.dumps(configuration))
    process = subprocess.Popen(["git-model-gateway", str(path)], stderr=subprocess.DEVNULL)
    wait(f"http://127.0.0.1:{port}/health")
    return process, f"http://127.0.0.1:{port}"


def memory(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def compare(direct, passed, rounds, scripts):
    """Prints the medians of what rounds in turn gave."""
    found = {"direct": [], "gateway": []}
    for _ in range(rounds):
        for name, url in (("direct", direct), ("gateway", passed)):
            calm = wrk(url, 4, "-t1", "-c5", "-s", str(scripts / "calm.lua"))
            full = wrk(url, 4, "-t1", "-c32", "-s", str(scripts / "full.lua"))
            found[name].append((calm[0], full[1]))
    for name, results in found.items():
        calm, full = (statistics.median(values) for values in zip(*results))
        print(f"  {name:8} p50 at 500/s {calm:.3f} ms, saturated {full:,.0f}/s")
    added = [after[0] - before[0] for before, after in zip(found["direct"], found["gateway"])]
    print(f"  added    {statistics.median(added):.3f} ms ({min(added):.3f} to {max(added):.3f})")


def model(path):
    import onnx
    from onnx import TensorProto, helper

    weights = helper.make_tensor("w", TensorProto.FLOAT, [4, 3], [0.1 * number for number in range(12)])
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "bench",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 3])],
        [weights],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="git-model-bench-"))
    (scratch / "full.lua").write_text(LUA % BODY)
    (scratch / "calm.lua").write_text(LUA % BODY + "function delay() return 10 end\n")
    processes = []
    try:
        child = scratch / "child"
        subprocess.run(["cc", "-O2", "-pthread", "-o", child, HERE / "child.c"], check=True)
        port = free_port()
        processes.append(subprocess.Popen([child, str(port)]))
        process, url = gateway(scratch / "fast", [str(child), "{port}"])
        processes.append(process)
        print("a server that answers at once")
        compare(f"http://127.0.0.1:{port}", url, rounds, scratch)
        before = memory(process)
        count = 0
        while count < 1_000_000:
            count += int(wrk(url, 10, "-t1", "-c64", "-s", str(scratch / "full.lua"))[1] * 10)
        print(f"  memory   {before:.1f} MB, {memory(process):.1f} MB after {count:,} requests")
        model(scratch / "model.onnx")
        (scratch / "application.py").write_text(APPLICATION % str(scratch / "model.onnx"))
        words = [sys.executable, "-m", "uvicorn", "--app-dir", str(scratch), "--log-level", "critical", "application:app"]
        port = free_port()
        processes.append(subprocess.Popen([*words, "--port", str(port)], cwd=scratch, env=os.environ))
        wait(f"http://127.0.0.1:{port}/")
        process, url = gateway(scratch / "onnx", [*words, "--port", "{port}"])
        processes.append(process)
        print("a small ONNX model, by uvicorn and onnxruntime")
        compare(f"http://127.0.0.1:{port}", url, rounds, scratch)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
