// Captured graphs: what was put into a stream is kept with the arguments it had, and runs at each launch.
#include "emulation.h"

#include <algorithm>

namespace emulation {

namespace {

struct Graph {
    int device;
    std::vector<Node> nodes;
};

std::set<Capture*>& captures() {
    static auto* all = new std::set<Capture*>;
    return *all;
}

std::set<Graph*>& graphs() {
    static auto* all = new std::set<Graph*>;
    return *all;
}

std::map<void*, std::shared_ptr<Graph>>& executables() {
    static auto* all = new std::map<void*, std::shared_ptr<Graph>>;
    return *all;
}

enum Mode { global = 0, threadLocal = 1, relaxed = 2 };

int begin(void* handle, int mode) {
    Stream* stream = streamOf(handle);
    if (stream == nullptr) return fail(invalidHandle, "cudaStreamBeginCapture: no such stream");
    if (stream->legacy) return fail(captureUnsupported, "cudaStreamBeginCapture of the legacy stream");
    if (stream->capture != nullptr) return fail(captureUnsupported, "cudaStreamBeginCapture of a stream that is captured already");
    auto capture = std::make_shared<Capture>(Capture{stream, mode, std::this_thread::get_id()});
    capture->streams.insert(stream);
    captures().insert(capture.get());
    stream->capture = capture;
    stream->last.clear();
    return success;
}

bool joined(const Capture& capture) {
    std::vector<bool> followed(capture.nodes.size());
    for (const Node& node : capture.nodes) {
        for (int before : node.after) followed[before] = true;
    }
    for (int last : capture.origin->last) followed[last] = true;
    return std::find(followed.begin(), followed.end(), false) == followed.end();
}

int end(void* handle, void** graph) {
    *graph = nullptr;
    Stream* stream = streamOf(handle);
    if (stream == nullptr) return fail(invalidHandle, "cudaStreamEndCapture: no such stream");
    std::shared_ptr<Capture> capture = stream->capture;
    if (capture == nullptr) return fail(invalidValue, "cudaStreamEndCapture of a stream that is not captured");
    if (capture->origin != stream) {
        capture->invalid = true;
        return fail(captureUnmatched, "cudaStreamEndCapture of a stream in which the capture did not begin");
    }
    if (capture->mode != relaxed && capture->thread != std::this_thread::get_id()) {
        return fail(captureWrongThread, "cudaStreamEndCapture by another thread than began it");
    }
    bool whole = joined(*capture);
    captures().erase(capture.get());
    for (Stream* member : capture->streams) {
        member->capture = nullptr;
        member->last.clear();
    }
    if (capture->invalid) return fail(captureInvalidated, "the capture was ended by an earlier error");
    if (!whole) return fail(captureUnjoined, "a stream that joined the capture was not joined back");
    auto* made = new Graph{stream->device, capture->nodes};
    graphs().insert(made);
    *graph = made;
    return success;
}

// An order that CUDA may take as well as that of the capture: always the latest of the nodes that can run.
std::vector<Node> sorted(const std::vector<Node>& nodes) {
    if (order() != "reverse") return nodes;
    std::vector<Node> result;
    std::vector<bool> done(nodes.size());
    while (result.size() < nodes.size()) {
        for (size_t i = nodes.size(); i-- > 0;) {
            auto isDone = [&](int before) { return done[before]; };
            if (!done[i] && std::all_of(nodes[i].after.begin(), nodes[i].after.end(), isDone)) {
                done[i] = true;
                result.push_back(nodes[i]);
                break;
            }
        }
    }
    return result;
}

int instantiate(void** executable, void* handle) {
    if (int code = refuseInCapture("cudaGraphInstantiate")) return code;
    auto* graph = static_cast<Graph*>(handle);
    if (graphs().count(graph) == 0) return fail(invalidValue, "cudaGraphInstantiate: no such graph");
    auto made = std::make_shared<Graph>(Graph{graph->device, sorted(graph->nodes)});
    executables()[made.get()] = made;
    *executable = made.get();
    return success;
}

int launch(void* executable, void* handle) {
    Stream* stream = streamOf(handle);
    auto found = executables().find(executable);
    if (stream == nullptr) return fail(invalidHandle, "cudaGraphLaunch: no such stream");
    if (found == executables().end()) return fail(invalidValue, "cudaGraphLaunch: no such executable graph");
    std::shared_ptr<Graph> graph = found->second;
    if (graph->device != stream->device) {
        return fail(invalidValue, "cudaGraphLaunch: graph of device %d in a stream of device %d", graph->device,
                    stream->device);
    }
    return enqueue(*stream, "a graph", [graph] {
        for (const Node& node : graph->nodes) {
            if (int code = node.work()) return fail(code, "a graph failed at %s", node.what.c_str());
        }
        return success;
    });
}

bool forbids(const Capture& capture) {
    return capture.mode == global || (capture.mode == threadLocal && capture.thread == std::this_thread::get_id());
}

}  // namespace

int addNode(Stream& stream, const std::string& what, std::function<int()> work) {
    Capture& capture = *stream.capture;
    if (capture.invalid) return fail(captureInvalidated, "%s: the capture was ended by an earlier error", what.c_str());
    if (capture.mode != relaxed && capture.thread != std::this_thread::get_id()) {
        capture.invalid = true;
        return fail(captureWrongThread, "%s: the stream is captured by another thread", what.c_str());
    }
    capture.nodes.push_back({what, std::move(work), stream.last});
    stream.last = {static_cast<int>(capture.nodes.size()) - 1};
    return success;
}

int refuseInCapture(const char* function) {
    int code = success;
    for (Capture* capture : captures()) {
        if (forbids(*capture)) {
            capture->invalid = true;
            code = captureUnsupported;
        }
    }
    return code == success ? success : fail(code, "%s is not permitted while a stream is captured", function);
}

int refuseLegacyInCapture(const Stream& stream, const char* function) {
    if (!stream.legacy) return success;
    for (Capture* capture : captures()) {
        if (capture->origin->device == stream.device && capture->origin->blocking) {
            capture->invalid = true;
            return fail(captureImplicit, "%s on the legacy stream while a blocking stream is captured", function);
        }
    }
    return success;
}

}  // namespace emulation

