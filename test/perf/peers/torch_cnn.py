"""Samples per second of a small convolutional network on 28 x 28 images with Adam in torch eager, one thread.

usage: torch_cnn.py ROWS EPOCHS BATCH  →  {"samplesPerSecond": ..., "version": ...}
Two 3 x 3 convolutions (16 and 32 channels) with ReLU and 2 x 2 maxima, then 64 units and 10 classes.
"""
import json
import sys
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(1)
rows, epochs, batch = (int(value) for value in sys.argv[1:4])
x = torch.randn(rows, 1, 28, 28)
y = torch.randint(0, 10, (rows,))
model = torch.nn.Sequential(
    torch.nn.Conv2d(1, 16, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.MaxPool2d(2),
    torch.nn.Conv2d(16, 32, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.MaxPool2d(2),
    torch.nn.Flatten(),
    torch.nn.Linear(32 * 7 * 7, 64),
    torch.nn.ReLU(),
    torch.nn.Linear(64, 10),
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
