// Which devices there are and which one a thread uses.
#include "emulation.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace emulation {

namespace {

constexpr int mostDevices = 8;
constexpr int runtimeVersion = 13010;

thread_local int current = 0;
thread_local bool context = false;
bool initialized = false;

std::string uuidText(const Device& device) {
    char text[64] = "GPU-";
    for (int i = 0; i < 16; i++) {
        bool dash = i == 4 || i == 6 || i == 8 || i == 10;
        snprintf(text + strlen(text), 4, dash ? "-%02x" : "%02x", device.uuid[i]);
    }
    return text;
}

// CUDA's own order begins with the fastest device. Here that is the reverse of the buses' order, so that who takes one for the
// other gets the wrong device.
std::vector<Device> installed() {
    int count = std::clamp(atoi(setting("CUDA_EMULATION_DEVICES", "2").c_str()), 0, mostDevices);
    size_t bytes = strtoull(setting("CUDA_EMULATION_MEMORY", "1073741824").c_str(), nullptr, 10);
    std::vector<Device> all;
    for (int i = 0; i < count; i++) {
        Device device{};
        for (int j = 0; j < 16; j++) device.uuid[j] = static_cast<unsigned char>(0xa0 + 0x11 * i + 7 * j);
        char bus[16];
        snprintf(bus, sizeof bus, "0000:%02X:00.0", 0x91 - 0x10 * i);
        device.bus = bus;
        device.memoryBytes = bytes;
        all.push_back(device);
    }
    if (setting("CUDA_DEVICE_ORDER", "FASTEST_FIRST") == "PCI_BUS_ID") std::reverse(all.begin(), all.end());
    return all;
}

int placeOf(const std::string& word, const std::vector<Device>& all) {
    if (!word.empty() && word.find_first_not_of("0123456789") == std::string::npos) {
        size_t number = strtoull(word.c_str(), nullptr, 10);
        return number < all.size() ? static_cast<int>(number) : -1;
    }
    for (size_t i = 0; word.rfind("GPU-", 0) == 0 && i < all.size(); i++) {
        if (uuidText(all[i]).rfind(word, 0) == 0) return static_cast<int>(i);
    }
    return -1;
}

// As CUDA reads CUDA_VISIBLE_DEVICES: up to the first word that names no device; none at all if one is named twice.
std::vector<Device> visible() {
    std::vector<Device> all = installed();
    const char* shown = getenv("CUDA_VISIBLE_DEVICES");
    if (shown == nullptr) return all;
    std::vector<Device> some;
    std::vector<int> places;
    std::string rest = shown;
    while (!rest.empty()) {
        size_t comma = rest.find(',');
        std::string word = rest.substr(0, comma);
        rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
        word.erase(0, word.find_first_not_of(' '));
        word.erase(word.find_last_not_of(' ') + 1);
        int place = placeOf(word, all);
        if (place < 0) break;
        if (std::count(places.begin(), places.end(), place) > 0) return {};
        places.push_back(place);
        some.push_back(all[place]);
    }
    return some;
}

bool known(int device) {
    return device >= 0 && device < static_cast<int>(devices().size());
}

int unknownDevice(int device) {
    return fail(invalidDevice, "device %d: there are %zu", device, devices().size());
}

}  // namespace

std::string setting(const char* name, const std::string& otherwise) {
    const char* value = getenv(name);
    return value == nullptr || *value == 0 ? otherwise : value;
}

std::vector<Device>& devices() {
    static auto* all = new std::vector<Device>(visible());
    return *all;
}

int currentDevice() {
    return current;
}

bool hasContext() {
    return context;
}

void makeContext() {
    initialized = true;
    context = true;
}

}  // namespace emulation

using namespace emulation;

EXPORT int cudaRuntimeGetVersion(int* version) {
    *version = runtimeVersion;
    return success;
}

EXPORT int cudaDriverGetVersion(int* version) {
    *version = runtimeVersion;
    return success;
}

EXPORT int cudaGetDeviceCount(int* count) {
    initialized = true;
    *count = static_cast<int>(devices().size());
    return *count == 0 ? noDevice : success;
}

EXPORT int cudaSetDevice(int device) {
    if (!known(device)) return unknownDevice(device);
    current = device;
    return runtimeCall([] { return success; });
}

EXPORT int cudaGetDevice(int* device) {
    *device = current;
    return success;
}

EXPORT int cudaDeviceGetAttribute(int* value, int attribute, int device) {
    if (!known(device)) return unknownDevice(device);
    switch (attribute) {
        case 1: *value = 1024; return success;          // threads of a block
        case 8: *value = 48 * 1024; return success;     // shared memory of a block
        case 10: *value = 32; return success;           // threads of a warp
        case 16: *value = 4; return success;            // multiprocessors
        case 75: *value = 9; return success;            // compute capability
        case 76: *value = 0; return success;
        default: return fail(notSupported, "attribute %d of a device is not emulated", attribute);
    }
}

EXPORT int cudaDeviceGetPCIBusId(char* text, int length, int device) {
    if (!known(device)) return unknownDevice(device);
    snprintf(text, length, "%s", devices()[device].bus.c_str());
    return success;
}

EXPORT int cuInit(unsigned flags) {
    initialized = true;
    return flags != 0 ? invalidValue : devices().empty() ? noDevice : success;
}

EXPORT int cuDeviceGet(int* device, int ordinal) {
    if (!initialized) return fail(notInitialized, "cuDeviceGet before cuInit");
    if (!known(ordinal)) return unknownDevice(ordinal);
    *device = ordinal;
    return success;
}

EXPORT int cuDeviceGetName(char* text, int length, int device) {
    if (!initialized) return fail(notInitialized, "cuDeviceGetName before cuInit");
    if (!known(device)) return unknownDevice(device);
    snprintf(text, length, "Emulated GPU");
    return success;
}

EXPORT int cuDeviceGetUuid_v2(unsigned char* uuid, int device) {
    if (!initialized) return fail(notInitialized, "cuDeviceGetUuid before cuInit");
    if (!known(device)) return unknownDevice(device);
    memcpy(uuid, devices()[device].uuid, sizeof devices()[device].uuid);
    return success;
}
