// What NVRTC knows by itself: put before the source of kernels when g++ compiles it.
#pragma once

#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

// NVRTC has no such macros: a source must say them itself.
#undef INFINITY
#undef NAN
#undef HUGE_VALF
#undef M_PI
#undef NULL

#define __CUDA_ARCH__ 900
#define __global__
#define __device__
#define __host__
#define __constant__ static const
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
// All in one section, so that the emulation finds it. It fills it with NaN before each block.
#define __shared__ static __attribute__((section("emulated_shared")))
#define __syncthreads() emulated_barrier(__LINE__)

extern "C" {
struct EmulatedDimensions {
    unsigned x, y, z;
};
EmulatedDimensions threadIdx, blockIdx, blockDim, gridDim;
void (*emulated_barrier)(int line);
extern char __start_emulated_shared[], __stop_emulated_shared[];  // from the linker
char* emulated_shared_range[] = {__start_emulated_shared, __stop_emulated_shared};
}
// So that the section exists.
__attribute__((section("emulated_shared"), used)) static int emulated_shared_exists = 1;

static const int warpSize = 32;

// Of these pairs only, as NVRTC: max(1.0f, 2) is ambiguous there.
#define EMULATED_EXTREMA(type, first, second)      \
    static inline type min(first a, second b) {    \
        return b < a ? b : a;                      \
    }                                              \
    static inline type max(first a, second b) {    \
        return a < b ? b : a;                      \
    }
EMULATED_EXTREMA(int, int, int)
EMULATED_EXTREMA(unsigned, unsigned, unsigned)
EMULATED_EXTREMA(unsigned, unsigned, int)
EMULATED_EXTREMA(unsigned, int, unsigned)
EMULATED_EXTREMA(long long, long long, long long)
EMULATED_EXTREMA(unsigned long long, unsigned long long, unsigned long long)
EMULATED_EXTREMA(float, float, float)
EMULATED_EXTREMA(double, double, double)
EMULATED_EXTREMA(double, float, double)
EMULATED_EXTREMA(double, double, float)
static inline float rsqrtf(float x) {
    return 1.0f / sqrtf(x);
}
static inline double rsqrt(double x) {
    return 1.0 / sqrt(x);
}
static inline float __int_as_float(int bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
static inline int __float_as_int(float value) {
    int bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}
static inline unsigned __float_as_uint(float value) {
    return static_cast<unsigned>(__float_as_int(value));
}
static inline float __uint_as_float(unsigned bits) {
    return __int_as_float(static_cast<int>(bits));
}
static inline float __fadd_rn(float a, float b) {
    return a + b;
}
static inline float __fmul_rn(float a, float b) {
    return a * b;
}
static inline float __fdiv_rn(float a, float b) {
    return a / b;
}
static inline float __fsqrt_rn(float x) {
    return sqrtf(x);
}
static inline float __fmaf_rn(float a, float b, float c) {
    return fmaf(a, b, c);
}

struct EmulatedKernel {
    void (*call)(void**);
    int argumentCount;
    const unsigned* argumentBytes;
    const bool* argumentIsPointer;
    int maximumThreads;
};

template <auto kernel>
struct EmulatedCall;

// Takes a kernel's arguments apart, as cuLaunchKernel gets them: an array of pointers to each.
template <class... Arguments, void (*kernel)(Arguments...)>
struct EmulatedCall<kernel> {
    template <std::size_t... Places>
    static void spread(void** arguments, std::index_sequence<Places...>) {
        kernel(*static_cast<Arguments*>(arguments[Places])...);
    }
    static void call(void** arguments) {
        spread(arguments, std::index_sequence_for<Arguments...>());
    }
    static constexpr unsigned bytes[] = {sizeof(Arguments)..., 0};
    static constexpr bool pointers[] = {std::is_pointer_v<Arguments>..., false};
    static constexpr int count = sizeof...(Arguments);
};

// The emulation appends one of these for each kernel of a source.
#define EMULATED_KERNEL(name, threads)                                                                        \
    extern "C" __attribute__((used)) const EmulatedKernel emulated_kernel_##name = {                          \
        EmulatedCall<name>::call, EmulatedCall<name>::count, EmulatedCall<name>::bytes, EmulatedCall<name>::pointers, threads}
