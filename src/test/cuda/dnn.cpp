// cuDNN's functions for convolutions.
#include "convolution.h"

namespace emulation::dnn {

namespace {

// What an algorithm of cuDNN's lists promises. The first offered is what a caller must not take blindly.
struct Algorithm {
    int number;
    bool deterministic;
    bool works;
    int workspaceShare;  // of the spread-out example, per thousand
};

// Numbers by direction, as cuDNN has them; there 0 of the gradients adds with atomics.
const std::vector<Algorithm>& algorithms(Direction direction) {
    static const std::vector<Algorithm> lists[] = {
        {{4, false, true, 0}, {1, true, true, 1000}, {0, true, true, 0}, {6, true, false, 0}},
        {{0, false, true, 0}, {4, true, true, 1000}, {1, true, true, 0}, {5, true, false, 0}},
        {{0, false, true, 0}, {5, true, true, 1000}, {1, true, true, 0}, {3, false, false, 0}},
    };
    return lists[direction];
}

// As cudnnConvolution*AlgoPerf_t lies in memory, the same for all three directions.
struct Offer {
    int number;
    int status;
    float milliseconds;
    size_t workspaceBytes;
    int determinism;
    int mathType;
    int reserved[3];
};

size_t workspaceBytes(const Problem& problem, const Algorithm& algorithm) {
    return problem.places() * problem.seen() * sizeof(float) * algorithm.workspaceShare / 1000;
}

// Fills in a problem; what is handed over depends on the direction, but always means these three.
int problemOf(Problem& problem, void* input, void* filter, void* convolution, void* output) {
    const Shape* known[] = {tensorOf(input), filterOf(filter), tensorOf(output)};
    const Convolution* shape = convolutionOf(convolution);
    if (known[0] == nullptr || known[1] == nullptr || known[2] == nullptr || shape == nullptr || shape->strideRows == 0) {
        return fail(badParameter, "a convolution: no such descriptor, or one that was not set");
    }
    problem = {*known[0], *known[1], *known[2], *shape};
    return problem.check();
}

int offer(Direction direction, void* handle, const Problem& problem, int wanted, int* count, Offer* offers) {
    if (handleOf(handle) == nullptr || wanted < 1) return fail(badParameter, "cudnnGetConvolution…Algorithm: no such handle");
    *count = 0;
    for (const Algorithm& algorithm : algorithms(direction)) {
        if (*count == wanted) break;
        size_t bytes = workspaceBytes(problem, algorithm);
        offers[*count] = {algorithm.number, algorithm.works ? done : unsupported, algorithm.works ? 1.0f + *count : -1.0f, bytes,
                          algorithm.deterministic, problem.shape.mathType, {}};
        ++*count;
    }
    return done;
}

const Algorithm* algorithmOf(Direction direction, int number) {
    for (const Algorithm& algorithm : algorithms(direction)) {
        if (algorithm.number == number) return &algorithm;
    }
    return nullptr;
}

int workspaceSize(Direction direction, const Problem& problem, int number, size_t* bytes) {
    const Algorithm* algorithm = algorithmOf(direction, number);
    if (algorithm == nullptr || !algorithm->works) return fail(unsupported, "algorithm %d of a convolution", number);
    *bytes = workspaceBytes(problem, *algorithm);
    return done;
}

int start(void* pointer, int number, Run run) {
    Handle* handle = handleOf(pointer);
    if (handle == nullptr) return fail(badParameter, "a convolution: no such handle");
    if (handle->device != currentDevice()) {
        return fail(failed, "a convolution: handle of device %d while %d is current", handle->device, currentDevice());
    }
    const Algorithm* algorithm = algorithmOf(run.direction, number);
    if (algorithm == nullptr || !algorithm->works) return fail(unsupported, "algorithm %d of a convolution", number);
    if (!algorithm->deterministic) {
        return fail(failed, "algorithm %d of a convolution adds in any order: CUDA would run it, the emulation does not", number);
    }
    size_t needed = workspaceBytes(run.problem, *algorithm);
    if (run.workspaceBytes < needed) {
        return fail(badParameter, "a workspace of %zu bytes, but algorithm %d needs %zu", run.workspaceBytes, number, needed);
    }
    run.device = handle->device;
    Stream* stream = streamOf(handle->stream);
    if (stream == nullptr) return fail(failed, "a convolution: the handle's stream is no more");
    if (run.workspaceBytes > 0 && checkDeviceRange(run.workspace, run.workspaceBytes, run.device, "workspace of cuDNN") != success) {
        return failed;
    }
    if (int status = run.check()) return status;
    return enqueue(*stream, "a convolution", [run] { return run.run(); }) == success ? done : failed;
}

}  // namespace

}  // namespace emulation::dnn

