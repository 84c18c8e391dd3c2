// Modules and kernel launches.
#include "emulation.h"

#include <cstring>
#include <dlfcn.h>

namespace emulation {

namespace {

struct Function {
    const Module* module;
    const Kernel* kernel;
    std::string name;
};

std::map<Module*, std::vector<Function*>>& modules() {
    static auto* all = new std::map<Module*, std::vector<Function*>>;
    return *all;
}

std::set<Function*>& functions() {
    static auto* all = new std::set<Function*>;
    return *all;
}

int load(void** handle, const char* image) {
    if (!hasContext()) return fail(invalidContext, "cuModuleLoadData in a thread that has set no device");
    if (int code = refuseInCapture("cuModuleLoadData")) return code;
    constexpr char magic[] = "EMULATED CUBIN ";
    if (strncmp(image, magic, strlen(magic)) != 0) return fail(invalidImage, "cuModuleLoadData: not what nvrtcGetCUBIN gave");
    void* library = dlopen(image + strlen(magic), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return fail(fileNotFound, "cuModuleLoadData: %s", dlerror());
    auto dimensions = [&](const char* name) { return static_cast<Dimensions*>(dlsym(library, name)); };
    auto** shared = static_cast<char**>(dlsym(library, "emulated_shared_range"));
    *static_cast<void (**)(int)>(dlsym(library, "emulated_barrier")) = emulation_barrier;
    auto* module = new Module{currentDevice(),         library,   dimensions("threadIdx"), dimensions("blockIdx"),
                              dimensions("blockDim"), dimensions("gridDim"), shared[0], shared[1]};
    modules()[module] = {};
    *handle = module;
    return success;
}

int unload(void* handle) {
    auto* module = static_cast<Module*>(handle);
    auto found = modules().find(module);
    if (found == modules().end()) return fail(invalidHandle, "cuModuleUnload: no such module");
    int code = finishDevice(module->device);
    for (Function* function : found->second) {
        functions().erase(function);
        delete function;
    }
    modules().erase(found);
    dlclose(module->library);
    delete module;
    return code;
}

int get(void** handle, void* moduleHandle, const char* name) {
    auto found = modules().find(static_cast<Module*>(moduleHandle));
    if (found == modules().end()) return fail(invalidHandle, "cuModuleGetFunction: no such module");
    void* kernel = dlsym(found->first->library, (std::string("emulated_kernel_") + name).c_str());
    if (kernel == nullptr) return fail(notFound, "cuModuleGetFunction: no kernel %s", name);
    auto* function = new Function{found->first, static_cast<const Kernel*>(kernel), name};
    found->second.push_back(function);
    functions().insert(function);
    *handle = function;
    return success;
}

struct Launch {
    Module module;
    Kernel kernel;
    std::string name;
    Dimensions grid, block;
    // A copy of the arguments, each in a place of its own.
    std::vector<std::vector<char>> arguments;

    const Allocation* pointed(int argument) const {
        void* pointer;
        memcpy(&pointer, arguments[argument].data(), sizeof pointer);
        return allocationOf(pointer);
    }

    // A kernel may take null where it looks at nothing; anything else must be memory of its device or pinned.
    int checkPointers() const {
        for (int i = 0; i < kernel.argumentCount; i++) {
            void* pointer = nullptr;
            if (kernel.argumentIsPointer[i]) memcpy(&pointer, arguments[i].data(), sizeof pointer);
            if (pointer == nullptr) continue;
            const Allocation* allocation = pointed(i);
            if (allocation == nullptr) {
                return fail(illegalAddress, "%s: argument %d is no memory that is allocated", name.c_str(), i);
            }
            if (!allocation->pinned && allocation->device != module.device) {
                return fail(illegalAddress, "%s: argument %d is memory of device %d, the kernel runs on %d", name.c_str(), i,
                            allocation->device, module.device);
            }
        }
        return success;
    }

    int run() {
        if (int code = checkPointers()) return code;
        std::vector<void*> pointers;
        for (auto& argument : arguments) pointers.push_back(argument.data());
        if (int code = runGrid(module, kernel, name, pointers.data(), grid, block)) return code;
        for (int i = 0; i < kernel.argumentCount; i++) {
            const Allocation* allocation = kernel.argumentIsPointer[i] ? pointed(i) : nullptr;
            if (allocation == nullptr) continue;
            if (int code = checkGuards(*allocation, name.c_str())) return code;
        }
        return success;
    }
};

int checkShape(const Function& function, Dimensions grid, Dimensions block) {
    unsigned long threads = 1UL * block.x * block.y * block.z;
    const char* name = function.name.c_str();
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || threads == 0) {
        return fail(invalidValue, "%s: an empty launch: grid %u·%u·%u, block %u·%u·%u", name, grid.x, grid.y, grid.z, block.x,
                    block.y, block.z);
    }
    if (grid.x > 0x7fffffffU || grid.y > 65535 || grid.z > 65535) {
        return fail(invalidValue, "%s: grid %u·%u·%u is too large", name, grid.x, grid.y, grid.z);
    }
    if (threads > 1024 || block.z > 64) return fail(invalidValue, "%s: %lu threads a block exceed 1024", name, threads);
    int most = function.kernel->maximumThreads;
    if (most > 0 && threads > static_cast<unsigned long>(most)) {
        return fail(invalidValue, "%s: %lu threads a block exceed its launch bound of %d", name, threads, most);
    }
    return success;
}

int launch(void* handle, Dimensions grid, Dimensions block, unsigned sharedBytes, void* streamHandle, void** arguments,
           void** extra) {
    if (!hasContext()) return fail(invalidContext, "cuLaunchKernel in a thread that has set no device");
    auto* function = static_cast<Function*>(handle);
    Stream* stream = streamOf(streamHandle);
    if (functions().count(function) == 0 || stream == nullptr) {
        return fail(invalidHandle, "cuLaunchKernel: no such function or stream");
    }
    const Module& module = *function->module;
    if (module.device != stream->device || module.device != currentDevice()) {
        return fail(invalidHandle, "%s: loaded on device %d, launched in a stream of device %d while %d is current",
                    function->name.c_str(), module.device, stream->device, currentDevice());
    }
    if (int code = checkShape(*function, grid, block)) return code;
    if (sharedBytes != 0) return fail(notSupported, "%s: shared memory given at launch is not emulated", function->name.c_str());
    const Kernel& kernel = *function->kernel;
    if (extra != nullptr || (arguments == nullptr && kernel.argumentCount > 0)) {
        return fail(invalidValue, "%s: arguments must be given as an array of pointers", function->name.c_str());
    }
    auto prepared = std::make_shared<Launch>(Launch{module, kernel, function->name, grid, block, {}});
    for (int i = 0; i < kernel.argumentCount; i++) {
        const char* from = static_cast<const char*>(arguments[i]);
        if (from == nullptr) return fail(invalidValue, "%s: no argument %d", function->name.c_str(), i);
        prepared->arguments.emplace_back(from, from + kernel.argumentBytes[i]);
    }
    return enqueue(*stream, function->name, [prepared] { return prepared->run(); });
}

}  // namespace

}  // namespace emulation

using namespace emulation;

EXPORT int cuModuleLoadData(void** module, const void* image) {
    return call([&] { return load(module, static_cast<const char*>(image)); });
}

EXPORT int cuModuleUnload(void* module) {
    return call([&] { return unload(module); });
}

EXPORT int cuModuleGetFunction(void** function, void* module, const char* name) {
    return call([&] { return get(function, module, name); });
}

EXPORT int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                          unsigned blockZ, unsigned sharedBytes, void* stream, void** arguments, void** extra) {
    return call([&] {
        return launch(function, {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes, stream, arguments, extra);
    });
}
