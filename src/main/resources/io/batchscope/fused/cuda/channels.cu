// Sums over channels, and batch normalization.

// The sum over the block's threads, in a fixed order; the first thread has it.
static __device__ float block_sum(float own) {
    __shared__ float sums[THREADS];
    __syncthreads();
    sums[threadIdx.x] = own;
    __syncthreads();
    for (int half = THREADS / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
        __syncthreads();
    }
    return sums[0];
}

// Walks over the numbers of one channel in a slice of the examples, THREADS apart.
struct ChannelWalk {
    long long example, end;
    int offset, channel, channels, inner;
};

static __device__ ChannelWalk walk(int channel, int channels, int inner, long long from, long long to) {
    ChannelWalk w = {from + threadIdx.x / inner, to, (int)threadIdx.x % inner, channel, channels, inner};
    return w;
}

static __device__ bool is_inside(const ChannelWalk *w) { return w->example < w->end; }

static __device__ long long place(const ChannelWalk *w) {
    return (w->example * w->channels + w->channel) * w->inner + w->offset;
}

static __device__ void advance(ChannelWalk *w) {
    w->example += THREADS / w->inner;
    w->offset += THREADS % w->inner;
    if (w->offset >= w->inner) {
        w->offset -= w->inner;
        w->example++;
    }
}

static __device__ long long slice_end(long long from, long long rowsPerSlice, long long rows) {
    return from + rowsPerSlice < rows ? from + rowsPerSlice : rows;
}

// Per channel, sum of x over a slice of the examples. Grid: (channels, slices). partial: [slices, channels].
extern "C" __global__ void channel_sums(
        const float *x, float *partial, long long rows, int channels, int inner, long long rowsPerSlice) {
    long long from = (long long)blockIdx.y * rowsPerSlice;
    float sum = 0;
    for (ChannelWalk w = walk(blockIdx.x, channels, inner, from, slice_end(from, rowsPerSlice, rows)); is_inside(&w);
         advance(&w))
        sum += x[place(&w)];
    sum = block_sum(sum);
    if (threadIdx.x == 0) partial[(long long)blockIdx.y * channels + blockIdx.x] = sum;
}

extern "C" __global__ void sum_slices(const float *partial, float *sums, int channels, int slices) {
    for (long long channel = first_index(); channel < channels; channel += grid_threads()) {
        float sum = 0;
        for (int slice = 0; slice < slices; slice++) sum += partial[(long long)slice * channels + channel];
        sums[channel] = sum;
    }
}

// result = x[count ... 2 count - 1].
extern "C" __global__ void second_half(const float *x, float *result, int count) {
    for (long long i = first_index(); i < count; i += grid_threads()) result[i] = x[count + i];
}

// Per channel and slice, mean and sum of squared deviations from that mean, about the slice's first number: what is far from
// 0 loses nothing. Grid: (channels, slices). partial: [slices, 2, channels].
extern "C" __global__ void channel_moments(
        const float *x, float *partial, long long rows, int channels, int inner, long long rowsPerSlice) {
    long long from = (long long)blockIdx.y * rowsPerSlice;
    long long to = slice_end(from, rowsPerSlice, rows);
    float pivot = x[(from * channels + blockIdx.x) * inner];
    float sum = 0;
    float squares = 0;
    for (ChannelWalk w = walk(blockIdx.x, channels, inner, from, to); is_inside(&w); advance(&w)) {
        float d = x[place(&w)] - pivot;
        sum += d;
        squares += d * d;
    }
    sum = block_sum(sum);
    squares = block_sum(squares);
    if (threadIdx.x == 0) {
        float *own = partial + 2LL * blockIdx.y * channels + blockIdx.x;
        double offset = (double)sum / ((to - from) * inner);
        double rest = squares - offset * sum;
        own[0] = (float)(pivot + offset);
        own[channels] = (float)(rest > 0 ? rest : (rest <= 0 ? 0 : rest));
    }
}

// Mean and variance (over n) of each channel from its slices (Chan, Golub and LeVeque 1983).
extern "C" __global__ void finish_moments(
        const float *partial, float *mean, float *variance, long long rows, int channels, int inner,
        long long rowsPerSlice, int slices) {
    for (long long channel = first_index(); channel < channels; channel += grid_threads()) {
        double count = 0;
        double average = 0;
        double squares = 0;
        for (int slice = 0; slice < slices; slice++) {
            long long from = slice * rowsPerSlice;
            long long to = slice_end(from, rowsPerSlice, rows);
            double more = (double)(to - from) * inner;
            const float *own = partial + 2LL * slice * channels + channel;
            double difference = own[0] - average;
            average += difference * more / (count + more);
            squares += own[channels] + difference * difference * count * more / (count + more);
            count += more;
        }
        mean[channel] = (float)average;
        variance[channel] = (float)(squares / count);
    }
}

// Running statistics as variances: themselves, or from log10 of standard deviations.
extern "C" __global__ void running_variance(const float *stored, float *variance, int channels, int logarithmic) {
    for (long long channel = first_index(); channel < channels; channel += grid_threads())
        variance[channel] = logarithmic ? (float)pow(10.0, 2.0 * stored[channel]) : stored[channel];
}

