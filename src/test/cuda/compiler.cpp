// NVRTC: compiles the source of kernels with g++, behind prelude.h, into a library that cuModuleLoadData loads.
#include "emulation.h"

#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <fstream>
#include <regex>
#include <spawn.h>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace {

enum Result { success = 0, invalidInput = 3, invalidProgram = 4, invalidOption = 5, compilation = 6, internalError = 11 };

struct Program {
    std::string source, name, log, image;
};

std::set<Program*>& programs() {
    static auto* all = new std::set<Program*>;
    return *all;
}

Program* programOf(void* handle) {
    auto* program = static_cast<Program*>(handle);
    return programs().count(program) > 0 ? program : nullptr;
}

// Where this library lies, and prelude.h beside it.
std::string home() {
    Dl_info info;
    dladdr(reinterpret_cast<void*>(&home), &info);
    std::string path = info.dli_fname;
    return path.substr(0, path.rfind('/'));
}

std::string textOf(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

// Comments become blanks, but lines stay.
std::string withoutComments(const std::string& source) {
    std::string result = source;
    for (size_t i = 0; i + 1 < result.size(); i++) {
        bool line = result.compare(i, 2, "//") == 0;
        if (!line && result.compare(i, 2, "/*") != 0) continue;
        size_t end = line ? result.find('\n', i) : result.find("*/", i + 2);
        end = end == std::string::npos ? result.size() : line ? end : end + 2;
        for (; i < end; i++) {
            if (result[i] != '\n') result[i] = ' ';
        }
    }
    return result;
}

// Tells each kernel's name and its launch bound to prelude.h.
std::string declarations(const std::string& source) {
    static const std::regex kernel(
            R"(__global__\s+(?:void\s+)?(?:__launch_bounds__\s*\(\s*(\w+)[^)]*\)\s*)?(?:void\s+)?(\w+)\s*\()");
    std::string result = "\n";
    std::string plain = withoutComments(source);
    for (std::sregex_iterator i(plain.begin(), plain.end(), kernel), end; i != end; ++i) {
        std::string bound = (*i)[1].matched ? (*i)[1].str() : "0";
        result += "EMULATED_KERNEL(" + (*i)[2].str() + ", " + bound + ");\n";
    }
    return result;
}

// Runs a command with its output in a file; -1 if it cannot be started.
int execute(const std::vector<std::string>& command, const std::string& output) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    pid_t child;
    int error = posix_spawnp(&child, words[0], &files, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) return -1;
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

uint64_t hash(const std::string& text) {
    uint64_t value = 0xcbf29ce484222325;  // FNV-1a
    for (unsigned char byte : text) value = (value ^ byte) * 0x100000001b3;
    return value;
}

std::vector<std::string> compiler() {
    // Symbolic: a kernel named like a function of C is still the kernel.
    return {"g++", "-x", "c++", "-std=c++17", "-O2", "-w", "-shared", "-fPIC", "-Wl,-Bsymbolic", "-ffp-contract=off",
            "-fno-strict-aliasing", "-include", home() + "/prelude.h"};
}

int build(Program& program, const std::string& source, const std::string& library) {
    // Several processes may build the same; the last to rename wins, and all are alike.
    std::string mine = library + "." + std::to_string(getpid()) + "." + std::to_string(gettid());
    std::ofstream(mine + ".cpp") << source;
    std::vector<std::string> command = compiler();
    command.insert(command.end(), {"-o", mine, mine + ".cpp"});
    int exit = execute(command, mine + ".log");
    program.log = exit < 0 ? "g++ cannot be started" : textOf(mine + ".log");
    unlink((mine + ".cpp").c_str());
    unlink((mine + ".log").c_str());
    if (exit != 0) return exit < 0 ? internalError : compilation;
    return rename(mine.c_str(), library.c_str()) == 0 ? success : internalError;
}

int compile(Program& program, int count, const char* const* options) {
    bool cubin = false;
    for (int i = 0; i < count; i++) {
        std::string option = options[i];
        static const std::regex known("--?(arch|gpu-architecture)=(sm|compute)_90a?|--?std=c\\+\\+\\d\\d|--?fmad=\\w+|--?(lineinfo|default-device|dw|"
                                      "extra-device-vectorization|restrict)");
        if (!std::regex_match(option, known)) {
            program.log = "option not known to the emulation: " + option;
            return invalidOption;
        }
        cubin |= option.find("=sm_") != std::string::npos;
    }
    static const std::regex include(R"((^|\n)[ \t]*#[ \t]*include)");
    if (std::regex_search(program.source, include)) {
        program.log = program.name + ": #include, but there is nothing to include";
        return compilation;
    }
    std::string source = "#line 1 \"" + program.name + "\"\n" + program.source + declarations(program.source);
    std::string directory = emulation::setting("CUDA_EMULATION_CACHE", home() + "/kernels");
    mkdir(directory.c_str(), 0755);
    std::string all = source + textOf(home() + "/prelude.h");
    for (const std::string& word : compiler()) all += word;
    char name[32];
    snprintf(name, sizeof name, "/%016lx.so", hash(all));
    std::string library = directory + name;
    if (access(library.c_str(), R_OK) != 0) {
        if (int result = build(program, source, library)) return result;
    }
    // Without sm_… in the options, NVRTC makes PTX only.
    program.image = cubin ? "EMULATED CUBIN " + library : "";
    return success;
}

}  // namespace

