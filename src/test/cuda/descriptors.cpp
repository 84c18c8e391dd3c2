// cuDNN's handles and descriptors: float, NCHW.
#include "descriptors.h"

namespace emulation::dnn {

namespace {

template <class T>
std::set<T*>& all() {
    static auto* known = new std::set<T*>;
    return *known;
}

struct Tensor : Shape {};
struct Filter : Shape {};

template <class T>
T* find(void* pointer) {
    auto* wanted = static_cast<T*>(pointer);
    return all<T>().count(wanted) > 0 ? wanted : nullptr;
}

template <class T>
int create(void** pointer) {
    return locked([&] {
        T* made = new T{};
        all<T>().insert(made);
        *pointer = made;
        return done;
    });
}

template <class T>
int destroy(void* pointer, const char* what) {
    return locked([&] {
        T* known = find<T>(pointer);
        if (known == nullptr) return fail(badParameter, "cudnnDestroy: no such %s", what);
        all<T>().erase(known);
        delete known;
        return done;
    });
}

template <class T>
int setShape(void* pointer, const char* what, int layout, int type, Shape shape) {
    return locked([&] {
        T* known = find<T>(pointer);
        if (known == nullptr) return fail(badParameter, "cudnnSet: no such %s", what);
        if (layout != 0 || type != 0) return fail(unsupported, "a %s: only float in NCHW is emulated", what);
        if (shape.n < 1 || shape.c < 1 || shape.h < 1 || shape.w < 1) {
            return fail(badParameter, "a %s of %d·%d·%d·%d", what, shape.n, shape.c, shape.h, shape.w);
        }
        static_cast<Shape&>(*known) = shape;
        return done;
    });
}

}  // namespace

int locked(const std::function<int()>& body) {
    int status = failed;
    int code = call([&] {
        status = body();
        return success;
    });
    return code == success ? status : failed;
}

Handle* handleOf(void* pointer) {
    return find<Handle>(pointer);
}

const Shape* tensorOf(void* pointer) {
    return find<Tensor>(pointer);
}

const Shape* filterOf(void* pointer) {
    return find<Filter>(pointer);
}

const Convolution* convolutionOf(void* pointer) {
    return find<Convolution>(pointer);
}

}  // namespace emulation::dnn

using namespace emulation;
using namespace emulation::dnn;

EXPORT size_t cudnnGetVersion() {
    return 91900;
}

EXPORT const char* cudnnGetErrorString(int status) {
    switch (status) {
        case done: return "CUDNN_STATUS_SUCCESS";
        case notReadyHandle: return "CUDNN_STATUS_NOT_INITIALIZED";
        case badParameter: return "CUDNN_STATUS_BAD_PARAM";
        case unsupported: return "CUDNN_STATUS_NOT_SUPPORTED";
        case failed: return "CUDNN_STATUS_EXECUTION_FAILED";
        default: return "CUDNN_UNKNOWN_STATUS";
    }
}

EXPORT int cudnnCreate(void** pointer) {
    int status = create<Handle>(pointer);
    if (status != done) return status;
    static_cast<Handle*>(*pointer)->device = currentDevice();
    int code = call([] {
        makeContext();
        return refuseInCapture("cudnnCreate");
    });
    return code == success ? done : failed;
}

EXPORT int cudnnDestroy(void* pointer) {
    Handle* handle = handleOf(pointer);
    if (handle != nullptr) call([&] { return finishDevice(handle->device); });
    return destroy<Handle>(pointer, "handle");
}

EXPORT int cudnnSetStream(void* pointer, void* stream) {
    return locked([&] {
        Handle* handle = handleOf(pointer);
        Stream* found = streamOf(stream);
        if (handle == nullptr || found == nullptr || found->device != handle->device) {
            return fail(badParameter, "cudnnSetStream: no such handle, or no stream of its device");
        }
        handle->stream = stream;
        return done;
    });
}

EXPORT int cudnnCreateTensorDescriptor(void** pointer) {
    return create<Tensor>(pointer);
}

EXPORT int cudnnSetTensor4dDescriptor(void* pointer, int layout, int type, int n, int c, int h, int w) {
    return setShape<Tensor>(pointer, "tensor descriptor", layout, type, {n, c, h, w});
}

EXPORT int cudnnDestroyTensorDescriptor(void* pointer) {
    return destroy<Tensor>(pointer, "tensor descriptor");
}

EXPORT int cudnnCreateFilterDescriptor(void** pointer) {
    return create<Filter>(pointer);
}

EXPORT int cudnnSetFilter4dDescriptor(void* pointer, int type, int layout, int outputs, int inputs, int h, int w) {
    return setShape<Filter>(pointer, "filter descriptor", layout, type, {outputs, inputs, h, w});
}

EXPORT int cudnnDestroyFilterDescriptor(void* pointer) {
    return destroy<Filter>(pointer, "filter descriptor");
}

EXPORT int cudnnCreateConvolutionDescriptor(void** pointer) {
    return create<Convolution>(pointer);
}

EXPORT int cudnnSetConvolution2dDescriptor(void* pointer, int padRows, int padColumns, int strideRows, int strideColumns,
                                           int dilationRows, int dilationColumns, int mode, int type) {
    return locked([&] {
        auto* known = find<Convolution>(pointer);
        if (known == nullptr || padRows < 0 || padColumns < 0 || strideRows < 1 || strideColumns < 1 || dilationRows < 1
            || dilationColumns < 1) {
            return fail(badParameter, "cudnnSetConvolution2dDescriptor: no such descriptor, or a bad number");
        }
        if (mode != 1 || type != 0) return fail(unsupported, "a convolution: only cross-correlation in float is emulated");
        *known = {padRows, padColumns, strideRows, strideColumns, dilationRows, dilationColumns};  // and the default math
        return done;
    });
}

EXPORT int cudnnSetConvolutionMathType(void* pointer, int mathType) {
    return locked([&] {
        auto* known = find<Convolution>(pointer);
        if (known == nullptr || mathType < 0 || mathType > 3) return fail(badParameter, "cudnnSetConvolutionMathType");
        known->mathType = mathType;
        return done;
    });
}

EXPORT int cudnnDestroyConvolutionDescriptor(void* pointer) {
    return destroy<Convolution>(pointer, "convolution descriptor");
}
