"""Trains on Ray Train, over partitions of the rows. The job has what that of a Python model has, and `trainer` (`trees` or
`torch`), `address` of a Ray cluster or null for one on this machine, `workers`, `cpus` and `gpus` of each, `settings` of the
training, `categorical` (columns with codes), `estimator` (path of the file that turns a model into ONNX), `single` (places of the
rows that one worker alone trains on as well, uint32, null: none), `held` (rows to score, float32) and `scores` (where
those of the trees, or of the module of that one worker, go)."""

import os

import numpy

# Ray's processes map far more memory than they use; each worker is limited by its container.


def give(job):
    if job["trainer"] == "torch":
        import torch

        torch.manual_seed(job["seed"])
    return {name: job[name] for name in ("width", "features", "classes", "task", "seed")}


def take(scope, job):
    if job["trainer"] == "torch" and "model" not in scope:
        raise NameError("the script sets no variable “model”")
    environment = {}
    try:
        import pydantic  # noqa: F401
    except ImportError:
        # The second version of Ray Train needs it; the first does the same here.
        environment["RAY_TRAIN_V2_ENABLED"] = os.environ["RAY_TRAIN_V2_ENABLED"] = "0"
    import ray
    import ray.train  # noqa: F401

    if job["address"]:
        ray.init(address=job["address"], log_to_driver=False, runtime_env={"env_vars": environment})
    else:
        cores = max(os.cpu_count() or 1, job["workers"] * job["cpus"] + 1)
        ray.init(num_cpus=cores, include_dashboard=False, log_to_driver=False, logging_level="error")
    try:
        wanted, there = job["workers"] * job["cpus"], ray.cluster_resources().get("CPU", 0)
        if there < wanted:
            raise RuntimeError(f"{job['workers']} workers need {wanted} cores, and Ray has {there:g}")
        rows = numpy.memmap(job["x"], numpy.float32, "r", shape=(job["rows"], job["width"]))
        y = numpy.fromfile(job["y"], numpy.float64)
        w = numpy.fromfile(job["weights"], numpy.float32) if job["weights"] else None
        if job["trainer"] == "trees":
            take_trees(train(trees_worker, job, (rows, y, w), job["workers"], job["settings"]), job)
            return
        export = exporter(job["estimator"])
        module = scope["model"]
        settings = {**job["settings"], "module": module, "task": job["task"], "seed": job["seed"], "gpu": job["gpus"] > 0}
        if job["single"]:
            places = numpy.fromfile(job["single"], numpy.uint32)
            part = (rows[places], y[places], None if w is None else w[places])
            scores(load(module, train(torch_worker, job, part, 1, settings)), job)
        found = load(module, train(torch_worker, job, (rows, y, w), job["workers"], settings))
        with open(job["model"], "wb") as file:
            file.write(export(found, job["width"]))
    finally:
        ray.shutdown()


class Holder:
    """Where the first worker leaves the model: it may be on another machine."""

    def put(self, value):
        self.value = value

    def get(self):
        return self.value


