"""Runs the steps of a Slipway plan as Ray tasks, each when the steps before it are done.

The driver runs on the head of a cluster or, with --local, starts a Ray of its own on this machine. Every step is the same
command that a container runs; it begins with the engine's cache check, so a repeated run does only what is left.
Prints a JSON line for each event; the last one is the result. Exit 0 ok, 1 a step failed, 2 bad input.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time

import ray

BAD_INPUT = 2
LOST_PODS = 3


def run_step(step, config, share=None):
    """One step, or a share of its trials or folds, in a process of its own: exit code, result and the end of its log."""
    command = [*config["engine"], "run", "--json", "--plan", config["plan"], "--step", step["id"]]
    command += ["--store", config["store"]]
    if share is not None:
        command += ["--share", f"{share}/{step['shares']}"]
    # A step that trains on several workers finds them in the cluster it runs in, by the Python that has Ray.
    cluster = {"RAY_ADDRESS": ray.get_runtime_context().gcs_address, "SLIPWAY_PYTHON": sys.executable}
    environment = {**os.environ, **cluster, **config["environment"]}
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=config["folder"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, log = process.communicate(timeout=step.get("timeoutSeconds"))
        code = process.returncode
    except BaseException as problem:
        os.killpg(process.pid, signal.SIGKILL)
        output, log = process.communicate()
        if not isinstance(problem, subprocess.TimeoutExpired):
            raise
        code = 1
        log += f"\nThe step took longer than {step['timeoutSeconds']} s.\n"
    lines = output.strip().splitlines()
    try:
        result = json.loads(lines[-1]) if lines else {}
    except ValueError:
        result = {}
    return {"code": code, "result": result, "log": log[-4000:], "seconds": time.monotonic() - started}


def tell(event):
    print(json.dumps(event), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", required=True, help="file with what each step needs")
    parser.add_argument("--plan", required=True)
    parser.add_argument("--store", required=True)
    parser.add_argument("--engine", default='["/opt/slipway/bin/node", "/opt/slipway/app/main/cli/slipway.ts"]')
    parser.add_argument("--local", action="store_true", help="a Ray of its own on this machine")
    options = parser.parse_args()
    try:
        with open(options.steps, encoding="utf-8") as file:
            steps = json.load(file)["steps"]
        engine = json.loads(options.engine)
    except (OSError, ValueError, KeyError) as problem:
        print(f"{options.steps} cannot be read: {problem}", file=sys.stderr)
        return BAD_INPUT
    config = {
        "plan": options.plan,
        "store": options.store,
        "engine": engine,
        "environment": {"SLIPWAY_STORE": options.store},
        # Relative paths of a graph start at its own folder; a container has none.
        "folder": os.getcwd() if options.local else None,
    }
    if options.local:
        ray.init(num_cpus=os.cpu_count(), include_dashboard=False, log_to_driver=False, logging_level="error")
    else:
        ray.init(log_to_driver=False)
    try:
        return schedule(steps, config)
    finally:
        ray.shutdown()


def schedule(steps, config):
    """Starts every step as soon as those before it are done; branches that do not need a failed step go on."""
    largest = max((node["Resources"].get("CPU", 1) for node in ray.nodes() if node["Alive"]), default=1)
    task = ray.remote(run_step)
    states = {}
    attempts = {step["id"]: 0 for step in steps}
    running = {}
    shares = {}
    waiting = list(steps)
    while waiting or running:
        for step in list(waiting):
            before = [states.get(other) for other in step["after"]]
            if any(state in ("failed", "skipped") for state in before):
                waiting.remove(step)
                states[step["id"]] = "skipped"
                tell({"type": "step.finished", "id": step["id"], "status": "skipped"})
            elif all(state in ("executed", "cached") for state in before):
                waiting.remove(step)
                shares[step["id"]] = step.get("shares", 0)
                for share in range(shares[step["id"]]):
                    start(task, step, config, running, largest, share)
                if shares[step["id"]] == 0:
                    start(task, step, config, running, largest)
        if not running:
            continue
        (ready, *_), _ = ray.wait(list(running), num_returns=1)
        step, share = running.pop(ready)
        outcome = outcome_of(ready)
        if share is not None:
            # Whatever a share could not do, the step does itself, and says why where it fails too.
            shares[step["id"]] -= 1
            tell({"type": "share.finished", "id": step["id"], "share": share, "ok": outcome["code"] == 0})
            if shares[step["id"]] == 0:
                start(task, step, config, running, largest)
            continue
        attempts[step["id"]] += 1
        if outcome["code"] != 0 and may_retry(step, outcome["code"], attempts[step["id"]]):
            tell({"type": "step.retried", "id": step["id"], "attempt": attempts[step["id"]], "log": outcome["log"]})
            start(task, step, config, running, largest)
            continue
        status = finished_status(outcome)
        states[step["id"]] = status
        event = {"type": "step.finished", "id": step["id"], "status": status, "seconds": round(outcome["seconds"], 3)}
        if status == "failed":
            event["log"] = outcome["log"]
            event["error"] = outcome["result"].get("error")
        tell(event)
    failed = any(state == "failed" for state in states.values())
    statuses = [{"id": step["id"], "status": states[step["id"]]} for step in steps]
    tell({"type": "ray.finished", "status": "failed" if failed else "succeeded", "steps": statuses})
    return 1 if failed else 0


def start(task, step, config, running, largest, share=None):
    # A step that wants more cores than any machine has runs on the largest one.
    wanted = {"num_cpus": min(step["cpus"], largest), "max_retries": LOST_PODS, "name": step["id"]}
    if step.get("gpus"):
        wanted["num_gpus"] = step["gpus"]
    if share is None:
        tell({"type": "step.started", "id": step["id"]})
    else:
        wanted["name"] = f"{step['id']} {share}"
    running[task.options(**wanted).remote(step, config, share)] = (step, share)


def outcome_of(reference):
    try:
        return ray.get(reference)
    except ray.exceptions.RayError as problem:
        # The machine was lost as often as it may be.
        return {"code": -1, "result": {}, "log": str(problem)[-4000:], "seconds": 0.0}


def may_retry(step, code, attempt):
    """Bad input stays bad; a step that failed by itself is tried again only where that was asked for."""
    if code == BAD_INPUT or code == -1:
        return False
    return attempt <= (step["retries"] if code == 1 else max(step["retries"], 2))


def finished_status(outcome):
    if outcome["code"] != 0:
        return "failed"
    steps = outcome["result"].get("steps") or [{}]
    return "cached" if steps[0].get("status") == "cached" else "executed"


if __name__ == "__main__":
    sys.exit(main())
