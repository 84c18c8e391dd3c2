// What the parts of the emulation share. See README.md for what is emulated and how strictly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace emulation {

// CUDA's numbers; runtime and driver share them.
constexpr int success = 0;
constexpr int invalidValue = 1;
constexpr int memoryAllocation = 2;
constexpr int notInitialized = 3;
constexpr int noDevice = 100;
constexpr int invalidDevice = 101;
constexpr int invalidImage = 200;
constexpr int invalidContext = 201;
constexpr int fileNotFound = 301;
constexpr int invalidHandle = 400;
constexpr int notFound = 500;
constexpr int notReady = 600;
constexpr int illegalAddress = 700;
constexpr int launchFailure = 719;
constexpr int notSupported = 801;
constexpr int captureUnsupported = 900;
constexpr int captureInvalidated = 901;
constexpr int captureMerge = 902;
constexpr int captureUnmatched = 903;
constexpr int captureUnjoined = 904;
constexpr int captureIsolation = 905;
constexpr int captureImplicit = 906;
constexpr int capturedEvent = 907;
constexpr int captureWrongThread = 908;

// Prints why and returns the code.
int fail(int code, const char* format, ...) __attribute__((format(printf, 2, 3)));

// Runs the body of a runtime or driver function: one at a time, and not on a device that a fault has ended.
int call(const std::function<int()>& body);
// The same for a runtime function, which remembers its error for cudaGetLastError.
int runtimeCall(const std::function<int()>& body);

// ---- devices.cpp

struct Device {
    unsigned char uuid[16];
    std::string bus;
    size_t memoryBytes;
    size_t usedBytes = 0;
    int fault = success;  // once set, every call on the device returns it, as after a CUDA error that sticks
};

std::vector<Device>& devices();  // those that this process sees, by ordinal
int currentDevice();
// Whether the thread has a device's context: the driver's functions want one, the runtime's make it.
bool hasContext();
void makeContext();
// What an environment variable says, or else the default.
std::string setting(const char* name, const std::string& otherwise);

// ---- memory.cpp

struct Allocation {
    char* base;
    size_t bytes;
    int device;
    bool pinned;  // host memory
    char* raw;    // with the guards
    size_t rawBytes;
};

// The allocation that a pointer points into, or just behind; null: none.
const Allocation* allocationOf(const void* pointer);
// Complains unless all of a range lies in one allocation of the device.
int checkDeviceRange(const void* pointer, size_t bytes, int device, const char* what);
// Complains if something wrote around an allocation.
int checkGuards(const Allocation& allocation, const char* after);
int checkAllGuards(int device, const char* after);
// Fills with bits that are NaN as a float and as a double.
void poison(void* pointer, size_t bytes);

// ---- streams.cpp

struct Stream;
struct Capture;

// A point in a stream's queue, which is done once everything before it has run.
struct Point {
    Stream* stream;
    bool done = false;
    bool askedFor = false;
};

struct Item {
    std::string what;
    std::function<int()> work;          // empty: none
    std::shared_ptr<Point> awaits;      // null: nothing
    std::shared_ptr<Point> completes;   // null: nothing
};

struct Stream {
    int device;
    bool legacy;
    bool blocking;  // waits for the legacy stream, and it for this one
    std::deque<Item> queue = {};
    std::shared_ptr<Capture> capture = {};
    std::vector<int> last = {};  // nodes of the capture that the next operation follows
};

struct Event {
    int device;
    std::shared_ptr<Point> point = {};    // null: not recorded
    bool captured = false;                // whether it was recorded last in a capture,
    std::weak_ptr<Capture> capture = {};  // in this one,
    std::vector<int> nodes = {};          // behind these nodes
};

// The stream of a handle; null: no such stream. Null as handle means the current device's legacy stream.
Stream* streamOf(void* handle);
// Puts work at the end of a stream, or into the graph that it is captured for.
int enqueue(Stream& stream, const std::string& what, std::function<int()> work);
// Runs what a stream still has to do and what that waits for.
int finish(Stream& stream);
// Makes every later call on the device fail.
int breakDown(int device, int code);
int finishDevice(int device);

// ---- capture.cpp

struct Node {
    std::string what;
    std::function<int()> work;
    std::vector<int> after;
};

struct Capture {
    Stream* origin;
    int mode;
    std::thread::id thread;
    bool invalid = false;
    std::vector<Node> nodes = {};
    std::set<Stream*> streams = {};
};

int addNode(Stream& stream, const std::string& what, std::function<int()> work);
// Refuses what CUDA does not permit while a stream is captured, and ends that capture.
int refuseInCapture(const char* function);
// The same for work on the legacy stream, which a captured blocking stream would have to wait for.
int refuseLegacyInCapture(const Stream& stream, const char* function);
bool anyCapture();

// ---- kernels.cpp, fibers.cpp

struct Dimensions {
    unsigned x, y, z;
};

// What the compiled source tells of a kernel; prelude.h fills it in.
struct Kernel {
    void (*call)(void** arguments);
    int argumentCount;
    const unsigned* argumentBytes;
    const bool* argumentIsPointer;
    int maximumThreads;  // by __launch_bounds__; 0: not said
};

// A loaded source: its variables and its shared memory.
struct Module {
    int device;
    void* library;
    Dimensions *thread, *block, *blockSize, *gridSize;
    char *sharedBegin, *sharedEnd;
};

// Runs all blocks of a grid, one after the other.
int runGrid(const Module& module, const Kernel& kernel, const std::string& name, void** arguments, Dimensions grid,
            Dimensions block);
// Where a thread of a block waits for the others; called by __syncthreads().
extern "C" void emulation_barrier(int line);

// forward, reverse or alternate: the order of threads between barriers.
const std::string& order();

// ---- product.cpp

// c (m·n) += a (m·k) · b (k·n), row by row, in double precision.
void addProduct(double* c, const double* a, const double* b, long m, long n, long k);
// Rounds to the 10 bits of mantissa that TF32 keeps.
float tensorFloat32(float value);

}  // namespace emulation
