"""PyTorch's side of steps.sh: trains the same networks on request, one math thread.

Speaks the language of StepWorker.java: a request a line on standard input, an answer a line on standard output. For every
network the fastest of what PyTorch offers is found first and then timed: the optimizer one tensor at a time or on all of
them together (foreach), and for images the usual memory layout or channels_last.
"""

import itertools
import sys
import time

try:
    import torch
    from torch import nn
except ImportError:
    print("error not installed", flush=True)
    sys.exit(0)

CLASSES = 10
BATCHES = 4  # as in RandomExamples.java
LEARNING_RATE = 1e-3
MOMENTUM = 0.9
TRIAL_SECONDS = 0.3
GEMM_SIDE = 1024


def mlp():
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, CLASSES))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 4 * 4, 512), nn.ReLU(), nn.Linear(512, CLASSES))


class Block(nn.Module):
    """Two 3x3 convolutions beside the identity or, where the shape changes, a 1x1 convolution."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


def resnet8():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, CLASSES))


NETWORKS = {"mlp": (mlp, (784,)), "cnn": (cnn, (1, 28, 28)), "resnet8": (resnet8, (3, 32, 32))}


class Step:
    """Gradient of a batch, Nesterov update. The batches lie in memory as the network wants them; the loss is not read."""

    def __init__(self, model, batch, foreach, channels_last):
        build, shape = NETWORKS[model]
        torch.manual_seed(1)
        self.name = ("foreach" if foreach else "one tensor at a time") + (", channels_last" if channels_last else "")
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.network = build().to(memory_format=layout)
        self.network.train()
        self.batches = [
            (torch.randn(batch, *shape).to(memory_format=layout), torch.randint(CLASSES, (batch,)))
            for _ in range(BATCHES)]
        self.loss = nn.CrossEntropyLoss()
        options = {"lr": LEARNING_RATE, "momentum": MOMENTUM, "nesterov": True}
        try:
            self.optimizer = torch.optim.SGD(self.network.parameters(), foreach=foreach, **options)
        except TypeError:  # before PyTorch 1.12
            self.optimizer = torch.optim.SGD(self.network.parameters(), **options)
        self.turn = 0

    def run(self, steps):
        """Nanoseconds of so many steps."""
        start = time.perf_counter_ns()
        for _ in range(steps):
            features, classes = self.batches[self.turn % BATCHES]
            self.turn += 1
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(self.network(features), classes).backward()
            self.optimizer.step()
        return time.perf_counter_ns() - start


def fastest(model, batch):
    """The fastest of PyTorch's own ways, after a warm-up; each is tried twice, in turn."""
    layouts = (False,) if model == "mlp" else (False, True)
    variants = [Step(model, batch, foreach, layout) for foreach, layout in itertools.product((False, True), layouts)]
    steps = [max(1, int(TRIAL_SECONDS * 1e9 / 2 / min(step.run(1), step.run(1)))) for step in variants]
    times = [float("inf")] * len(variants)
    for _ in range(2):
        for i, step in enumerate(variants):
            times[i] = min(times[i], step.run(steps[i]) / steps[i])
    return variants[times.index(min(times))]


def gemm(products):
    """Nanoseconds of so many products of square matrices, and the operations of one."""
    a = torch.full((GEMM_SIDE, GEMM_SIDE), 0.5)
    c = torch.mm(a, a)
    start = time.perf_counter_ns()
    for _ in range(products):
        torch.mm(a, a, out=c)
    return f"{time.perf_counter_ns() - start} {2 * GEMM_SIDE ** 3}"


def main():
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    # As the project's update rules do: else momentum of dead units makes PyTorch's updates slow.
    torch.set_flush_denormal(True)
    print(f"ok PyTorch {torch.__version__}", flush=True)
    step = None
    for line in sys.stdin:
        request = line.split()
        try:
            answer = ""
            if request[0] == "prepare":
                step = None
                step = fastest(request[1], int(request[2]))
                answer = step.name
            elif request[0] == "run":
                answer = str(step.run(int(request[1])))
            elif request[0] == "gemm":
                answer = gemm(int(request[1]))
            elif request[0] == "release":
                step = None
            else:
                raise ValueError(f"unknown request {request[0]}")
            print("ok " + answer, flush=True)
        except Exception as problem:  # the other side decides what to do without this answer
            print("error " + (str(problem).splitlines() or [repr(problem)])[0], flush=True)


if __name__ == "__main__":
    main()
