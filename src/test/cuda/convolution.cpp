// Convolutions and their gradients as products of matrices: an example at a time is spread out so that each column holds what one
// place of the output sees.
#include "convolution.h"

namespace emulation::dnn {

namespace {

// Calls back with each number of the spread-out example (row: what is seen, column: place) and its place in the example, or
// a negative one in the padding.
template <class Visit>
void spread(const Problem& problem, Visit visit) {
    const Shape &input = problem.input, &filter = problem.filter, &output = problem.output;
    const Convolution& shape = problem.shape;
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

std::vector<double> numbers(const Problem& problem, const float* from, size_t count) {
    std::vector<double> result(count);
    for (size_t i = 0; i < count; i++) result[i] = problem.tensorFloat() ? tensorFloat32(from[i]) : from[i];
    return result;
}

std::vector<double> transposed(const std::vector<double>& matrix, long rows, long columns) {
    std::vector<double> result(matrix.size());
    for (long i = 0; i < rows; i++) {
        for (long j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j];
    }
    return result;
}

std::vector<double> spreadOut(const Problem& problem, const float* example) {
    std::vector<double> columns(problem.seen() * problem.places());
    spread(problem, [&](long index, long place) {
        float value = place < 0 ? 0 : example[place];
        columns[index] = problem.tensorFloat() ? tensorFloat32(value) : value;
    });
    return columns;
}

void put(const Run& run, float* to, const std::vector<double>& sums) {
    for (size_t i = 0; i < sums.size(); i++) {
        double old = run.beta == 0 ? 0 : static_cast<double>(run.beta) * to[i];
        to[i] = static_cast<float>(static_cast<double>(run.alpha) * sums[i] + old);
    }
}

void runForward(const Run& run) {
    const Problem& problem = run.problem;
    std::vector<double> filter = numbers(problem, run.second, problem.filter.size());
    size_t in = problem.input.size() / problem.input.n, out = problem.output.size() / problem.output.n;
    for (int i = 0; i < problem.input.n; i++) {
        std::vector<double> sums(out);
        addProduct(sums.data(), filter.data(), spreadOut(problem, run.first + i * in).data(), problem.filter.n, problem.places(),
                   problem.seen());
        put(run, run.result + i * out, sums);
    }
}

void runToData(const Run& run) {
    const Problem& problem = run.problem;
    std::vector<double> filter = transposed(numbers(problem, run.first, problem.filter.size()), problem.filter.n, problem.seen());
    size_t in = problem.input.size() / problem.input.n, out = problem.output.size() / problem.output.n;
    for (int i = 0; i < problem.input.n; i++) {
        std::vector<double> columns(problem.seen() * problem.places());
        addProduct(columns.data(), filter.data(), numbers(problem, run.second + i * out, out).data(), problem.seen(),
                   problem.places(), problem.filter.n);
        std::vector<double> sums(in);
        spread(problem, [&](long index, long place) {
            if (place >= 0) sums[place] += columns[index];
        });
        put(run, run.result + i * in, sums);
    }
}

void runToFilter(const Run& run) {
    const Problem& problem = run.problem;
    size_t in = problem.input.size() / problem.input.n, out = problem.output.size() / problem.output.n;
    std::vector<double> sums(problem.filter.size());
    for (int i = 0; i < problem.input.n; i++) {
        std::vector<double> places = transposed(spreadOut(problem, run.first + i * in), problem.seen(), problem.places());
        addProduct(sums.data(), numbers(problem, run.second + i * out, out).data(), places.data(), problem.filter.n, problem.seen(),
                   problem.places());
    }
    put(run, run.result, sums);
}

}  // namespace

int Problem::check() const {
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

int Run::check() const {
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

int Run::run() const {
    if (check() != done) return illegalAddress;
    if (workspaceBytes > 0) poison(workspace, workspaceBytes);
    switch (direction) {
        case forward: runForward(*this); break;
        case toData: runToData(*this); break;
        case toFilter: runToFilter(*this); break;
    }
    return success;
}

}  // namespace emulation::dnn
