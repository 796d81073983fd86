import Glibc

/// The destination of results: standard output, or the file that `-o` names.
struct OutputFile: ~Copyable {
    private let path: String?
    private let stream: StandardStream

    /// Opens the destination before any work is done, so that a wrong name costs no time.
    static func open(_ path: String?, standard: StandardStream) throws(OutputFileError) -> OutputFile {
        guard let path, path != "-" else { return OutputFile(path: nil, stream: standard) }
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw OutputFileError(description: "cannot write \(path): \(String(cString: strerror(errno)).lowercased())") }
        return OutputFile(path: path, stream: StandardStream(descriptor: descriptor))
    }

    private init(path: String?, stream: StandardStream) {
        self.path = path
        self.stream = stream
    }

    deinit { if path != nil { close(stream.descriptor) } }

    func write(_ text: String) throws(OutputFileError) {
        guard !stream.write(text) else { return }
        throw OutputFileError(description: "cannot write \(path ?? "standard output"): \(String(cString: strerror(errno)).lowercased())")
    }
}

/// A result that could not be written. The description says where and why.
struct OutputFileError: Error, CustomStringConvertible {
    let description: String
}
