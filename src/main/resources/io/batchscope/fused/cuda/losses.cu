// Losses of the outputs against the labels.

static __device__ double cross_entropy(float probability, float clip) {
    float most = 1 - clip;
    float kept = probability < clip ? clip : (probability > most ? most : probability);
    return -log((double)kept);
}

// One example a block of ROW_THREADS threads: softmax of its logits; where there is a gradient to be made, that of the loss
// times the weight and labels smoothed (Szegedy et al. 2016, section 7), otherwise plain labels. Loss and hit of each example.
extern "C" __global__ void softmax_loss(
        const float *logits, const int *labels, const PassValues *values, float clip, int classes, float *probabilities,
        float *gradient, double *losses, int *hits) {
    __shared__ float largest[ROW_THREADS];
    __shared__ int places[ROW_THREADS];
    __shared__ double sums[ROW_THREADS];
    int thread = threadIdx.x;
    long long start = (long long)blockIdx.x * classes;
    float best = 0;
    int place = -1;
    float broken = 0;
    for (int i = thread; i < classes; i += ROW_THREADS) {
        float value = logits[start + i];
        if (place < 0 || value > best) {
            best = value;
            place = i;
        }
        if (value != value) broken = value;
    }
    largest[thread] = broken != broken ? broken : best;
    places[thread] = place;
    __syncthreads();
    for (int half = ROW_THREADS / 2; half > 0; half /= 2) {
        if (thread < half && places[thread + half] >= 0) {
            float other = largest[thread + half];
            bool better = other > largest[thread] || (other == largest[thread] && places[thread + half] < places[thread]);
            if (places[thread] < 0 || better || other != other) {
                largest[thread] = other;
                places[thread] = places[thread + half];
            }
        }
        __syncthreads();
    }
    float top = largest[0];
    double sum = 0;
    for (int i = thread; i < classes; i += ROW_THREADS) {
        float power = expf(logits[start + i] - top);
        probabilities[start + i] = power;
        sum += power;
    }
    sums[thread] = sum;
    __syncthreads();
    for (int half = ROW_THREADS / 2; half > 0; half /= 2) {
        if (thread < half) sums[thread] += sums[thread + half];
        __syncthreads();
    }
    float total = (float)sums[0];
    __syncthreads();
    int label = labels[blockIdx.x];
    double smoothing = gradient ? (double)values->smoothing : 0.0;
    double loss = 0;
    for (int i = thread; i < classes; i += ROW_THREADS) {
        float probability = probabilities[start + i] / total;
        probabilities[start + i] = probability;
        double share = (i == label ? 1 - smoothing : 0.0) + smoothing / classes;
        if (share > 0) loss += share * cross_entropy(probability, clip);
        if (gradient) gradient[start + i] = values->weight * (float)(probability - share);
    }
    sums[thread] = loss;
    __syncthreads();
    for (int half = ROW_THREADS / 2; half > 0; half /= 2) {
        if (thread < half) sums[thread] += sums[thread + half];
        __syncthreads();
    }
    if (thread == 0) {
        losses[blockIdx.x] = sums[0];
        hits[blockIdx.x] = places[0] == label ? 1 : 0;
    }
}

// (y - target)^2, the mean over the outputs of each example.
extern "C" __global__ void squared_loss(
        const float *y, const float *targets, const PassValues *values, int outputs, long long rows, float *gradient,
        double *losses, int *hits) {
    for (long long row = first_index(); row < rows; row += grid_threads()) {
        double loss = 0;
        for (int i = 0; i < outputs; i++) {
            float residual = y[row * outputs + i] - targets[row];
            loss += (double)residual * residual / outputs;
            if (gradient) gradient[row * outputs + i] = 2 * values->weight * residual / outputs;
        }
        losses[row] = loss;
        hits[row] = 0;
    }
}

// Sums of every THREADS-th example's loss and hits; the host adds the THREADS sums. One block.
extern "C" __global__ void sum_losses(const double *losses, const int *hits, long long rows, double *lossSums, int *hitSums) {
    double loss = 0;
    int hit = 0;
    for (long long row = threadIdx.x; row < rows; row += THREADS) {
        loss += losses[row];
        hit += hits[row];
    }
    lossSums[threadIdx.x] = loss;
    hitSums[threadIdx.x] = hit;
}