using namespace emulation;

EXPORT int cudaStreamBeginCapture(void* stream, int mode) {
    return runtimeCall([&] { return begin(stream, mode); });
}

EXPORT int cudaStreamEndCapture(void* stream, void** graph) {
    return runtimeCall([&] { return end(stream, graph); });
}

EXPORT int cudaStreamIsCapturing(void* handle, int* status) {
    return runtimeCall([&] {
        Stream* stream = streamOf(handle);
        if (stream == nullptr) return fail(invalidHandle, "cudaStreamIsCapturing: no such stream");
        *status = stream->capture == nullptr ? 0 : stream->capture->invalid ? 2 : 1;
        return success;
    });
}

EXPORT int cudaGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long) {
    return runtimeCall([&] { return instantiate(executable, graph); });
}

EXPORT int cudaGraphInstantiate(void** executable, void* graph, unsigned long long) {
    return runtimeCall([&] { return instantiate(executable, graph); });
}

EXPORT int cudaGraphLaunch(void* executable, void* stream) {
    return runtimeCall([&] { return launch(executable, stream); });
}

EXPORT int cudaGraphDestroy(void* handle) {
    return runtimeCall([&] {
        auto* graph = static_cast<Graph*>(handle);
        if (graphs().erase(graph) == 0) return fail(invalidValue, "cudaGraphDestroy: no such graph");
        delete graph;
        return success;
    });
}

EXPORT int cudaGraphExecDestroy(void* executable) {
    return runtimeCall([&] {
        // Launches that are still under way keep it.
        return executables().erase(executable) > 0 ? success : fail(invalidValue, "cudaGraphExecDestroy: no such executable");
    });
}
