import Glibc

/// The destination of results: standard output, or the file that `-o` names.
///
/// A plain file is written beside its place first, as a `PartialFile`. It gets its name when everything is written: an older file of that name stays
/// whole until then, whatever ends the command.
final class OutputFile {
    private enum Sink {
        case stream(StandardStream, name: String, closes: Bool)
        case partial(PartialFile)
    }

    private let sink: Sink

    /// Opens the destination before any work is done, so that a wrong name costs no time.
    ///
    /// - Parameter path: nil or `-`: standard output. Links are followed; pipes, devices and `/dev/stdout` are written directly.
    static func open(_ path: String?, standard: StandardStream) throws(OutputFileError) -> OutputFile {
        guard let path, path != "-" else { return OutputFile(.stream(standard, name: "standard output", closes: false)) }
        switch try OutputPlace(path) {
        case .file(let file, let owner): return OutputFile(.partial(try PartialFile(of: file, replacing: owner)))
        case .stream(let descriptor): return OutputFile(.stream(StandardStream(descriptor: descriptor), name: path, closes: true))
        }
    }

    private init(_ sink: Sink) { self.sink = sink }

    deinit { if case .stream(let stream, _, closes: true) = sink { close(stream.descriptor) } }

    /// The file that is not complete; nil where what is written is seen at once.
    var partial: PartialFile? {
        switch sink {
        case .stream: nil
        case .partial(let partial): partial
        }
    }

    func write(_ text: String) throws(OutputFileError) {
        switch sink {
        case .stream(let stream, let name, _):
            guard !stream.write(text) else { return }
            throw OutputFileError("write", name, code: stream.takeFailure() ?? EIO)
        case .partial(let partial): try partial.append(text)
        }
    }

    /// Gives the file its name, because everything is written. A file that is destroyed before leaves nothing behind, unless it is kept.
    ///
    /// - Parameter keepsNotes: true: the file's notes stay, for the caller to delete.
    func finish(keepsNotes: Bool = false) throws(OutputFileError) {
        switch sink {
        case .stream: return
        case .partial(let partial): try partial.putInPlace(keepsNotes: keepsNotes)
        }
    }

    /// Writes one text as all of a file.
    static func write(_ text: String, to path: String?, standard: StandardStream) throws(OutputFileError) {
        let file = try open(path, standard: standard)
        try file.write(text)
        try file.finish()
    }
}

/// A result that could not be written. The description says where and why.
struct OutputFileError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// - Parameter code: the value of `errno`.
    init(_ action: String, _ path: String, code: Int32 = errno) {
        self.init("cannot \(action) \(path): \(String(cString: strerror(code)).lowercased())")
    }
}