EXPORT int nvrtcVersion(int* major, int* minor) {
    *major = 13;
    *minor = 1;
    return success;
}

EXPORT int nvrtcCreateProgram(void** handle, const char* source, const char* name, int headers, const char* const*,
                              const char* const*) {
    if (source == nullptr || headers != 0) return invalidInput;
    auto* program = new Program{source, name == nullptr ? "default_program" : name, "", ""};
    programs().insert(program);
    *handle = program;
    return success;
}

EXPORT int nvrtcCompileProgram(void* handle, int count, const char* const* options) {
    Program* program = programOf(handle);
    return program == nullptr ? invalidProgram : compile(*program, count, options);
}

EXPORT int nvrtcGetCUBINSize(void* handle, size_t* bytes) {
    Program* program = programOf(handle);
    if (program == nullptr) return invalidProgram;
    *bytes = program->image.empty() ? 0 : program->image.size() + 1;
    return success;
}

EXPORT int nvrtcGetCUBIN(void* handle, char* image) {
    Program* program = programOf(handle);
    if (program == nullptr || program->image.empty()) return invalidProgram;
    memcpy(image, program->image.c_str(), program->image.size() + 1);
    return success;
}

EXPORT int nvrtcGetProgramLogSize(void* handle, size_t* bytes) {
    Program* program = programOf(handle);
    if (program == nullptr) return invalidProgram;
    *bytes = program->log.size() + 1;
    return success;
}

EXPORT int nvrtcGetProgramLog(void* handle, char* log) {
    Program* program = programOf(handle);
    if (program == nullptr) return invalidProgram;
    memcpy(log, program->log.c_str(), program->log.size() + 1);
    return success;
}

EXPORT int nvrtcDestroyProgram(void** handle) {
    Program* program = programOf(*handle);
    if (program == nullptr) return invalidProgram;
    programs().erase(program);
    delete program;
    *handle = nullptr;
    return success;
}

EXPORT const char* nvrtcGetErrorString(int result) {
    switch (result) {
        case success: return "NVRTC_SUCCESS";
        case invalidInput: return "NVRTC_ERROR_INVALID_INPUT";
        case invalidProgram: return "NVRTC_ERROR_INVALID_PROGRAM";
        case invalidOption: return "NVRTC_ERROR_INVALID_OPTION";
        case compilation: return "NVRTC_ERROR_COMPILATION";
        case internalError: return "NVRTC_ERROR_INTERNAL_ERROR";
        default: return "NVRTC_ERROR unknown";
    }
}
