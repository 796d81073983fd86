/// A tar file, compressed or not, that may come from somebody else.
struct TarArchive {
    /// The path of the file.
    let path: String
    /// The name that the user gave.
    let name: String
    /// Maximum size of all files in the archive together, in bytes.
    var sizeLimit = Int.max

    /// The entries of an archive, none of which leads out of the folder that it is unpacked into.
    struct Entries {
        let names: [String]
        /// Size of all files together, in bytes.
        let byteCount: Int

        fileprivate init(names: [String], byteCount: Int) {
            self.names = names
            self.byteCount = byteCount
        }
    }

    /// Reads and checks the list of the archive's entries.
    func entries() async throws -> Entries {
        // Names with unusual characters get backslashes, so that each entry is one line.
        let listing = try await run(["--list", "--verbose", "--numeric-owner", "--quoting-style=escape"])
        let found = try listing.split(separator: "\n").reduce(into: (names: [String](), total: 0)) { found, line in
            let (name, size) = try entry(line)
            found.names.append(name)
            found.total += size
            guard found.total <= sizeLimit else { throw ArchiveError("\(self.name) is not used, because it has more than \(sizeLimit >> 30) GiB") }
        }
        return Entries(names: found.names, byteCount: found.total)
    }

    /// Unpacks the archive, whose entries were checked, into an empty folder.
    func extract(_ entries: Entries, into folder: String) async throws {
        _ = try await run(["--extract", "--no-same-owner", "--no-same-permissions", "--directory", folder])
    }

    /// Unpacks the archive into an empty folder, after a check of all its entries.
    ///
    /// - Returns: the names of the entries.
    func unpack(into folder: String) async throws -> [String] {
        let entries = try await entries()
        try await extract(entries, into: folder)
        return entries.names
    }

    /// Packs a folder into a new file.
    ///
    /// - Parameter isCompressed: true to compress the file with gzip.
    func pack(_ folder: String, isCompressed: Bool) async throws {
        let parent = FileTree.folder(of: folder), last = folder.split(separator: "/").last.map(String.init) ?? ""
        _ = try await run(
            ["--create", "--owner=0", "--group=0", "--numeric-owner", "--hard-dereference", "--sort=name"] + (isCompressed ? ["--gzip"] : []) + [
                "--directory", parent,
            ],
            operands: ["--", last], mayDiffer: true)
    }

    /// True if a path stays below the folder that it is relative to.
    static func isInside(_ path: String) -> Bool {
        !path.isEmpty && !path.hasPrefix("/") && !path.contains("\\") && !path.split(separator: "/").contains("..")
    }

    /// Reads a line of the list, such as `-rw-r--r-- 0/0   9231 2026-11-22 04:56 models-v1/manifest.json`.
    ///
    /// - Throws: `ArchiveError` for links and devices, and for names that could lead out of the folder.
    private func entry(_ line: Substring) throws -> (name: String, size: Int) {
        let parts = line.split(separator: " ", maxSplits: 5)
        guard parts.count == 6, let kind = line.first else {
            throw ArchiveError("\(name) cannot be listed: tar says \(TerminalText.safe(String(line)))")
        }
        guard "-d".contains(kind), let size = Int(parts[2]), size >= 0, Self.isInside(String(parts[5])) else {
            throw ArchiveError("\(name) is not used, because its entry \(TerminalText.safe(String(parts[5]))) could lead out of the folder")
        }
        return (String(parts[5]), size)
    }

    /// - Parameter mayDiffer: true if tar may report with status 1 that a file changed meanwhile: the deletion of another name is a change too.
    private func run(_ options: [String], operands: [String] = [], mayDiffer: Bool = false) async throws -> String {
        let outcome = try await SystemProgram.run(
            ["tar"] + options + ["--force-local", "--file=" + path] + operands, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"])
        try Task.checkCancellation()
        guard outcome.status != 127 else { throw ArchiveError("the program tar is not found; install it (Debian: apt install tar gzip)") }
        guard outcome.status == 0 || (mayDiffer && outcome.status == 1) else {
            // The later lines say that tar ends.
            let reason = outcome.diagnostics.split(separator: "\n").first.map(String.init) ?? outcome.reason
            throw ArchiveError("\(name): \(TerminalText.safe(reason))")
        }
        return outcome.output
    }
}

/// An archive that is not used, or not made, in one line for the user.
struct ArchiveError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
