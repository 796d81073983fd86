import Glibc

/// The destination of transcripts: standard output or one file for all, or a folder with one file for each recording.
enum TranscriptDestination: Sendable {
    case together(path: String?)
    case folder(String)

    /// - Parameters:
    ///   - output: the value of `--output`: a file, or a folder, which exists or has a slash at its end; nil: standard output.
    ///   - needsFolder: true if one file cannot hold all transcripts: a path where nothing exists then becomes a folder.
    init(_ output: String?, needsFolder: Bool = false) {
        guard let output else {
            self = .together(path: nil)
            return
        }
        var information = stat()
        let exists = stat(output, &information) == 0
        let isFolder = output.hasSuffix("/") || (exists ? information.st_mode & S_IFMT == S_IFDIR : needsFolder)
        self = isFolder ? .folder(output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output) : .together(path: output)
    }

    /// Checks that each recording gets a file of its own, and that no recording is overwritten.
    ///
    /// - Parameter input: the descriptor that `-` names: a shell may have opened a file there.
    func check(_ files: [String], _ format: TranscriptFormat, input: Int32 = STDIN_FILENO) throws(UsageError) {
        func overwritten(by path: String) -> String? {
            guard let identity = FileIdentity(path: path) else { return nil }
            let file = files.first { ($0 == "-" ? Self.file(of: input) : FileIdentity(path: $0)) == identity }
            return file == "-" ? "the file of standard input" : file
        }
        switch self {
        case .together(let path):
            if files.count > 1, format.needsOwnFile {
                throw UsageError("--format \(format.rawValue) writes one file for each FILE: give a folder with -o DIR")
            }
            guard let path, let file = overwritten(by: path) else { return }
            throw UsageError("--output would overwrite \(file); name another file")
        case .folder(let folder):
            var taken: [String: String] = [:]
            for file in files {
                let path = Self.path(of: file, in: folder, format)
                if let other = taken.updateValue(file, forKey: path) { throw UsageError("\(other) and \(file) would both be written to \(path)") }
                if let other = overwritten(by: path) { throw UsageError("--output would overwrite \(other); name another folder") }
            }
        }
    }

    /// Returns the plain file that a descriptor reads; nil for pipes and terminals, which may be the output as well.
    private static func file(of descriptor: Int32) -> FileIdentity? {
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        return FileIdentity(descriptor: descriptor)
    }

    static func path(of file: String, in folder: String, _ format: TranscriptFormat) -> String {
        "\(folder)/\(InputFile.stem(file)).\(format == .text ? "txt" : format.rawValue)"
    }
}
