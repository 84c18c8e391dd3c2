"""PyTorch's side of steps.sh and of the GPU bundle: trains the same networks on request.

Speaks the language of StepServer.java: a request a line on standard input, an answer a line on standard output. For every
network the fastest of what PyTorch offers is found first and then timed: the optimizer one tensor at a time, on all of
them together (foreach) or in one kernel (fused, on a GPU), and for images the usual memory layout or channels_last.

Without arguments it computes on the processor with one math thread. Arguments, for the GPU bundle:

  --device D   cpu, cuda or cuda:N
  --resident   the batches lie on the device; otherwise each step copies its batch from pinned memory of the host
  --graph      the whole step is captured in a CUDA graph once and replayed
  --tf32       products may round their factors to TF32
"""

import argparse
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
BATCHES = 4  # as in RandomExamples.java, with the two below
MOST_NUMBERS = 1 << 28
DIFFERENT_IMAGES = 4096
LEARNING_RATE = 1e-3
MOMENTUM = 0.9
TRIAL_SECONDS = 0.3
GEMM_SIDE = 1024
CAPTURE_WARM_UPS = 3  # steps before a capture: libraries choose algorithms and take memory in them


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


def resnet(blocks):
    """6 * blocks + 2 layers (He et al. 2016, section 4.2)."""
    stages, inputs = [], 16
    for outputs in (16, 32, 64):
        for _ in range(blocks):
            stages.append(Block(inputs, outputs, 1 if inputs == outputs else 2))
            inputs = outputs
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), *stages,
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, CLASSES))


NETWORKS = {
    "mlp": (mlp, (784,)),
    "cnn": (cnn, (1, 28, 28)),
    "resnet8": (lambda: resnet(1), (3, 32, 32)),
    "resnet20": (lambda: resnet(3), (3, 32, 32)),
}


