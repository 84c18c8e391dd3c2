// Functions of single numbers.

extern "C" __global__ void fill(float *x, float value, long long count) {
    for (long long i = first_index(); i < count; i += grid_threads()) x[i] = value;
}

// x <- f(x + bias of its channel).
extern "C" __global__ void bias_activation(
        float *x, const float *bias, int hasBias, long long planes, int length, int channels, int byColumn, int function,
        float alpha) {
    for (long long plane = blockIdx.x; plane < planes; plane += gridDim.x) {
        float *own = x + plane * length;
        float shift = hasBias && !byColumn ? bias[plane % channels] : 0.0f;
        for (int j = threadIdx.x; j < length; j += blockDim.x) {
            if (hasBias && byColumn) shift = bias[j];
            own[j] = activated(own[j] + shift, function, alpha);
        }
    }
}

extern "C" __global__ void activation(const float *x, float *y, long long count, int function, float alpha) {
    for (long long i = first_index(); i < count; i += grid_threads()) y[i] = activated(x[i], function, alpha);
}

// result = gradient * f', which follows from y where fromResult, otherwise from x; "known" is that one.
extern "C" __global__ void activation_gradient(
        const float *known, const float *gradient, float *result, long long count, int function, float alpha,
        int fromResult) {
    for (long long i = first_index(); i < count; i += grid_threads()) {
        float slope = fromResult ? slope_from_result(known[i], function, alpha)
                                 : slope_from_argument(known[i], function, alpha);
        result[i] = gradient[i] * slope;
    }
}

extern "C" __global__ void add_activation(
        const float *a, const float *b, float *y, long long count, int function, float alpha) {
    for (long long i = first_index(); i < count; i += grid_threads()) y[i] = activated(a[i] + b[i], function, alpha);
}

// SplitMix64's finalizer, as in io.batchscope.data.SplitMix.
static __device__ unsigned long long mix(unsigned long long z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

// y = x * mask, the mask drawn as io.batchscope.fused.DropoutStream draws it; its own gradient, too.
extern "C" __global__ void dropout(
        const float *x, float *y, long long count, const PassValues *values, int operation, long long limit, float kept) {
    unsigned long long state = mix((unsigned long long)values->seed ^ mix((unsigned long long)operation + 1ULL));
    for (long long i = first_index(); i < count; i += grid_threads()) {
        long long bits = (long long)(mix(state + (unsigned long long)i) >> 32);
        y[i] = x[i] * (bits < limit ? kept : 0.0f);
    }
}

// Row i of x is row numbers[i] of all examples.
extern "C" __global__ void gather_rows(const float *examples, const int *numbers, float *x, long long rows, int length) {
    for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
        const float *from = examples + (long long)numbers[row] * length;
        for (int j = threadIdx.x; j < length; j += blockDim.x) x[row * length + j] = from[j];
    }
}
