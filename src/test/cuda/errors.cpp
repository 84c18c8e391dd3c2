// Error codes: their names and texts, and the last one of a thread.
#include "emulation.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace emulation {

namespace {

struct Text {
    int code;
    const char* name;
    const char* text;
};

const Text texts[] = {
    {success, "cudaSuccess", "no error"},
    {invalidValue, "cudaErrorInvalidValue", "invalid argument"},
    {memoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    {notInitialized, "cudaErrorInitializationError", "initialization error"},
    {noDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {invalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {invalidImage, "cudaErrorInvalidKernelImage", "device kernel image is invalid"},
    {invalidContext, "cudaErrorDeviceUninitialized", "invalid device context"},
    {fileNotFound, "cudaErrorFileNotFound", "file not found"},
    {invalidHandle, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {notFound, "cudaErrorSymbolNotFound", "named symbol not found"},
    {notReady, "cudaErrorNotReady", "device not ready"},
    {illegalAddress, "cudaErrorIllegalAddress", "an illegal memory access was encountered"},
    {launchFailure, "cudaErrorLaunchFailure", "unspecified launch failure"},
    {notSupported, "cudaErrorNotSupported", "operation not supported"},
    {captureUnsupported, "cudaErrorStreamCaptureUnsupported", "operation not permitted when stream is capturing"},
    {captureInvalidated, "cudaErrorStreamCaptureInvalidated",
     "operation failed due to a previous error during capture"},
    {captureMerge, "cudaErrorStreamCaptureMerge", "operation would result in a merge of separate capture sequences"},
    {captureUnmatched, "cudaErrorStreamCaptureUnmatched", "capture was not ended in the same stream as it began"},
    {captureUnjoined, "cudaErrorStreamCaptureUnjoined", "capturing stream has unjoined work"},
    {captureIsolation, "cudaErrorStreamCaptureIsolation", "dependency created on uncaptured work in another stream"},
    {captureImplicit, "cudaErrorStreamCaptureImplicit",
     "operation would make the legacy stream depend on a capturing blocking stream"},
    {capturedEvent, "cudaErrorCapturedEvent", "operation not permitted on an event last recorded in a capturing stream"},
    {captureWrongThread, "cudaErrorStreamCaptureWrongThread",
     "attempt to terminate a thread-local capture sequence from another thread"},
};

const Text& textOf(int code) {
    static const Text unknown = {-1, "unrecognized error code", "unrecognized error code"};
    for (const Text& text : texts) {
        if (text.code == code) return text;
    }
    return unknown;
}

thread_local int lastError = success;

// Real devices work at the same time. Here one lock guards everything, so that a wrong order is the fault of the caller only.
std::recursive_mutex& lock() {
    static auto* mutex = new std::recursive_mutex;
    return *mutex;
}

}  // namespace

int fail(int code, const char* format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "CUDA emulation: %s\n", text);
    return code;
}

int call(const std::function<int()>& body) {
    std::lock_guard<std::recursive_mutex> guard(lock());
    if (devices().empty()) return noDevice;
    int fault = devices()[currentDevice()].fault;
    if (fault != success) return fault;
    return body();
}

int runtimeCall(const std::function<int()>& body) {
    int code = call([&] {
        makeContext();
        return body();
    });
    if (code != success) lastError = code;
    return code;
}

}  // namespace emulation

using namespace emulation;

EXPORT int cudaGetLastError() {
    int code = lastError;
    lastError = success;
    return code;
}

EXPORT const char* cudaGetErrorString(int code) {
    return textOf(code).text;
}

EXPORT const char* cudaGetErrorName(int code) {
    return textOf(code).name;
}

EXPORT int cuGetErrorString(int code, const char** text) {
    *text = textOf(code).code < 0 ? nullptr : textOf(code).text;
    return *text == nullptr ? invalidValue : success;
}
