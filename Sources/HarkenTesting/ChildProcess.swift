internal import Foundation
internal import Synchronization

/// A program that a test runs, with empty standard input. The owner's release kills it.
///
/// It uses `posix_spawn`, not Foundation's `Process`: AddressSanitizer stops at the way in which `Process` finds open descriptors, and its
/// `waitUntilExit` can miss the end of one child while another runs.
package final class ChildProcess: Sendable {
    package struct Outcome: Sendable {
        /// Exit status in the form of a shell: 128 plus the signal's number when a signal ended the program.
        package var status: Int32
        package var output: String
        package var diagnostics: String
    }

    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    /// State that outlives its owner until the program has ended.
    private final class Life: Sendable {
        let state = Mutex(State())

        /// Blocks until the child has ended.
        func wait(for child: Int32) {
            var information = siginfo_t()
            // The child keeps its process number until its end is noted here, so that no other process is signalled.
            while waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            let (status, waiting) = state.withLock { state in
                let status = ChildProcess.end(of: child)
                state.status = status
                return (status, state.waiting)
            }
            for continuation in waiting { continuation.resume(returning: status) }
        }
    }

    package let id: Int32
    private let life = Life()
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - words: the program and its arguments. A program without a slash is looked for in `PATH`.
    ///   - environment: the environment; nil: this process's own.
    package init(_ words: [String], environment: [String: String]? = nil) throws {
        folder = TemporaryFolder()
        id = try Self.spawn(words, environment, folder)
        // A thread in place of a task, because waiting for a child would block a thread of the pool on which the tests run.
        Thread.detachNewThread { [life, id] in life.wait(for: id) }
    }

    deinit {
        signal(SIGKILL)
    }

    /// Runs a program to its end. Blocks.
    package static func run(_ words: [String], environment: [String: String]? = nil) throws -> Outcome {
        let folder = TemporaryFolder()
        return try outcome(end(of: spawn(words, environment, folder)), folder)
    }

    package var isRunning: Bool { life.state.withLock { $0.status == nil } }

    /// Text that the program has written to standard error so far.
    package var diagnostics: String { Self.read("diagnostics", folder) }

    /// Text that the program has written to standard output so far.
    package var output: String { Self.read("output", folder) }

    package func signal(_ number: Int32) {
        life.state.withLock { if $0.status == nil { kill(id, number) } }
    }

    package func outcome() async -> Outcome {
        let status = await withCheckedContinuation { continuation in
            let status = life.state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
        return Self.outcome(status, folder)
    }

    private static func outcome(_ status: Int32, _ folder: TemporaryFolder) -> Outcome {
        Outcome(status: status, output: read("output", folder), diagnostics: read("diagnostics", folder))
    }

    /// Reads a file. `Data(contentsOf:)` is not used, because it leaks its buffer when a file is empty.
    private static func read(_ name: String, _ folder: TemporaryFolder) -> String {
        guard let file = fopen(folder.path(of: name), "r") else { return "" }
        defer { fclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { text += buffer[..<count] }
        return String(decoding: text, as: UTF8.self)
    }

    private static func spawn(_ words: [String], _ environment: [String: String]?, _ folder: TemporaryFolder) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (descriptor, name) in [(STDOUT_FILENO, "output"), (STDERR_FILENO, "diagnostics")] {
            posix_spawn_file_actions_addopen(&actions, descriptor, folder.path(of: name), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { $0.map { strdup("\($0)=\($1)") } + [nil] }
        defer { for text in arguments + (variables ?? []) { free(text) } }
        var child: pid_t = 0
        let code =
            if variables == nil {
                posix_spawnp(&child, words[0], &actions, nil, &arguments, environ)
            } else {
                variables?.withUnsafeMutableBufferPointer { posix_spawnp(&child, words[0], &actions, nil, &arguments, $0.baseAddress) } ?? EINVAL
            }
        guard code == 0 else { throw ChildProcessError(program: words[0], code: code) }
        return child
    }

    /// Waits for the child and returns its status.
    private static func end(of child: Int32) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}

/// A program that ended with an error.
package struct ChildProcessError: Error {
    package let program: String
    package let code: Int32
}
