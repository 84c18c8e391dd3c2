// cuDNN's handles and descriptors.
#pragma once

#include "emulation.h"

namespace emulation::dnn {

constexpr int done = 0;
constexpr int notReadyHandle = 1001;
constexpr int badParameter = 2000;
constexpr int unsupported = 3000;
constexpr int failed = 5000;

struct Handle {
    int device;
    void* stream = nullptr;
};

// Of a tensor: examples, channels, rows, columns. Of filters: outputs, inputs, rows, columns.
struct Shape {
    int n = 0, c = 0, h = 0, w = 0;

    size_t size() const {
        return 1UL * n * c * h * w;
    }
    bool operator==(const Shape& other) const {
        return n == other.n && c == other.c && h == other.h && w == other.w;
    }
};

constexpr int defaultMath = 0;
constexpr int fmaMath = 3;

struct Convolution {
    int padRows = 0, padColumns = 0, strideRows = 0, strideColumns = 0, dilationRows = 0, dilationColumns = 0;
    int mathType = defaultMath;
};

// Runs a body as call() does; its own status, or failed.
int locked(const std::function<int()>& body);

// Null: none such.
Handle* handleOf(void* pointer);
const Shape* tensorOf(void* pointer);
const Shape* filterOf(void* pointer);
const Convolution* convolutionOf(void* pointer);

}  // namespace emulation::dnn
