// cuDNN's convolution and its gradients, as products of matrices: an example at a time is spread out so that each column holds
// what one place of the output sees.
#include "descriptors.h"

#include <algorithm>

namespace emulation::dnn {

namespace {

// What an algorithm of cuDNN's lists promises. The first offered is what a caller must not take blindly.
struct Algorithm {
    int number;
    bool deterministic;
    bool works;
    int workspaceShare;  // of the spread-out example, per thousand
};

enum Direction { forward, toData, toFilter };

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

struct Problem {
    Shape input, filter, output;
    Convolution shape;

    long places() const {
        return 1L * output.h * output.w;
    }
    long seen() const {
        return 1L * filter.c * filter.h * filter.w;
    }
    bool tensorFloat() const {
        // On Ampere and later cuDNN's default allows TF32; only FMA forbids it.
        return shape.mathType != fmaMath;
    }

    int check() const {
        auto size = [](int in, int pad, int window, int dilation, int stride) {
            return (in + 2 * pad - (window - 1) * dilation - 1) / stride + 1;
        };
        Shape expected{input.n, filter.n, size(input.h, shape.padRows, filter.h, shape.dilationRows, shape.strideRows),
                       size(input.w, shape.padColumns, filter.w, shape.dilationColumns, shape.strideColumns)};
        if (filter.c != input.c || !(expected == output)) {
            return fail(badParameter, "a convolution of %d·%d·%d·%d by %d·%d·%d·%d gives %d·%d·%d·%d, not %d·%d·%d·%d", input.n,
                        input.c, input.h, input.w, filter.n, filter.c, filter.h, filter.w, expected.n, expected.c, expected.h,
                        expected.w, output.n, output.c, output.h, output.w);
        }
        return done;
    }

    size_t workspaceBytes(const Algorithm& algorithm) const {
        return places() * seen() * sizeof(float) * algorithm.workspaceShare / 1000;
    }

    // Calls back with each number of the spread-out example (row: what is seen, column: place) and its place in the example, or
    // a negative one in the padding.
    template <class Visit>
    void spread(Visit visit) const {
        long index = 0;
        for (int c = 0; c < filter.c; c++) {
            for (int i = 0; i < filter.h; i++) {
                for (int j = 0; j < filter.w; j++) {
                    for (int y = 0; y < output.h; y++) {
                        int row = y * shape.strideRows - shape.padRows + i * shape.dilationRows;
                        bool rowInside = row >= 0 && row < input.h;
                        for (int x = 0; x < output.w; x++, index++) {
                            int column = x * shape.strideColumns - shape.padColumns + j * shape.dilationColumns;
                            bool inside = rowInside && column >= 0 && column < input.w;
                            visit(index, inside ? (1L * c * input.h + row) * input.w + column : -1L);
                        }
                    }
                }
            }
        }
    }

    std::vector<double> numbers(const float* from, size_t count) const {
        std::vector<double> result(count);
        for (size_t i = 0; i < count; i++) result[i] = tensorFloat() ? tensorFloat32(from[i]) : from[i];
        return result;
    }
};

std::vector<double> transposed(const std::vector<double>& matrix, long rows, long columns) {
    std::vector<double> result(matrix.size());
    for (long i = 0; i < rows; i++) {
        for (long j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j];
    }
    return result;
}

struct Run {
    Problem problem;
    Direction direction;
    const float *first, *second;  // forward: input, filter; to data: filter, output's gradient; to filter: input, output's gradient
    float* result;
    float alpha, beta;
    void* workspace;
    size_t workspaceBytes;
    int device;

    int check() const {
        size_t sizes[] = {problem.input.size(), problem.filter.size(), problem.output.size()};
        int firstSize = direction == toData ? 1 : 0;
        int secondSize = direction == forward ? 1 : 2;
        int resultSize = direction == forward ? 2 : direction == toData ? 0 : 1;
        auto inside = [&](const float* data, int size, const char* what) {
            return checkDeviceRange(data, sizes[size] * sizeof(float), device, what) == success;
        };
        return inside(first, firstSize, "first factor of a convolution")
                               && inside(second, secondSize, "second factor of a convolution")
                               && inside(result, resultSize, "result of a convolution")
                       ? done
                       : failed;
    }

    void put(float* to, const std::vector<double>& sums) const {
        for (size_t i = 0; i < sums.size(); i++) {
            double old = beta == 0 ? 0 : static_cast<double>(beta) * to[i];
            to[i] = static_cast<float>(static_cast<double>(alpha) * sums[i] + old);
        }
    }

    std::vector<double> spreadOut(const float* example) const {
        std::vector<double> columns(problem.seen() * problem.places());
        problem.spread([&](long index, long place) {
            float value = place < 0 ? 0 : example[place];
            columns[index] = problem.tensorFloat() ? tensorFloat32(value) : value;
        });
        return columns;
    }

    void runForward() const {
        std::vector<double> filter = problem.numbers(second, problem.filter.size());
        size_t in = problem.input.size() / problem.input.n, out = problem.output.size() / problem.output.n;
        for (int i = 0; i < problem.input.n; i++) {
            std::vector<double> sums(out);
            addProduct(sums.data(), filter.data(), spreadOut(first + i * in).data(), problem.filter.n, problem.places(),
                       problem.seen());
            put(result + i * out, sums);
        }
    }

    void runToData() const {
        std::vector<double> filter = transposed(problem.numbers(first, problem.filter.size()), problem.filter.n, problem.seen());
        size_t in = problem.input.size() / problem.input.n, out = problem.output.size() / problem.output.n;
        for (int i = 0; i < problem.input.n; i++) {
            std::vector<double> columns(problem.seen() * problem.places());
            addProduct(columns.data(), filter.data(), problem.numbers(second + i * out, out).data(), problem.seen(),
                       problem.places(), problem.filter.n);
            std::vector<double> sums(in);
            problem.spread([&](long index, long place) {
                if (place >= 0) sums[place] += columns[index];
            });
            put(result + i * in, sums);
        }
    }

    void runToFilter() const {
        size_t in = problem.input.size() / problem.input.n, out = problem.output.size() / problem.output.n;
        std::vector<double> sums(problem.filter.size());
        for (int i = 0; i < problem.input.n; i++) {
            std::vector<double> places = transposed(spreadOut(first + i * in), problem.seen(), problem.places());
            addProduct(sums.data(), problem.numbers(second + i * out, out).data(), places.data(), problem.filter.n, problem.seen(),
                       problem.places());
        }
        put(result, sums);
    }

    int run() const {
        if (check() != done) return illegalAddress;
        if (workspaceBytes > 0) poison(workspace, workspaceBytes);
        switch (direction) {
            case forward: runForward(); break;
            case toData: runToData(); break;
            case toFilter: runToFilter(); break;
        }
        return success;
    }
};

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
        size_t bytes = problem.workspaceBytes(algorithm);
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
    *bytes = problem.workspaceBytes(*algorithm);
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
    size_t needed = run.problem.workspaceBytes(*algorithm);
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

// One at a time, as all of CUDA here.
int locked(const std::function<int()>& body) {
    int status = failed;
    int code = call([&] {
        status = body();
        return success;
    });
    return code == success ? status : failed;
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
