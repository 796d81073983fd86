import Net

/// An archive of a models folder: a tar file, compressed or not, that has one folder with a manifest.
struct ModelArchive {
    /// An entry of the archive.
    private struct Entry {
        var kind: Character
        var size: Int
        var name: String
    }

    /// Maximum size of the unpacked archive, in bytes.
    static let sizeLimit = 4 << 30
    private static let entryLimit = 10_000

    /// The path of the file.
    let path: String
    /// The name that the user gave.
    let name: String

    /// Unpacks the archive, after a check of all names, into an empty folder.
    ///
    /// - Returns: the path of the models folder in it.
    func unpack(into folder: String) async throws -> String {
        let entries = try await entries()
        guard let manifest = entries.map(\.name).filter({ Self.isManifest($0) }).min(by: { $0.count < $1.count }) else {
            throw ModelError("\(name) has no models: \(ModelManifest.name) is missing; give an archive such as harken-models-….tar.gz")
        }
        _ = try await tar(["--extract", "--no-same-owner", "--no-same-permissions", "--directory", folder])
        return folder + "/" + manifest.dropLast(ModelManifest.name.count)
    }

    private static func isManifest(_ name: String) -> Bool { name == ModelManifest.name || name.hasSuffix("/" + ModelManifest.name) }

    /// True if a path stays below the folder that it is relative to.
    static func isInside(_ path: String) -> Bool {
        !path.isEmpty && !path.hasPrefix("/") && !path.contains("\\") && !path.split(separator: "/").contains("..")
    }

    /// Lists the archive.
    ///
    /// - Throws: `ModelError` when an entry does not belong into a models folder.
    private func entries() async throws -> [Entry] {
        // Names with unusual characters get backslashes, so that each entry is one line.
        let listing = try await tar(["--list", "--verbose", "--numeric-owner", "--quoting-style=escape"])
        let entries = listing.split(separator: "\n").map(Self.entry)
        var total = 0
        for entry in entries {
            guard let entry else { throw ModelError("\(name) cannot be listed; \(ModelError.remedy)") }
            // Links and devices have no place among models, and could lead out of the folder.
            guard "-d".contains(entry.kind), Self.isInside(entry.name) else {
                throw ModelError("\(name) is not used, because its entry \(TerminalText.safe(entry.name)) could lead out of the folder of models")
            }
            total += entry.size
            guard total <= Self.sizeLimit, entries.count <= Self.entryLimit else {
                throw ModelError("\(name) is not used, because it has more than \(Self.sizeLimit >> 30) GiB or \(Self.entryLimit) files")
            }
        }
        return entries.compactMap(\.self)
    }

    /// Reads a line such as `-rw-r--r-- 0/0   9231 2026-11-22 04:56 models-v1/manifest.json`.
    private static func entry(_ line: Substring) -> Entry? {
        let parts = line.split(separator: " ", maxSplits: 5)
        guard parts.count == 6, let kind = line.first else { return nil }
        guard "-d".contains(kind) else { return Entry(kind: kind, size: 0, name: String(parts[5])) }
        guard let size = Int(parts[2]), size >= 0 else { return nil }
        return Entry(kind: kind, size: size, name: String(parts[5]))
    }

    private func tar(_ options: [String]) async throws -> String {
        let outcome = try await SystemProgram.run(
            ["tar"] + options + ["--force-local", "--file=" + path], environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"])
        try Task.checkCancellation()
        guard outcome.status != 127 else { throw ModelError("the program tar is not found; install it (Debian: apt install tar gzip)") }
        guard outcome.status == 0 else {
            // The later lines say that tar ends.
            let reason = outcome.diagnostics.split(separator: "\n").first.map(String.init) ?? outcome.reason
            throw ModelError("\(name) cannot be unpacked: \(TerminalText.safe(reason))")
        }
        return outcome.output
    }
}
