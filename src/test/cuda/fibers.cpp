// The threads of a block, one after the other. One that waits at a barrier keeps its stack until all others have come there.
#include "emulation.h"

#include <sys/mman.h>

extern "C" void emulation_switch(void** from, void* to);

// Saves what a called function must keep, changes the stack, and goes on where that stack was left.
asm(R"(
.text
.hidden emulation_switch
.globl emulation_switch
.type emulation_switch, @function
emulation_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
)");

namespace emulation {

namespace {

constexpr int mostThreads = 1024;
constexpr size_t stackBytes = 64 * 1024;
constexpr size_t pageBytes = 4096;
constexpr int running = -1;  // no line

struct Fiber {
    char* stack = nullptr;
    void* top = nullptr;
    int line = running;  // of the barrier it waits at
    unsigned thread = 0;
};

struct Block {
    const Module* module;
    const Kernel* kernel;
    void** arguments;
    unsigned threads;
    bool reverse;
    unsigned begun = 0;
};

Fiber fibers[mostThreads];
void* scheduler;
Fiber* active;
Block block;

void enter(unsigned thread) {
    Dimensions size = *block.module->blockSize;
    *block.module->thread = {thread % size.x, thread / size.x % size.y, thread / size.x / size.y};
}

// Runs threads until one waits; the stack then stays with that one, and others take the threads that have not begun.
void fiberMain() {
    for (;;) {
        while (block.begun < block.threads) {
            unsigned next = block.begun++;
            active->thread = block.reverse ? block.threads - 1 - next : next;
            enter(active->thread);
            block.kernel->call(block.arguments);
        }
        active->line = running;
        emulation_switch(&active->top, scheduler);
    }
}

bool prepare(Fiber& fiber) {
    if (fiber.stack == nullptr) {
        // Never given back: the next block wants it again.
        void* memory = mmap(nullptr, stackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) return false;
        // Who needs more stack than there is must not write into another's.
        mprotect(memory, pageBytes, PROT_NONE);
        fiber.stack = static_cast<char*>(memory);
    }
    // As if it had called emulation_switch: six registers, where to go on, and nothing to return to.
    constexpr int frame = 8;
    auto** top = reinterpret_cast<void**>(fiber.stack + stackBytes) - frame;
    for (int i = 0; i < frame; i++) top[i] = nullptr;
    top[frame - 2] = reinterpret_cast<void*>(&fiberMain);
    fiber.top = top;
    fiber.line = running;
    return true;
}

void resume(Fiber& fiber) {
    active = &fiber;
    emulation_switch(&scheduler, fiber.top);
}

// Lets all threads come to their next barrier or end. Returns how many fibers wait, or a negative number if at different ones.
int phase(std::vector<Fiber*>& waiting) {
    std::vector<Fiber*> still;
    for (Fiber* fiber : waiting) {
        enter(fiber->thread);
        fiber->line = running;
        resume(*fiber);
        if (fiber->line != running) still.push_back(fiber);
    }
    waiting = still;
    for (Fiber* fiber : waiting) {
        if (fiber->line != waiting[0]->line) return -1;
    }
    return static_cast<int>(waiting.size());
}

int runBlock(const std::string& name) {
    std::vector<Fiber*> waiting;
    for (int i = 0; block.begun < block.threads; i++) {
        if (!prepare(fibers[i])) return fail(memoryAllocation, "%s: no memory for the stacks of its threads", name.c_str());
        resume(fibers[i]);
        if (fibers[i].line != running) waiting.push_back(&fibers[i]);
    }
    for (Fiber* fiber : waiting) {
        if (fiber->line != waiting[0]->line) {
            return fail(launchFailure, "%s: threads of a block wait at different __syncthreads()", name.c_str());
        }
    }
    while (int left = phase(waiting)) {
        if (left < 0) return fail(launchFailure, "%s: threads of a block wait at different __syncthreads()", name.c_str());
    }
    return success;
}

bool reverseNow(unsigned long launch, unsigned long place) {
    return order() == "reverse" || (order() != "forward" && (launch + place) % 2 == 1);
}

}  // namespace

const std::string& order() {
    static auto* name = new std::string(setting("CUDA_EMULATION_ORDER", "alternate"));
    return *name;
}

extern "C" void emulation_barrier(int line) {
    active->line = line;
    emulation_switch(&active->top, scheduler);
}

int runGrid(const Module& module, const Kernel& kernel, const std::string& name, void** arguments, Dimensions grid,
            Dimensions size) {
    static unsigned long launches = 0;
    launches++;
    *module.gridSize = grid;
    *module.blockSize = size;
    unsigned long blocks = 1UL * grid.x * grid.y * grid.z;
    for (unsigned long i = 0; i < blocks; i++) {
        unsigned long place = reverseNow(launches, 0) ? blocks - 1 - i : i;
        *module.block = {static_cast<unsigned>(place % grid.x), static_cast<unsigned>(place / grid.x % grid.y),
                         static_cast<unsigned>(place / grid.x / grid.y)};
        // A block finds nothing in shared memory, least of all what the last one left.
        poison(module.sharedBegin, module.sharedEnd - module.sharedBegin);
        block = {&module, &kernel, arguments, size.x * size.y * size.z, reverseNow(launches, place)};
        if (int code = runBlock(name)) return code;
    }
    return success;
}

}  // namespace emulation
