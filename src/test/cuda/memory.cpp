// Device memory and pinned host memory, with guards around them; copies and fills.
#include "emulation.h"

#include <cstdlib>
#include <cstring>

namespace emulation {

namespace {

constexpr size_t guardBytes = 1024;
constexpr size_t alignment = 512;  // CUDA's own is 256 or more
constexpr unsigned char guardByte = 0xc5;
constexpr unsigned char poisonByte = 0xff;

std::map<uintptr_t, Allocation>& allocations() {
    static auto* all = new std::map<uintptr_t, Allocation>;
    return *all;
}

size_t rounded(size_t bytes) {
    return (bytes + alignment - 1) / alignment * alignment;
}

int allocate(void** pointer, size_t bytes, bool pinned, const char* function) {
    if (int code = refuseInCapture(function)) return code;
    *pointer = nullptr;
    if (bytes == 0) return success;
    Device& device = devices()[currentDevice()];
    if (!pinned && (bytes > device.memoryBytes || rounded(bytes) > device.memoryBytes - device.usedBytes)) {
        return fail(memoryAllocation, "%s of %zu bytes: device %d has %zu of %zu left", function, bytes, currentDevice(),
                    device.memoryBytes - device.usedBytes, device.memoryBytes);
    }
    size_t rawBytes = rounded(bytes) + 2 * guardBytes;
    char* raw = static_cast<char*>(aligned_alloc(alignment, rawBytes));
    if (raw == nullptr) return fail(memoryAllocation, "%s of %zu bytes: the host has too little memory", function, bytes);
    memset(raw, guardByte, rawBytes);
    char* base = raw + guardBytes;
    poison(base, bytes);
    if (!pinned) device.usedBytes += rounded(bytes);
    allocations()[reinterpret_cast<uintptr_t>(base)] = {base, bytes, currentDevice(), pinned, raw, rawBytes};
    *pointer = base;
    return success;
}

int release(void* pointer, bool pinned, const char* function) {
    if (int code = refuseInCapture(function)) return code;
    if (pointer == nullptr) return success;
    auto found = allocations().find(reinterpret_cast<uintptr_t>(pointer));
    if (found == allocations().end() || found->second.pinned != pinned) {
        return fail(invalidValue, "%s of %p, which is no %s memory that was allocated", function, pointer,
                    pinned ? "pinned" : "device");
    }
    Allocation allocation = found->second;
    // As CUDA does: what is under way may still use it.
    int code = finishDevice(allocation.device);
    poison(allocation.base, allocation.bytes);
    if (!pinned) devices()[allocation.device].usedBytes -= rounded(allocation.bytes);
    allocations().erase(found);
    free(allocation.raw);
    return code;
}

enum Place { onHost, onDevice };

// Checks one side of a copy. Host memory that is not pinned cannot be checked.
int checkSide(const void* pointer, size_t bytes, Place place, int device, const char* what) {
    if (pointer == nullptr) return fail(invalidValue, "%s: null", what);
    const Allocation* allocation = allocationOf(pointer);
    if (place == onDevice) return checkDeviceRange(pointer, bytes, device, what);
    if (allocation == nullptr) return success;
    if (!allocation->pinned) return fail(invalidValue, "%s: %p is device memory, not the host's", what, pointer);
    size_t offset = static_cast<const char*>(pointer) - allocation->base;
    if (offset + bytes > allocation->bytes) {
        return fail(invalidValue, "%s: bytes %zu to %zu of pinned memory of %zu", what, offset, offset + bytes,
                    allocation->bytes);
    }
    return success;
}

Place placeOf(const void* pointer) {
    const Allocation* allocation = allocationOf(pointer);
    return allocation != nullptr && !allocation->pinned ? onDevice : onHost;
}

bool pageable(const void* pointer, Place place) {
    return place == onHost && allocationOf(pointer) == nullptr;
}

struct Transfer {
    void* to;
    const void* from;
    size_t bytes;
    Place toPlace, fromPlace;
    int device;

    int check() const {
        if (int code = checkSide(to, bytes, toPlace, device, "destination of a copy")) return code;
        return checkSide(from, bytes, fromPlace, device, "source of a copy");
    }

