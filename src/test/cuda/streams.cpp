// Streams and events. Work is put off until something waits for it: a GPU may be as late, and who forgets to wait sees it.
#include "emulation.h"

#include <algorithm>

namespace emulation {

namespace {

// In the order of their making.
std::vector<Stream*>& streams() {
    static auto* all = new std::vector<Stream*>;
    return *all;
}

std::set<Event*>& events() {
    static auto* all = new std::set<Event*>;
    return *all;
}

Stream& legacyStream(int device) {
    static auto* all = new std::map<int, Stream>;
    return all->try_emplace(device, Stream{device, true, true}).first->second;
}

Event* eventOf(void* handle) {
    auto* event = static_cast<Event*>(handle);
    return events().count(event) > 0 ? event : nullptr;
}

// The point behind all that is queued now.
std::shared_ptr<Point> mark(Stream& stream) {
    auto point = std::make_shared<Point>(Point{&stream});
    stream.queue.push_back({"a mark", {}, nullptr, point});
    return point;
}

// The legacy stream and the blocking streams of its device wait for each other.
void waitForLegacy(Stream& stream) {
    Stream& legacy = legacyStream(stream.device);
    if (!stream.legacy) {
        if (stream.blocking && !legacy.queue.empty()) stream.queue.push_back({"a wait", {}, mark(legacy), nullptr});
        return;
    }
    for (Stream* other : streams()) {
        if (other->device == stream.device && other->blocking && !other->queue.empty()) {
            stream.queue.push_back({"a wait", {}, mark(*other), nullptr});
        }
    }
}

// Runs a queue up to a point; null: all of it.
void run(Stream& stream, const Point* until) {
    while (!stream.queue.empty() && (until == nullptr || !until->done)) {
        Item item = std::move(stream.queue.front());
        stream.queue.pop_front();
        if (item.awaits != nullptr && !item.awaits->done) run(*item.awaits->stream, item.awaits.get());
        Device& device = devices()[stream.device];
        if (item.work && device.fault == success) {
            if (int code = item.work()) breakDown(stream.device, code);
        }
        if (item.completes != nullptr) item.completes->done = true;
    }
}

int afterwards(int device) {
    if (devices()[device].fault == success) {
        if (int code = checkAllGuards(device, "found when the host waited")) return breakDown(device, code);
    }
    return devices()[device].fault;
}

// Other streams may be ahead as well as behind: the reverse order has them ahead.
void runOthers(const Stream& stream) {
    if (order() != "reverse") return;
    for (Stream* other : streams()) {
        if (other != &stream && other->device == stream.device) run(*other, nullptr);
    }
}

int createStream(void** handle, unsigned flags) {
    auto* stream = new Stream{currentDevice(), false, (flags & 1) == 0};
    streams().push_back(stream);
    *handle = stream;
    return success;
}

int destroyStream(void* handle) {
    Stream* stream = streamOf(handle);
    if (stream == nullptr || stream->legacy) return fail(invalidHandle, "cudaStreamDestroy: no such stream");
    if (stream->capture != nullptr) {
        stream->capture->invalid = true;
        return fail(captureUnsupported, "cudaStreamDestroy of a stream that is captured");
    }
    run(*stream, nullptr);
    int code = devices()[stream->device].fault;
    streams().erase(std::find(streams().begin(), streams().end(), stream));
    delete stream;
    return code;
}

int record(void* eventHandle, void* streamHandle) {
    Event* event = eventOf(eventHandle);
    Stream* stream = streamOf(streamHandle);
    if (event == nullptr || stream == nullptr) return fail(invalidHandle, "cudaEventRecord: no such event or stream");
    if (event->device != stream->device) {
        return fail(invalidHandle, "cudaEventRecord: event of device %d in a stream of device %d", event->device, stream->device);
    }
    if (int code = refuseLegacyInCapture(*stream, "cudaEventRecord")) return code;
    event->capture = stream->capture;
    event->captured = stream->capture != nullptr;
    if (stream->capture != nullptr) {
        event->nodes = stream->last;
        return success;
    }
    waitForLegacy(*stream);
    event->point = mark(*stream);
    return success;
}

int waitFor(void* streamHandle, void* eventHandle) {
    Stream* stream = streamOf(streamHandle);
    Event* event = eventOf(eventHandle);
    if (event == nullptr || stream == nullptr) return fail(invalidHandle, "cudaStreamWaitEvent: no such event or stream");
    if (auto capture = event->capture.lock()) {
        if (stream->capture != nullptr && stream->capture != capture) {
            capture->invalid = stream->capture->invalid = true;
            return fail(captureMerge, "cudaStreamWaitEvent: the event belongs to another capture");
        }
        // The stream joins the capture, as CUDA has it.
        stream->capture = capture;
        capture->streams.insert(stream);
        stream->last.insert(stream->last.end(), event->nodes.begin(), event->nodes.end());
        return success;
    }
    if (event->captured) return fail(invalidValue, "cudaStreamWaitEvent: the event was recorded in a capture that has ended");
    if (stream->capture != nullptr) {
        stream->capture->invalid = true;
        return fail(captureIsolation, "cudaStreamWaitEvent: a captured stream cannot wait for an event that was recorded outside of it");
    }
    if (event->point == nullptr || event->point->done || event->point->stream == stream) return success;
    waitForLegacy(*stream);
    stream->queue.push_back({"a wait", {}, event->point, nullptr});
    return success;
}

int synchronizeEvent(void* handle) {
    Event* event = eventOf(handle);
    if (event == nullptr) return fail(invalidHandle, "cudaEventSynchronize: no such event");
    if (event->captured) return fail(capturedEvent, "cudaEventSynchronize: the event was recorded in a capture");
    if (event->point == nullptr || event->point->done) return devices()[event->device].fault;
    runOthers(*event->point->stream);
    run(*event->point->stream, event->point.get());
    return afterwards(event->device);
}

// Never ready when it is first asked for, ready the second time: a caller must be able to wait, and nothing runs by itself.
int queryEvent(void* handle) {
    Event* event = eventOf(handle);
    if (event == nullptr) return fail(invalidHandle, "cudaEventQuery: no such event");
    if (event->captured) return fail(capturedEvent, "cudaEventQuery: the event was recorded in a capture");
    if (event->point == nullptr || event->point->done || event->point->askedFor) return synchronizeEvent(handle);
    event->point->askedFor = true;
    return notReady;
}

}  // namespace

int breakDown(int device, int code) {
    devices()[device].fault = code;
    return fail(code, "device %d is broken now: every later call on it fails", device);
}

Stream* streamOf(void* handle) {
    constexpr uintptr_t legacyHandle = 1;
    if (handle == nullptr || reinterpret_cast<uintptr_t>(handle) == legacyHandle) return &legacyStream(currentDevice());
    auto* stream = static_cast<Stream*>(handle);
    return std::find(streams().begin(), streams().end(), stream) != streams().end() ? stream : nullptr;
}

int enqueue(Stream& stream, const std::string& what, std::function<int()> work) {
    if (stream.capture != nullptr) return addNode(stream, what, std::move(work));
    if (int code = refuseLegacyInCapture(stream, what.c_str())) return code;
    waitForLegacy(stream);
    stream.queue.push_back({what, std::move(work), nullptr, nullptr});
    return success;
}

int finish(Stream& stream) {
    runOthers(stream);
    run(stream, nullptr);
    return afterwards(stream.device);
}

int finishDevice(int device) {
    // The youngest first: not the order in which they were filled.
    for (auto stream = streams().rbegin(); stream != streams().rend(); ++stream) {
        if ((*stream)->device == device) run(**stream, nullptr);
    }
    run(legacyStream(device), nullptr);
    return afterwards(device);
}

}  // namespace emulation

