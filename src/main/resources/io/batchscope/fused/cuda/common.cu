// The kernels of the CUDA replica: this file and, after it, elementwise.cu, pooling.cu, channels.cu and losses.cu are one
// source, which NVRTC compiles for the device that is there.
//
// Dialect: one-dimensional blocks of THREADS threads unless said otherwise, static shared memory, barriers of whole blocks.
// No atomics and a fixed order of every sum: the same numbers give the same bits. Products that are added are written as
// fma() where two kernels must agree on every bit. Images are [example, channel, row, column]; "inner" is how many numbers a
// channel of one example has, 1 for rows of features.
//
// Numbers that are handled channel by channel come as planes, one after the other by a block: the numbers of one channel of
// one example, or, for rows of features ("byColumn"), one example, in which the column is the channel. So no thread divides.

#define THREADS 256
#define ROW_THREADS 32

#define RECTIFIER 0
#define TANH 1
#define LOGISTIC 2
#define EXPONENTIAL_LINEAR 3
#define SOFTPLUS 4
#define SWISH 5
#define NO_FUNCTION 6

// What changes from pass to pass; uploaded before each.
struct PassValues {
    long long seed;
    float weight;
    float smoothing;
};

static __device__ long long first_index() { return (long long)blockIdx.x * blockDim.x + threadIdx.x; }

static __device__ long long grid_threads() { return (long long)gridDim.x * blockDim.x; }

static __device__ float logistic(float x) { return 1.0f / (1.0f + expf(-x)); }

// NaN stays NaN, unlike with fmaxf.
static __device__ float rectified(float x, float alpha) {
    if (x > 0) return x;
    return x <= 0 ? (alpha == 0 ? 0.0f : alpha * x) : x;
}

static __device__ float activated(float x, int function, float alpha) {
    switch (function) {
        case RECTIFIER: return rectified(x, alpha);
        case TANH: return tanhf(x);
        case LOGISTIC: return logistic(x);
        case EXPONENTIAL_LINEAR: return x > 0 ? x : alpha * expm1f(x);
        case SOFTPLUS: return x > 0 ? x + log1pf(expf(-x)) : log1pf(expf(x));
        case SWISH: return x * logistic(x);
        default: return x;
    }
}

// f'(x) from y = f(x).
static __device__ float slope_from_result(float y, int function, float alpha) {
    switch (function) {
        case RECTIFIER: return y > 0 ? 1.0f : (y <= 0 ? alpha : y);
        case TANH: return 1.0f - y * y;
        case LOGISTIC: return y * (1.0f - y);
        case EXPONENTIAL_LINEAR: return y > 0 ? 1.0f : y + alpha;
        default: return 1.0f;
    }
}

// f'(x) from x.
static __device__ float slope_from_argument(float x, int function, float alpha) {
    float s;
    switch (function) {
        case RECTIFIER: return x > 0 ? 1.0f : (x <= 0 ? alpha : x);
        case TANH: s = tanhf(x); return 1.0f - s * s;
        case LOGISTIC: s = logistic(x); return s * (1.0f - s);
        case EXPONENTIAL_LINEAR: return x > 0 ? 1.0f : alpha * expf(x);
        case SOFTPLUS: return logistic(x);
        case SWISH: s = logistic(x); return s * (1.0f + x * (1.0f - s));
        default: return 1.0f;
    }
}
