import Evaluation

/// Reads manifests from the disk, with the files that they name.
enum ManifestFile {
    /// Returns all cases of all manifests, in order.
    static func read(_ paths: [String]) throws -> Manifest {
        var all: Manifest?
        for path in paths {
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            do {
                let manifest = try Manifest(parsing: try content(path), folder: folder) { try content($0.hasPrefix("/") ? $0 : folder + "/" + $0) }
                all?.cases += manifest.cases
                all?.leftOut += manifest.leftOut
                all = all ?? manifest
            } catch let error as ManifestError {
                throw UsageError("\(path): \(error)")
            }
        }
        guard let all else { throw UsageError("a manifest is missing; give the path of one") }
        return all
    }

    private static func content(_ path: String) throws -> [UInt8] {
        guard let text = TextFile.read(path, most: 256 << 20) else { throw UsageError("\(path): cannot be read") }
        return Array(text.utf8)
    }
}