using namespace emulation;
using namespace emulation::dnn;

EXPORT int cudnnGetConvolutionForwardAlgorithm_v7(void* handle, void* input, void* filter, void* convolution, void* output,
                                                  int wanted, int* count, Offer* offers) {
    return locked([&] {
        Problem problem;
        int status = problemOf(problem, input, filter, convolution, output);
        return status != done ? status : offer(forward, handle, problem, wanted, count, offers);
    });
}

EXPORT int cudnnGetConvolutionBackwardDataAlgorithm_v7(void* handle, void* filter, void* output, void* convolution, void* input,
                                                       int wanted, int* count, Offer* offers) {
    return locked([&] {
        Problem problem;
        int status = problemOf(problem, input, filter, convolution, output);
        return status != done ? status : offer(toData, handle, problem, wanted, count, offers);
    });
}

EXPORT int cudnnGetConvolutionBackwardFilterAlgorithm_v7(void* handle, void* input, void* output, void* convolution, void* filter,
                                                         int wanted, int* count, Offer* offers) {
    return locked([&] {
        Problem problem;
        int status = problemOf(problem, input, filter, convolution, output);
        return status != done ? status : offer(toFilter, handle, problem, wanted, count, offers);
    });
}

EXPORT int cudnnGetConvolutionForwardWorkspaceSize(void*, void* input, void* filter, void* convolution, void* output, int number,
                                                   size_t* bytes) {
    return locked([&] {
        Problem problem;
        int status = problemOf(problem, input, filter, convolution, output);
        return status != done ? status : workspaceSize(forward, problem, number, bytes);
    });
}

EXPORT int cudnnGetConvolutionBackwardDataWorkspaceSize(void*, void* filter, void* output, void* convolution, void* input,
                                                        int number, size_t* bytes) {
    return locked([&] {
        Problem problem;
        int status = problemOf(problem, input, filter, convolution, output);
        return status != done ? status : workspaceSize(toData, problem, number, bytes);
    });
}

EXPORT int cudnnGetConvolutionBackwardFilterWorkspaceSize(void*, void* input, void* output, void* convolution, void* filter,
                                                          int number, size_t* bytes) {
    return locked([&] {
        Problem problem;
        int status = problemOf(problem, input, filter, convolution, output);
        return status != done ? status : workspaceSize(toFilter, problem, number, bytes);
    });
}

EXPORT int cudnnConvolutionForward(void* handle, const float* alpha, void* inputShape, const float* input, void* filterShape,
                                   const float* filter, void* convolution, int number, void* workspace, size_t workspaceBytes,
                                   const float* beta, void* outputShape, float* output) {
    return locked([&] {
        Problem problem;
        if (int status = problemOf(problem, inputShape, filterShape, convolution, outputShape)) return status;
        return start(handle, number, {problem, forward, input, filter, output, *alpha, *beta, workspace, workspaceBytes, 0});
    });
}

EXPORT int cudnnConvolutionBackwardData(void* handle, const float* alpha, void* filterShape, const float* filter,
                                        void* outputShape, const float* outputGradient, void* convolution, int number,
                                        void* workspace, size_t workspaceBytes, const float* beta, void* inputShape,
                                        float* inputGradient) {
    return locked([&] {
        Problem problem;
        if (int status = problemOf(problem, inputShape, filterShape, convolution, outputShape)) return status;
        return start(handle, number,
                     {problem, toData, filter, outputGradient, inputGradient, *alpha, *beta, workspace, workspaceBytes, 0});
    });
}

EXPORT int cudnnConvolutionBackwardFilter(void* handle, const float* alpha, void* inputShape, const float* input,
                                          void* outputShape, const float* outputGradient, void* convolution, int number,
                                          void* workspace, size_t workspaceBytes, const float* beta, void* filterShape,
                                          float* filterGradient) {
    return locked([&] {
        Problem problem;
        if (int status = problemOf(problem, inputShape, filterShape, convolution, outputShape)) return status;
        return start(handle, number,
                     {problem, toFilter, input, outputGradient, filterGradient, *alpha, *beta, workspace, workspaceBytes, 0});
    });
}