def train(loop, job, data, workers, settings):
    import ray
    from ray.train import RunConfig, ScalingConfig

    x, y, w = data
    bounds = [len(y) * i // workers for i in range(workers + 1)]
    # Parts are alike: rows in an order would give each worker another range, and LightGBM its intervals from one of them.
    order = numpy.random.default_rng(job["seed"]).permutation(len(y))
    drawn = [numpy.sort(order[a:b]) for a, b in zip(bounds, bounds[1:])]
    # Each part leaves this process before the next is read from the file.
    parts = [ray.put((numpy.asarray(x[own]), y[own], None if w is None else w[own])) for own in drawn]
    holder = ray.remote(num_cpus=0)(Holder).remote()
    resources = {"CPU": job["cpus"], **({"GPU": job["gpus"]} if job["gpus"] else {})}
    scaling = ScalingConfig(num_workers=workers, use_gpu=job["gpus"] > 0, resources_per_worker=resources)
    run = RunConfig(name="slipway", storage_path=os.path.join(os.getcwd(), "ray"))
    config = {"parts": parts, "holder": holder, "settings": settings, "workers": workers}
    if job["trainer"] == "trees":
        from ray.train.lightgbm import LightGBMTrainer as Trainer
    else:
        from ray.train.torch import TorchTrainer as Trainer
    result = Trainer(loop, train_loop_config=config, scaling_config=scaling, run_config=run).fit()
    if getattr(result, "error", None):
        raise result.error
    print(f"{workers} workers trained on {', '.join(str(b - a) for a, b in zip(bounds, bounds[1:]))} rows", flush=True)
    return ray.get(holder.get.remote())


def take_trees(text, job):
    """Writes the trees, and what they say of the held-out rows, which is compared with what is made of them."""
    import json

    import lightgbm

    booster = lightgbm.Booster(model_str=text)
    with open(job["model"], "w", encoding="utf-8") as file:
        json.dump(booster.dump_model(), file)
    held = numpy.fromfile(job["held"], numpy.float32).reshape(-1, job["width"])
    said = numpy.asarray(booster.predict(held)).reshape(len(held), -1)
    if job["task"] == "binary":
        said = numpy.concatenate([1 - said, said], axis=1)
    said.astype(numpy.float32).tofile(job["scores"])


def trees_worker(config):
    import lightgbm
    import ray
    import ray.train
    from ray.train.lightgbm import get_network_params

    rank = ray.train.get_context().get_world_rank()
    x, y, w = ray.get(config["parts"][rank])
    settings = dict(config["settings"])
    trees, categorical = settings.pop("trees"), settings.pop("categorical")
    if config["workers"] > 1:
        # The rows are divided already; histograms of the parts are added up.
        settings = {**settings, **get_network_params(), "tree_learner": "data", "pre_partition": True}
    data = lightgbm.Dataset(x, label=y, weight=w, categorical_feature=categorical, params=settings)
    booster = lightgbm.train(settings, data, trees)
    if rank == 0:
        ray.get(config["holder"].put.remote(booster.model_to_string()))
    ray.train.report({})


def torch_worker(config):
    import io

    import ray
    import ray.train
    import ray.train.torch
    import torch

    settings = config["settings"]
    rank = ray.train.get_context().get_world_rank()
    device = ray.train.torch.get_device() if settings["gpu"] else torch.device("cpu")
    x, y, w = ray.get(config["parts"][rank])
    x = torch.tensor(numpy.array(x))
    t = torch.tensor(numpy.array(y), dtype=torch.float32 if settings["task"] == "regression" else torch.int64)
    w = torch.ones(len(t)) if w is None else torch.tensor(numpy.array(w))
    torch.manual_seed(settings["seed"])
    module = ray.train.torch.prepare_model(settings["module"], move_to_device=device)
    module.train()
    optimizer = torch.optim.Adam(module.parameters(), lr=settings["learningRate"])
    draw = torch.Generator().manual_seed(settings["seed"] + rank)
    size = settings["batchRows"]
    # All workers take as many steps, or those that have more rows would wait for the others for ever.
    largest = max(1, settings["largestPart"] // config["workers"] + 1)
    for _ in range(settings["epochs"]):
        order = torch.randperm(len(t), generator=draw)
        for start in range(0, largest, size):
            rows = order[torch.arange(start, min(start + size, largest)) % len(t)]
            scores = module(x[rows].to(device))
            target, weight = t[rows].to(device), w[rows].to(device)
            optimizer.zero_grad()
            loss = (losses(torch, scores, target, settings["task"]) * weight).sum() / weight.sum().clamp(min=1e-12)
            loss.backward()
            optimizer.step()
    if rank == 0:
        found = module.module if hasattr(module, "module") else module
        out = io.BytesIO()
        torch.save({name: value.cpu() for name, value in found.state_dict().items()}, out)
        ray.get(config["holder"].put.remote(out.getvalue()))
    ray.train.report({})


def losses(torch, scores, target, task):
    functions = torch.nn.functional
    if task == "regression":
        return (scores.reshape(len(target), -1)[:, 0] - target) ** 2
    if scores.reshape(len(target), -1).shape[1] == 1:
        return functions.binary_cross_entropy_with_logits(scores.reshape(-1), target.float(), reduction="none")
    return functions.cross_entropy(scores, target, reduction="none")


def load(module, state):
    import copy
    import io

    import torch

    found = copy.deepcopy(module)
    found.load_state_dict(torch.load(io.BytesIO(state)))
    return found.eval()


def scores(module, job):
    """Writes what the model says of the held-out rows, as probabilities or predictions."""
    import torch

    held = torch.tensor(numpy.fromfile(job["held"], numpy.float32).reshape(-1, job["width"]))
    with torch.no_grad():
        out = module(held).reshape(len(held), -1)
        if job["task"] != "regression":
            if out.shape[1] == 1:
                positive = torch.sigmoid(out)
                out = torch.cat([1 - positive, positive], dim=1)
            else:
                out = torch.softmax(out, dim=1)
    out.numpy().astype(numpy.float32).tofile(job["scores"])


def exporter(path):
    scope = {"__name__": "estimator", "__file__": path}
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), scope)
    return scope["torch_to_onnx"]
