// The product of matrices under cuBLAS and cuDNN.
#include "emulation.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace emulation {

// Sums in double precision, so that what is left of rounding is that of the result. Blocks keep b in the cache.
__attribute__((target_clones("avx2", "default"), optimize("O3")))
void addProduct(double* __restrict__ c, const double* __restrict__ a, const double* __restrict__ b, long m, long n, long k) {
    constexpr long rows = 4, columns = 512, depth = 64;
    for (long j0 = 0; j0 < n; j0 += columns) {
        long j1 = std::min(n, j0 + columns);
        for (long p0 = 0; p0 < k; p0 += depth) {
            long p1 = std::min(k, p0 + depth);
            long i = 0;
            for (; i + rows <= m; i += rows) {
                double *c0 = c + i * n, *c1 = c0 + n, *c2 = c1 + n, *c3 = c2 + n;
                for (long p = p0; p < p1; p++) {
                    const double* row = b + p * n;
                    double a0 = a[i * k + p], a1 = a[(i + 1) * k + p], a2 = a[(i + 2) * k + p], a3 = a[(i + 3) * k + p];
                    for (long j = j0; j < j1; j++) {
                        c0[j] += a0 * row[j];
                        c1[j] += a1 * row[j];
                        c2[j] += a2 * row[j];
                        c3[j] += a3 * row[j];
                    }
                }
            }
            for (; i < m; i++) {
                for (long p = p0; p < p1; p++) {
                    const double* row = b + p * n;
                    double factor = a[i * k + p];
                    for (long j = j0; j < j1; j++) c[i * n + j] += factor * row[j];
                }
            }
        }
    }
}

float tensorFloat32(float value) {
    if (!std::isfinite(value)) return value;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    constexpr int dropped = 13;
    bits += (1U << (dropped - 1)) - 1 + (bits >> dropped & 1);  // to the nearest, halves to even
    bits &= ~((1U << dropped) - 1);
    memcpy(&value, &bits, sizeof bits);
    return value;
}

}  // namespace emulation
