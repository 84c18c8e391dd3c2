// cuBLAS: products of matrices in column-major order.
#include "emulation.h"

#include <algorithm>

namespace emulation {

namespace {

constexpr int done = 0;
constexpr int notReadyHandle = 1;
constexpr int badValue = 7;
constexpr int failed = 13;
constexpr int unsupported = 15;
enum Operation { plain = 0, transposed = 1 };
enum MathMode { defaultMath = 0, pedanticMath = 2, tensorFloatMath = 3 };

struct Handle {
    int device;
    void* stream = nullptr;
    int mathMode = defaultMath;
    void* workspace = nullptr;
    size_t workspaceBytes = 0;
};

std::set<Handle*>& handles() {
    static auto* all = new std::set<Handle*>;
    return *all;
}

// Runs a body with the handle's state; complains of handles of other devices.
int withHandle(void* pointer, const char* function, const std::function<int(Handle&)>& body) {
    int status = failed;
    int code = call([&] {
        auto* handle = static_cast<Handle*>(pointer);
        if (handles().count(handle) == 0) {
            status = fail(notReadyHandle, "%s: no such handle", function);
        } else if (handle->device != currentDevice()) {
            status = fail(failed, "%s: handle of device %d while %d is current", function, handle->device, currentDevice());
        } else {
            status = body(*handle);
        }
        return success;
    });
    return code == success ? status : failed;
}

// A matrix as cuBLAS is given it: columns of `rows` numbers, `leading` apart.
struct Matrix {
    const float* data;
    long rows, columns, leading;

    size_t bytes() const {
        return rows == 0 || columns == 0 ? 0 : ((columns - 1) * leading + rows) * sizeof(float);
    }
};

struct Gemm {
    int device, operationA, operationB;
    long m, n, k;
    float alpha, beta;
    Matrix a, b, c;
    bool tensorFloat;
    void* workspace;
    size_t workspaceBytes;

    int check() const {
        if (c.bytes() > 0 && checkDeviceRange(c.data, c.bytes(), device, "C of a gemm") != success) return failed;
        if (k == 0 || alpha == 0) return done;
        if (a.bytes() > 0 && checkDeviceRange(a.data, a.bytes(), device, "A of a gemm") != success) return failed;
        if (b.bytes() > 0 && checkDeviceRange(b.data, b.bytes(), device, "B of a gemm") != success) return failed;
        return done;
    }

    // Row by row in double precision, of the transposed of what op gives: that is what columns are in memory.
    std::vector<double> packed(const Matrix& matrix, bool flip) const {
        long rows = flip ? matrix.rows : matrix.columns;
        long columns = flip ? matrix.columns : matrix.rows;
        std::vector<double> result(rows * columns);
        for (long i = 0; i < rows; i++) {
            for (long j = 0; j < columns; j++) {
                float value = flip ? matrix.data[j * matrix.leading + i] : matrix.data[i * matrix.leading + j];
                result[i * columns + j] = tensorFloat ? tensorFloat32(value) : value;
            }
        }
        return result;
    }

    // Its ends are enough to be noticed; all of it would cost more than the product.
    void scribble() const {
        size_t bytes = std::min(workspaceBytes, size_t{16384});
        if (bytes == 0) return;
        poison(workspace, bytes);
        poison(static_cast<char*>(workspace) + workspaceBytes - bytes, bytes);
    }

    int run() const {
        if (check() != done) return illegalAddress;
        // cuBLAS may use all of it at any product, so nothing else may lie there.
        scribble();
        std::vector<double> sum(m * n);
        if (k > 0 && alpha != 0) {
            addProduct(sum.data(), packed(b, operationB != plain).data(), packed(a, operationA != plain).data(), n, m, k);
        }
        auto* out = const_cast<float*>(c.data);
        for (long j = 0; j < n; j++) {
            for (long i = 0; i < m; i++) {
                float& cell = out[j * c.leading + i];
                // With beta 0, C need not be numbers.
                double old = beta == 0 ? 0 : static_cast<double>(beta) * cell;
                cell = static_cast<float>(static_cast<double>(alpha) * sum[j * m + i] + old);
            }
        }
        return success;
    }
};

int gemm(Handle& handle, Gemm product) {
    auto valid = [](const Matrix& matrix) { return matrix.leading >= std::max(1L, matrix.rows); };
    if (product.m < 0 || product.n < 0 || product.k < 0 || !valid(product.a) || !valid(product.b) || !valid(product.c)) {
        return fail(badValue, "cublasSgemm: %ld·%ld·%ld with leading dimensions %ld, %ld, %ld", product.m, product.n, product.k,
                    product.a.leading, product.b.leading, product.c.leading);
    }
    if (product.m == 0 || product.n == 0) return done;
    Stream* stream = streamOf(handle.stream);
    if (stream == nullptr) return fail(failed, "cublasSgemm: the handle's stream is no more");
    if (int status = product.check()) return status;
    if (handle.workspace != nullptr
        && checkDeviceRange(handle.workspace, handle.workspaceBytes, handle.device, "workspace of cuBLAS") != success) {
        return failed;
    }
    return enqueue(*stream, "a gemm", [product] { return product.run(); }) == success ? done : failed;
}

}  // namespace

}  // namespace emulation

