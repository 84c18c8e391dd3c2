// Windows of images: frames, maxima and averages.

#define MAXIMUM 0
#define AVERAGE_WITH_PADDING 1
#define AVERAGE_WITHOUT_PADDING 2

// How a pooling window moves; in Java: PoolingOnDevice.
struct PoolingShape {
    int kind, height, width, outHeight, outWidth;
    int kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft;
};

// Copies an image into a frame: result[r, c] = x[r - top, c - left], zeros outside. Negative top and left cut instead.
extern "C" __global__ void frame(
        const float *x, float *result, long long images, int height, int width, int outHeight, int outWidth, int top,
        int left) {
    for (long long image = blockIdx.x; image < images; image += gridDim.x) {
        for (int j = threadIdx.x; j < outHeight * outWidth; j += blockDim.x) {
            int column = j % outWidth - left;
            int row = j / outWidth - top;
            bool inside = row >= 0 && row < height && column >= 0 && column < width;
            result[image * outHeight * outWidth + j] =
                    inside ? x[(image * height + row) * width + column] : 0.0f;
        }
    }
}

// Takes one window of an image: its result goes to y; for a maximum, where it stood (-1: nowhere) to place.
static __device__ void take_window(const float *image, int top, int left, PoolingShape shape, float *y, int *place) {
    float best = 0;
    float sum = 0;
    int at = -1;
    int inside = 0;
    for (int r = 0; r < shape.kernelHeight; r++) {
        int row = top + r * shape.dilationHeight;
        if (row < 0 || row >= shape.height) continue;
        for (int c = 0; c < shape.kernelWidth; c++) {
            int column = left + c * shape.dilationWidth;
            if (column < 0 || column >= shape.width) continue;
            float value = image[row * shape.width + column];
            // A NaN must not get lost in a comparison.
            if (at < 0 || value > best || value != value) {
                best = value;
                at = row * shape.width + column;
            }
            sum += value;
            inside++;
        }
    }
    if (shape.kind == MAXIMUM) {
        *y = best;
        *place = at;
    } else {
        int size = shape.kind == AVERAGE_WITH_PADDING ? shape.kernelHeight * shape.kernelWidth : inside;
        *y = size == 0 ? 0.0f : sum / size;
    }
}

// One image (of one channel) a block. Only a maximum has places.
extern "C" __global__ void pooling(const float *x, float *y, int *places, long long images, PoolingShape shape) {
    int size = shape.outHeight * shape.outWidth;
    for (long long image = blockIdx.x; image < images; image += gridDim.x) {
        for (int j = threadIdx.x; j < size; j += blockDim.x) {
            long long i = image * size + j;
            take_window(
                    x + image * shape.height * shape.width, j / shape.outWidth * shape.strideHeight - shape.padTop,
                    j % shape.outWidth * shape.strideWidth - shape.padLeft, shape, y + i,
                    shape.kind == MAXIMUM ? places + i : 0);
        }
    }
}

// How many numbers of an image a window holds.
static __device__ int window_size(int top, int left, PoolingShape shape) {
    int rows = 0;
    int columns = 0;
    for (int r = 0; r < shape.kernelHeight; r++) {
        int row = top + r * shape.dilationHeight;
        if (row >= 0 && row < shape.height) rows++;
    }
    for (int c = 0; c < shape.kernelWidth; c++) {
        int column = left + c * shape.dilationWidth;
        if (column >= 0 && column < shape.width) columns++;
    }
    return rows * columns;
}

// The gradient at one place of an image, gathered from the windows that hold it: no atomics, a fixed order.
static __device__ float gather(const float *gradient, const int *places, int row, int column, PoolingShape shape) {
    float sum = 0;
    for (int r = 0; r < shape.kernelHeight; r++) {
        int top = row + shape.padTop - r * shape.dilationHeight;
        int outRow = top / shape.strideHeight;
        if (top < 0 || top % shape.strideHeight != 0 || outRow >= shape.outHeight) continue;
        for (int c = 0; c < shape.kernelWidth; c++) {
            int left = column + shape.padLeft - c * shape.dilationWidth;
            int outColumn = left / shape.strideWidth;
            if (left < 0 || left % shape.strideWidth != 0 || outColumn >= shape.outWidth) continue;
            int window = outRow * shape.outWidth + outColumn;
            if (shape.kind == MAXIMUM) {
                if (places[window] == row * shape.width + column) sum += gradient[window];
            } else if (shape.kind == AVERAGE_WITH_PADDING) {
                sum += gradient[window] / (shape.kernelHeight * shape.kernelWidth);
            } else {
                sum += gradient[window] / window_size(top - shape.padTop, left - shape.padLeft, shape);
            }
        }
    }
    return sum;
}

extern "C" __global__ void pooling_gradient(
        const float *gradient, const int *places, float *result, long long images, PoolingShape shape) {
    int size = shape.height * shape.width;
    int outSize = shape.outHeight * shape.outWidth;
    for (long long image = blockIdx.x; image < images; image += gridDim.x) {
        for (int j = threadIdx.x; j < size; j += blockDim.x) {
            result[image * size + j] = gather(
                    gradient + image * outSize, shape.kind == MAXIMUM ? places + image * outSize : 0, j / shape.width,
                    j % shape.width, shape);
        }
    }
}