// What a normalization does to the numbers of one channel. A null gamma or beta is the fixed number.
struct Normalization {
    const float *mean, *variance, *gamma, *beta;
    float fixedGamma, fixedBeta, epsilon;
    int rectify;
};

struct ChannelScale {
    float mean, inverse, gamma, beta;
};

static __device__ ChannelScale scale_of(Normalization n, int channel) {
    ChannelScale scale = {
            n.mean[channel], 1.0f / sqrtf(n.variance[channel] + n.epsilon), n.gamma ? n.gamma[channel] : n.fixedGamma,
            n.beta ? n.beta[channel] : n.fixedBeta};
    return scale;
}

static __device__ float normalized(float x, ChannelScale scale) { return (x - scale.mean) * scale.inverse; }

// y = gamma * normalized x + beta, then the rectifier where asked.
extern "C" __global__ void normalization(
        const float *x, float *y, Normalization n, long long planes, int length, int channels, int byColumn) {
    for (long long plane = blockIdx.x; plane < planes; plane += gridDim.x) {
        ChannelScale scale = scale_of(n, byColumn ? 0 : (int)(plane % channels));
        for (int j = threadIdx.x; j < length; j += blockDim.x) {
            if (byColumn) scale = scale_of(n, j);
            long long i = plane * length + j;
            float value = fmaf(scale.gamma, normalized(x[i], scale), scale.beta);
            y[i] = n.rectify ? rectified(value, 0) : value;
        }
    }
}

// The gradient that arrives at a normalization's result, through the rectifier where there is one, whose argument is computed
// again bit by bit.
static __device__ float behind_rectifier(float gradient, float unit, ChannelScale scale, int rectify) {
    if (!rectify) return gradient;
    float value = fmaf(scale.gamma, unit, scale.beta);
    return value > 0 ? gradient : (value <= 0 ? 0.0f : value);
}

// Per channel and slice the sums of the gradient and of gradient * normalized x. Grid: (channels, slices).
// partial: [slices, 2, channels].
extern "C" __global__ void normalization_sums(
        const float *x, const float *gradient, float *partial, Normalization n, long long rows, int channels, int inner,
        long long rowsPerSlice) {
    ChannelScale scale = scale_of(n, blockIdx.x);
    long long from = (long long)blockIdx.y * rowsPerSlice;
    float sum = 0;
    float products = 0;
    for (ChannelWalk w = walk(blockIdx.x, channels, inner, from, slice_end(from, rowsPerSlice, rows)); is_inside(&w);
         advance(&w)) {
        float unit = normalized(x[place(&w)], scale);
        float own = behind_rectifier(gradient[place(&w)], unit, scale, n.rectify);
        sum += own;
        products += own * unit;
    }
    sum = block_sum(sum);
    products = block_sum(products);
    if (threadIdx.x == 0) {
        float *own = partial + 2LL * blockIdx.y * channels + blockIdx.x;
        own[0] = sum;
        own[channels] = products;
    }
}

// Ioffe and Szegedy 2015, section 3: dx = gamma / sqrt(variance + epsilon) * (dy - mean(dy) - x' mean(dy x')).
// sums: [2, channels]; share: 1 / (numbers of a channel).
extern "C" __global__ void normalization_gradient(
        const float *x, const float *gradient, float *result, const float *sums, Normalization n, float share,
        long long planes, int length, int channels, int byColumn) {
    for (long long plane = blockIdx.x; plane < planes; plane += gridDim.x) {
        int channel = byColumn ? 0 : (int)(plane % channels);
        ChannelScale scale = scale_of(n, channel);
        for (int j = threadIdx.x; j < length; j += blockDim.x) {
            if (byColumn) {
                channel = j;
                scale = scale_of(n, j);
            }
            long long i = plane * length + j;
            float unit = normalized(x[i], scale);
            float own = behind_rectifier(gradient[i], unit, scale, n.rectify);
            float centred = own - share * sums[channel] - unit * (share * sums[channels + channel]);
            result[i] = scale.gamma * scale.inverse * centred;
        }
    }
}

// What is to be subtracted from the running statistics, once per example; see io.batchscope.fused.Statistics.
extern "C" __global__ void statistics(
        const float *mean, const float *variance, const float *runningMean, const float *runningVariance,
        float *meanChange, float *varianceChange, int channels, int rows, float decay, int logarithmic,
        const PassValues *values) {
    float factor = values->weight * rows;
    for (long long i = first_index(); i < channels; i += grid_threads()) {
        meanChange[i] = factor * ((1 - decay) * (runningMean[i] - mean[i]));
        if (logarithmic) {
            double now = pow(10.0, 2.0 * runningVariance[i]);
            varianceChange[i] =
                    factor * (float)(0.5 * log10(now / (decay * now + (1.0 - decay) * variance[i])));
        } else {
            varianceChange[i] = factor * ((1 - decay) * (runningVariance[i] - variance[i]));
        }
    }
}
