import Glibc
import Net
import Synchronization

/// A program of the system, such as `tar`, that a command runs with empty standard input.
enum SystemProgram {
    struct Outcome {
        /// Exit status, as a shell has it: 128 and the signal's number when a signal ended the program; 127 when the program does not exist.
        var status: Int32
        var output: String
        /// The text on standard error; empty when it was shown.
        var diagnostics: String

        /// The last line on standard error, for an error message.
        var reason: String {
            let line = diagnostics.split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) }
            return line.map(String.init) ?? "exit status \(status)"
        }
    }

    /// Runs a program to its end. The cancellation of the task interrupts the program (SIGINT).
    ///
    /// - Parameters:
    ///   - words: the program, which is looked for in `PATH`, and its arguments.
    ///   - environment: the program's environment.
    ///   - showsDiagnostics: true if the program writes on this process's standard error.
    static func run(_ words: [String], environment: [String: String], showsDiagnostics: Bool = false) async throws(SystemError) -> Outcome {
        let output = try Pipe(), diagnostics = try Pipe()
        let id: pid_t
        do throws(SystemError) {
            id = try NewProcess.start(
                words, environment: environment.map { "\($0.key)=\($0.value)" },
                descriptors: [
                    STDIN_FILENO: .null(O_RDONLY), STDOUT_FILENO: .copy(output.writer),
                    STDERR_FILENO: .copy(showsDiagnostics ? STDERR_FILENO : diagnostics.writer),
                ])
        } catch {
            for pipe in [output, diagnostics] { _ = [pipe.reader, pipe.writer].map(close) }
            guard error.code == ENOENT else { throw error }
            return Outcome(status: 127, output: "", diagnostics: "\(words.first ?? ""): not found")
        }
        // The end of the program is the end of its output.
        for pipe in [output, diagnostics] { close(pipe.writer) }
        // The process number is free for another process once the child's end is noted.
        let isOver = Mutex(false)
        return await withTaskCancellationHandler {
            let texts = Pipe.readAll([output, diagnostics])
            var status: Int32 = 0
            var information = siginfo_t()
            while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            isOver.withLock {
                $0 = true
                while waitpid(id, &status, 0) < 0, errno == EINTR {}
            }
            let signal = status & 0x7F
            return Outcome(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: texts[0], diagnostics: texts[1])
        } onCancel: {
            isOver.withLock { if !$0 { kill(id, SIGINT) } }
        }
    }

    /// A pipe from a program to this process.
    private struct Pipe {
        let reader: Int32
        let writer: Int32

        init() throws(SystemError) {
            var pair: [Int32] = [-1, -1]
            guard pipe(&pair) == 0 else { throw SystemError(call: "pipe") }
            (reader, writer) = (pair[0], pair[1])
            for descriptor in pair { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }

        /// Reads both pipes to their ends, and closes them.
        static func readAll(_ pipes: [Pipe]) -> [String] {
            var bytes = pipes.map { _ in [UInt8]() }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var open = Array(pipes.indices)
            while !open.isEmpty {
                var requests = open.map { pollfd(fd: pipes[$0].reader, events: Int16(POLLIN), revents: 0) }
                guard poll(&requests, nfds_t(requests.count), -1) >= 0 || errno == EINTR else { break }
                for (index, request) in zip(open, requests) where request.revents != 0 {
                    let count = read(request.fd, &buffer, buffer.count)
                    if count > 0 { bytes[index] += buffer[..<count] } else if count == 0 || errno != EINTR { open.removeAll { $0 == index } }
                }
            }
            for pipe in pipes { close(pipe.reader) }
            return bytes.map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
