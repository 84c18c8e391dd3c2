// A convolution as cuDNN is asked for it.
#pragma once

#include "descriptors.h"

namespace emulation::dnn {

enum Direction { forward, toData, toFilter };

struct Problem {
    Shape input, filter, output;
    Convolution shape;

    long places() const {
        return 1L * output.h * output.w;
    }
    // How many numbers a place of the output sees.
    long seen() const {
        return 1L * filter.c * filter.h * filter.w;
    }
    bool tensorFloat() const {
        // On Ampere and later cuDNN's default allows TF32; only FMA forbids it.
        return shape.mathType != fmaMath;
    }
    // Complains unless the shapes fit.
    int check() const;
};

struct Run {
    Problem problem;
    Direction direction;
    const float *first, *second;  // forward: input, filter; to data: filter, output's gradient; to filter: input, output's gradient
    float* result;
    float alpha, beta;
    void* workspace;
    size_t workspaceBytes;
    int device;

    // Complains unless all memory is the device's.
    int check() const;
    int run() const;
};

}  // namespace emulation::dnn