using namespace emulation;

EXPORT int cudaStreamCreateWithFlags(void** stream, unsigned flags) {
    return runtimeCall([&] { return createStream(stream, flags); });
}

EXPORT int cudaStreamCreate(void** stream) {
    return cudaStreamCreateWithFlags(stream, 0);
}

EXPORT int cudaStreamDestroy(void* stream) {
    return runtimeCall([&] { return destroyStream(stream); });
}

EXPORT int cudaStreamSynchronize(void* handle) {
    return runtimeCall([&] {
        Stream* stream = streamOf(handle);
        if (stream == nullptr) return fail(invalidHandle, "cudaStreamSynchronize: no such stream");
        if (int code = refuseInCapture("cudaStreamSynchronize")) return code;
        if (stream->capture != nullptr) {
            stream->capture->invalid = true;
            return fail(captureUnsupported, "cudaStreamSynchronize of a stream that is captured");
        }
        return finish(*stream);
    });
}

EXPORT int cudaDeviceSynchronize() {
    return runtimeCall([] {
        int code = refuseInCapture("cudaDeviceSynchronize");
        return code != success ? code : finishDevice(currentDevice());
    });
}

EXPORT int cudaStreamWaitEvent(void* stream, void* event, unsigned) {
    return runtimeCall([&] { return waitFor(stream, event); });
}

EXPORT int cudaEventCreateWithFlags(void** event, unsigned) {
    return runtimeCall([&] {
        auto* made = new Event{currentDevice()};
        events().insert(made);
        *event = made;
        return success;
    });
}

EXPORT int cudaEventDestroy(void* handle) {
    return runtimeCall([&] {
        Event* event = eventOf(handle);
        if (event == nullptr) return fail(invalidHandle, "cudaEventDestroy: no such event");
        events().erase(event);
        delete event;
        return success;
    });
}

EXPORT int cudaEventRecord(void* event, void* stream) {
    return runtimeCall([&] { return record(event, stream); });
}

EXPORT int cudaEventQuery(void* event) {
    return runtimeCall([&] {
        int code = refuseInCapture("cudaEventQuery");
        return code != success ? code : queryEvent(event);
    });
}

EXPORT int cudaEventSynchronize(void* event) {
    return runtimeCall([&] {
        int code = refuseInCapture("cudaEventSynchronize");
        return code != success ? code : synchronizeEvent(event);
    });
}
