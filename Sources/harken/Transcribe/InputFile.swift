import Audio
import Framing
import Glibc
import Net
import Speech

/// A recording that a command line names: a file, standard input (`-`), a pipe, or a URL. What is not a plain file is copied into a temporary file,
/// because the decoder reads a recording more than once.
struct InputFile: ~Copyable {
    /// The name as it was given.
    let name: String
    /// Path of the file to read.
    let path: String
    private let isTemporary: Bool

    /// Maximum wait for a server that sends nothing.
    private static let patience: Duration = .seconds(60)

    static func isURL(_ name: String) -> Bool {
        let start = name.prefix(8).lowercased()
        return start.hasPrefix("http://") || start.hasPrefix("https://")
    }

    /// The name without folders and without the suffix, for files that are made from this one.
    static func stem(_ name: String) -> String {
        guard name != "-" else { return "stdin" }
        let path = isURL(name) ? String(name.prefix { $0 != "?" && $0 != "#" }) : name
        let file = path.split(separator: "/").last.map(String.init) ?? "recording"
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return file }
        return String(file[..<dot])
    }

    /// Opens the recording. Waits until a pipe or a URL has been copied.
    ///
    /// - Parameter standardInput: the descriptor that `-` names.
    /// - Throws: `InputFileError`, also when the task is cancelled meanwhile: no part of a recording is taken for all of it.
    static func open(_ name: String, standardInput: Int32 = STDIN_FILENO) async throws(InputFileError) -> InputFile {
        if isURL(name) { return try await fetch(name) }
        if name == "-" { return try copy(standardInput, name) }
        var information = stat()
        if stat(name, &information) == 0, information.st_mode & S_IFMT != S_IFREG, information.st_mode & S_IFMT != S_IFDIR {
            // A pipe that nobody writes yet would block here.
            let descriptor = Glibc.open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { throw InputFileError(name, String(cString: strerror(errno)).lowercased()) }
            defer { close(descriptor) }
            return try copy(descriptor, name)
        }
        if let problem = FileIdentity.problem(path: name) { throw InputFileError(name, problem) }
        return InputFile(name: name, path: name, isTemporary: false)
    }

    private init(name: String, path: String, isTemporary: Bool) {
        self.name = name
        self.path = path
        self.isTemporary = isTemporary
    }

    deinit { if isTemporary { unlink(path) } }

    /// Time of the file's last change; nil for a copy, whose date is the copy's own.
    var modified: UnixTime? {
        var information = stat()
        guard !isTemporary, stat(path, &information) == 0 else { return nil }
        return UnixTime(milliseconds: Int64(information.st_mtim.tv_sec) * 1_000 + Int64(information.st_mtim.tv_nsec) / 1_000_000)
    }

    private static func copy(_ source: Int32, _ name: String) throws(InputFileError) -> InputFile {
        let (descriptor, path) = try makeTemporary(for: name)
        defer { close(descriptor) }
        let file = InputFile(name: name, path: path, isTemporary: true)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            guard InterruptibleWait.untilReadable(source) else { throw InputFileError(name, "interrupted") }
            let count = read(source, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0 {
                guard errno == EINTR || errno == EAGAIN else { throw InputFileError(name, String(cString: strerror(errno)).lowercased()) }
                continue
            }
            do throws(SystemError) { try writeAll(buffer.span.extracting(first: count).bytes, to: descriptor) } catch {
                throw InputFileError(name, "the temporary file \(path) cannot be written: \(error)")
            }
        }
        return file
    }

    private static func fetch(_ url: String) async throws(InputFileError) -> InputFile {
        let (descriptor, path) = try makeTemporary(for: url)
        close(descriptor)
        let file = InputFile(name: url, path: path, isTemporary: true)
        var request = HTTPClientRequest(.get, url)
        request.destination = .file(path: path)
        request.responseLimit = .max
        request.redirects = .followed(limit: 10)
        request.timeout = nil
        request.stallTimeout = patience
        do throws(HTTPClientError) {
            let answer = try await HTTPClient().send(request)
            guard (200..<300).contains(answer.status.code) else { throw HTTPClientError.failed("the server answered \(answer.status.code)") }
        } catch {
            throw InputFileError(url, "\(error)")
        }
        return file
    }

    /// Makes an empty file for its owner only.
    static func makeTemporary(for name: String) throws(InputFileError) -> (descriptor: Int32, path: String) {
        let folder = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let path = "\(folder)/harken-\(RandomUUID.text())"
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw InputFileError(name, "no temporary file can be made in \(folder): \(String(cString: strerror(errno)).lowercased())")
        }
        return (descriptor, path)
    }
}

/// A recording that cannot be opened, in one line for the user.
struct InputFileError: Error, CustomStringConvertible {
    let description: String

    init(_ name: String, _ problem: String) { description = "\(name == "-" ? "standard input" : name): \(problem)" }
}