using namespace emulation;

EXPORT int cublasCreate_v2(void** handle) {
    int code = call([&] {
        makeContext();
        if (int refused = refuseInCapture("cublasCreate")) return refused;
        auto* made = new Handle{currentDevice()};
        handles().insert(made);
        *handle = made;
        return success;
    });
    return code == success ? done : notReadyHandle;
}

EXPORT int cublasDestroy_v2(void* handle) {
    return withHandle(handle, "cublasDestroy", [](Handle& known) {
        // As CUDA does.
        finishDevice(known.device);
        handles().erase(&known);
        delete &known;
        return done;
    });
}

EXPORT int cublasSetStream_v2(void* handle, void* stream) {
    return withHandle(handle, "cublasSetStream", [&](Handle& known) {
        Stream* found = streamOf(stream);
        if (found == nullptr || found->device != known.device) {
            return fail(badValue, "cublasSetStream: no stream of device %d", known.device);
        }
        known.stream = stream;
        // So does cuBLAS: a workspace must be set after the stream.
        known.workspace = nullptr;
        known.workspaceBytes = 0;
        return done;
    });
}

EXPORT int cublasSetMathMode(void* handle, int mode) {
    return withHandle(handle, "cublasSetMathMode", [&](Handle& known) {
        if (mode != defaultMath && mode != pedanticMath && mode != tensorFloatMath) {
            return fail(unsupported, "cublasSetMathMode: mode %d is not emulated", mode);
        }
        known.mathMode = mode;
        return done;
    });
}

EXPORT int cublasSetAtomicsMode(void* handle, int) {
    return withHandle(handle, "cublasSetAtomicsMode", [](Handle&) { return done; });
}

EXPORT int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
    return withHandle(handle, "cublasSetWorkspace", [&](Handle& known) {
        if (reinterpret_cast<uintptr_t>(workspace) % 256 != 0) return fail(badValue, "cublasSetWorkspace: not aligned to 256 bytes");
        if (bytes > 0 && checkDeviceRange(workspace, bytes, known.device, "workspace of cuBLAS") != success) {
            return badValue;
        }
        known.workspace = workspace;
        known.workspaceBytes = bytes;
        return done;
    });
}

EXPORT int cublasGetVersion_v2(void*, int* version) {
    *version = 130200;
    return done;
}

EXPORT const char* cublasGetStatusString(int status) {
    switch (status) {
        case done: return "success";
        case notReadyHandle: return "the library was not initialized";
        case badValue: return "an unsupported value or parameter was passed to the function";
        case failed: return "the GPU program failed to execute";
        case unsupported: return "the functionality requested is not supported";
        default: return "unknown status";
    }
}

EXPORT int cublasSgemm_v2(void* handle, int operationA, int operationB, int m, int n, int k, const float* alpha, const float* a,
                          int leadingA, const float* b, int leadingB, const float* beta, float* c, int leadingC) {
    return withHandle(handle, "cublasSgemm", [&](Handle& known) {
        bool flipA = operationA != plain, flipB = operationB != plain;
        if (operationA < 0 || operationA > 2 || operationB < 0 || operationB > 2 || alpha == nullptr || beta == nullptr) {
            return badValue;
        }
        Matrix matrixA{a, flipA ? k : m, flipA ? m : k, leadingA};
        Matrix matrixB{b, flipB ? n : k, flipB ? k : n, leadingB};
        Matrix matrixC{c, m, n, leadingC};
        return gemm(known, {known.device, operationA, operationB, m, n, k, *alpha, *beta, matrixA, matrixB, matrixC,
                            known.mathMode == tensorFloatMath, known.workspace, known.workspaceBytes});
    });
}