    // Again what was checked at the call: meanwhile the memory may be gone.
    int run() const {
        if (check() != success) return illegalAddress;
        memmove(to, from, bytes);
        return success;
    }
};

int copy(void* to, const void* from, size_t bytes, int kind, Stream& stream, bool wait) {
    if (kind < 0 || kind > 4) return fail(invalidValue, "a copy's kind cannot be %d", kind);
    if (bytes == 0) return success;
    Place toPlace = kind == 4 ? placeOf(to) : kind == 1 || kind == 3 ? onDevice : onHost;
    Place fromPlace = kind == 4 ? placeOf(from) : kind == 2 || kind == 3 ? onDevice : onHost;
    Transfer transfer{to, from, bytes, toPlace, fromPlace, stream.device};
    if (int code = transfer.check()) return code;
    bool late = !pageable(to, toPlace) && !pageable(from, fromPlace);
    if (stream.capture != nullptr && !late) {
        return fail(invalidValue, "a captured copy of %zu bytes with host memory that is not pinned: it is used again at each"
                    " replay", bytes);
    }
    if (late || wait || pageable(to, toPlace)) {
        if (int code = enqueue(stream, "a copy", [transfer] { return transfer.run(); })) return code;
        return late && !wait ? success : finish(stream);
    }
    // CUDA has read host memory that is not pinned when the call returns.
    auto staged = std::make_shared<std::vector<char>>(bytes);
    memcpy(staged->data(), from, bytes);
    transfer.from = staged->data();
    return enqueue(stream, "a copy", [transfer, staged] { return transfer.run(); });
}

int fill(void* to, int value, size_t bytes, Stream& stream) {
    if (bytes == 0) return success;
    if (int code = checkDeviceRange(to, bytes, stream.device, "a fill")) return code;
    int device = stream.device;
    return enqueue(stream, "a fill", [=] {
        if (checkDeviceRange(to, bytes, device, "a fill") != success) return illegalAddress;
        memset(to, value, bytes);
        return success;
    });
}

}  // namespace

void poison(void* pointer, size_t bytes) {
    memset(pointer, poisonByte, bytes);
}

const Allocation* allocationOf(const void* pointer) {
    uintptr_t address = reinterpret_cast<uintptr_t>(pointer);
    auto next = allocations().upper_bound(address);
    if (next == allocations().begin()) return nullptr;
    const Allocation& allocation = std::prev(next)->second;
    return address <= reinterpret_cast<uintptr_t>(allocation.base) + allocation.bytes ? &allocation : nullptr;
}

int checkDeviceRange(const void* pointer, size_t bytes, int device, const char* what) {
    const Allocation* allocation = allocationOf(pointer);
    if (allocation == nullptr || allocation->pinned) {
        return fail(invalidValue, "%s: %p is no device memory that is allocated", what, pointer);
    }
    if (allocation->device != device) {
        return fail(invalidValue, "%s: memory of device %d used on device %d", what, allocation->device, device);
    }
    size_t offset = static_cast<const char*>(pointer) - allocation->base;
    if (offset + bytes > allocation->bytes) {
        return fail(invalidValue, "%s: bytes %zu to %zu of an allocation of %zu", what, offset, offset + bytes,
                    allocation->bytes);
    }
    return success;
}

int checkGuards(const Allocation& allocation, const char* after) {
    auto broken = [](const char* from, const char* to) -> const char* {
        for (; from < to; from++) {
            if (static_cast<unsigned char>(*from) != guardByte) return from;
        }
        return nullptr;
    };
    const char* end = allocation.base + allocation.bytes;
    const char* hit = broken(allocation.raw, allocation.base);
    if (hit == nullptr) hit = broken(end, allocation.raw + allocation.rawBytes);
    if (hit == nullptr) return success;
    return fail(illegalAddress, "%s: something wrote at byte %td of an allocation of %zu bytes on device %d", after,
                hit - allocation.base, allocation.bytes, allocation.device);
}

int checkAllGuards(int device, const char* after) {
    for (const auto& entry : allocations()) {
        if (entry.second.device == device) {
            if (int code = checkGuards(entry.second, after)) return code;
        }
    }
    return success;
}

}  // namespace emulation

using namespace emulation;

EXPORT int cudaMalloc(void** pointer, size_t bytes) {
    return runtimeCall([&] { return allocate(pointer, bytes, false, "cudaMalloc"); });
}

EXPORT int cudaFree(void* pointer) {
    return runtimeCall([&] { return release(pointer, false, "cudaFree"); });
}

EXPORT int cudaHostAlloc(void** pointer, size_t bytes, unsigned) {
    return runtimeCall([&] { return allocate(pointer, bytes, true, "cudaHostAlloc"); });
}

EXPORT int cudaMallocHost(void** pointer, size_t bytes) {
    return runtimeCall([&] { return allocate(pointer, bytes, true, "cudaMallocHost"); });
}

EXPORT int cudaFreeHost(void* pointer) {
    return runtimeCall([&] { return release(pointer, true, "cudaFreeHost"); });
}

EXPORT int cudaMemGetInfo(size_t* freeBytes, size_t* totalBytes) {
    return runtimeCall([&] {
        const Device& device = devices()[currentDevice()];
        *totalBytes = device.memoryBytes;
        *freeBytes = device.memoryBytes - device.usedBytes;
        return success;
    });
}

EXPORT int cudaMemcpy(void* to, const void* from, size_t bytes, int kind) {
    return runtimeCall([&] {
        if (int code = refuseInCapture("cudaMemcpy")) return code;
        return copy(to, from, bytes, kind, *streamOf(nullptr), true);
    });
}

EXPORT int cudaMemcpyAsync(void* to, const void* from, size_t bytes, int kind, void* handle) {
    return runtimeCall([&] {
        Stream* stream = streamOf(handle);
        if (stream == nullptr) return fail(invalidHandle, "cudaMemcpyAsync: no such stream");
        return copy(to, from, bytes, kind, *stream, false);
    });
}

EXPORT int cudaMemset(void* to, int value, size_t bytes) {
    return runtimeCall([&] {
        if (int code = refuseInCapture("cudaMemset")) return code;
        return fill(to, value, bytes, *streamOf(nullptr));
    });
}

EXPORT int cudaMemsetAsync(void* to, int value, size_t bytes, void* handle) {
    return runtimeCall([&] {
        Stream* stream = streamOf(handle);
        if (stream == nullptr) return fail(invalidHandle, "cudaMemsetAsync: no such stream");
        return fill(to, value, bytes, *stream);
    });
}