def random_batch(size, shape, layout):
    """In the host's memory."""
    images = torch.randn(min(size, DIFFERENT_IMAGES), *shape)
    repeats = -(-size // images.shape[0])
    features = images.repeat(repeats, *([1] * len(shape)))[:size]
    return features.to(memory_format=layout).contiguous(memory_format=layout), torch.randint(CLASSES, (size,))


class Step:
    """Gradient of a batch, Nesterov update. The batches lie in memory as the network wants them; the loss is not read."""

    def __init__(self, model, batch, way, channels_last, arguments):
        build, shape = NETWORKS[model]
        torch.manual_seed(1)
        self.name = way + (", channels_last" if channels_last else "")
        self.device = torch.device(arguments.device)
        self.on_gpu = self.device.type == "cuda"
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.network = build().to(device=self.device, memory_format=layout)
        self.network.train()
        numbers = batch * torch.Size(shape).numel()
        self.batches = [random_batch(batch, shape, layout) for _ in range(max(1, min(BATCHES, MOST_NUMBERS // numbers)))]
        if self.on_gpu:
            self.batches = [tuple(part.pin_memory() for part in pair) for pair in self.batches]
            if arguments.resident:
                self.batches = [tuple(part.to(self.device) for part in pair) for pair in self.batches]
        self.loss = nn.CrossEntropyLoss()
        self.optimizer = self.sgd(way)
        self.turn = 0
        self.graph = None
        if arguments.graph:
            self.capture()

    def sgd(self, way):
        options = {"lr": LEARNING_RATE, "momentum": MOMENTUM, "nesterov": True}
        if way == "fused":
            return torch.optim.SGD(self.network.parameters(), fused=True, **options)
        try:
            return torch.optim.SGD(self.network.parameters(), foreach=way == "foreach", **options)
        except TypeError:  # before PyTorch 1.12
            return torch.optim.SGD(self.network.parameters(), **options)

    def capture(self):
        """A replay computes with the memory of the capture, so each step copies its batch there."""
        self.input, self.classes = (part.to(self.device) for part in self.batches[0])
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(CAPTURE_WARM_UPS):
                self.train(self.input, self.classes)
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.cuda.graph(self.graph):
            self.loss(self.network(self.input), self.classes).backward()
            self.optimizer.step()

    def train(self, features, classes):
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(self.network(features), classes).backward()
        self.optimizer.step()

    def run(self, steps):
        """Nanoseconds of so many steps."""
        self.wait()
        start = time.perf_counter_ns()
        for _ in range(steps):
            features, classes = self.batches[self.turn % len(self.batches)]
            self.turn += 1
            if self.graph is not None:
                self.input.copy_(features, non_blocking=True)
                self.classes.copy_(classes, non_blocking=True)
                self.graph.replay()
            elif self.on_gpu:
                self.train(features.to(self.device, non_blocking=True), classes.to(self.device, non_blocking=True))
            else:
                self.train(features, classes)
        self.wait()
        return time.perf_counter_ns() - start

    def wait(self):
        if self.on_gpu:
            torch.cuda.synchronize(self.device)


def trial(variant):
    """Nanoseconds of a step: the less of two rounds, after a warm-up."""
    step = Step(*variant)
    steps = max(1, int(TRIAL_SECONDS * 1e9 / 2 / min(step.run(1), step.run(1))))
    return min(step.run(steps) / steps for _ in range(2))


def fastest(model, batch, arguments, known):
    """The fastest of PyTorch's own ways; each is tried alone, so that a GPU holds one of them at a time."""
    if (model, batch) not in known:
        layouts = (False,) if model == "mlp" else (False, True)
        ways = ("one tensor at a time", "foreach")
        if torch.device(arguments.device).type == "cuda":
            ways = ("foreach", "fused")
        variants = [(model, batch, way, layout, arguments) for way, layout in itertools.product(ways, layouts)]
        times = []
        for variant in variants:
            times.append(trial(variant))
            empty()
        known[model, batch] = variants[times.index(min(times))]
    return Step(*known[model, batch])


def empty():
    """Gives memory back to the device, where other contenders need it."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def gemm(products):
    """Nanoseconds of so many products of square matrices, and the operations of one."""
    a = torch.full((GEMM_SIDE, GEMM_SIDE), 0.5)
    c = torch.mm(a, a)
    start = time.perf_counter_ns()
    for _ in range(products):
        torch.mm(a, a, out=c)
    return f"{time.perf_counter_ns() - start} {2 * GEMM_SIDE ** 3}"


def set_up(arguments):
    """Returns what there is to greet with; raises ValueError if the device is not there."""
    if torch.device(arguments.device).type == "cuda":
        if not torch.cuda.is_available():
            raise ValueError("PyTorch " + torch.__version__ + " sees no GPU")
        torch.cuda.set_device(torch.device(arguments.device))
        torch.backends.cuda.matmul.allow_tf32 = arguments.tf32
        torch.backends.cudnn.allow_tf32 = arguments.tf32
        # Lets cuDNN try its algorithms out and keep the fastest.
        torch.backends.cudnn.benchmark = True
        return f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}, cuDNN {torch.backends.cudnn.version()}"
    if arguments.graph or arguments.tf32 or arguments.resident:
        raise ValueError("not on a processor: --graph, --tf32 and --resident need a GPU")
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    # As the project's update rules do: else momentum of dead units makes PyTorch's updates slow.
    torch.set_flush_denormal(True)
    return f"PyTorch {torch.__version__}"


def problem_text(problem):
    """One line."""
    text = (str(problem).splitlines() or [repr(problem)])[0]
    return "out of memory: " + text if "out of memory" in text else text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--resident", action="store_true")
    parser.add_argument("--graph", action="store_true")
    parser.add_argument("--tf32", action="store_true")
    arguments = parser.parse_args()
    try:
        print("ok " + set_up(arguments), flush=True)
    except (ValueError, RuntimeError) as problem:
        print("error " + problem_text(problem), flush=True)
        return
    known = {}
    step = None
    for line in sys.stdin:
        request = line.split()
        try:
            answer = ""
            if request[0] == "prepare":
                step = None
                empty()
                step = fastest(request[1], int(request[2]), arguments, known)
                answer = step.name
            elif request[0] == "run":
                answer = str(step.run(int(request[1])))
            elif request[0] == "gemm":
                answer = gemm(int(request[1]))
            elif request[0] == "release":
                step = None
                empty()
            else:
                raise ValueError(f"unknown request {request[0]}")
            print("ok " + answer, flush=True)
        except Exception as problem:  # the other side decides what to do without this answer
            print("error " + problem_text(problem), flush=True)


if __name__ == "__main__":
    main()
