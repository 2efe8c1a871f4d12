"""Samples per second of a 64-128-64-10 network with Adam in torch eager, one thread.

usage: torch_mlp.py ROWS EPOCHS BATCH  →  {"samplesPerSecond": ..., "version": ...}
"""
import json
import sys
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(1)
rows, epochs, batch = (int(value) for value in sys.argv[1:4])
x = torch.randn(rows, 64)
y = torch.randint(0, 10, (rows,))
model = torch.nn.Sequential(
    torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)
)
optimizer = torch.optim.Adam(model.parameters())
loss = torch.nn.CrossEntropyLoss()


def epoch():
    order = torch.randperm(rows)
    for start in range(0, rows - batch + 1, batch):
        chosen = order[start : start + batch]
        optimizer.zero_grad()
        loss(model(x[chosen]), y[chosen]).backward()
        optimizer.step()


epoch()
started = time.perf_counter()
for _ in range(epochs):
    epoch()
seconds = time.perf_counter() - started
print(json.dumps({"samplesPerSecond": (rows // batch) * batch * epochs / seconds, "version": torch.__version__}))
