import CSetup
import Framing
import Glibc
import Net

/// The scripts of set-up that make the models, which are compiled into the program.
struct SetupScripts {
    private let files: [String: [UInt8]]

    init() {
        var files: [String: [UInt8]] = [:]
        var index = 0
        while let file = harken_setup_file_at(index)?.pointee {
            files[String(cString: file.name)] = Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
            index += 1
        }
        self.files = files
    }

    /// The digest of the list of packages, as manifests have it.
    var partsDigest: String { digest("parts.json") }

    /// The digest of the list of packages that have the model for other languages than English, as manifests have it.
    var languagesDigest: String { digest("languages.json") }

    private func digest(_ name: String) -> String { SHA256.digest(files[name] ?? []).hexadecimal }

    /// Writes the scripts into a new temporary folder, and returns its path.
    func write() throws -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let folder = "\(parent)/harken-\(RandomUUID.text())"
        guard mkdir(folder, 0o700) == 0 else { throw FileTreeError("make the folder", folder) }
        for (name, bytes) in files {
            let descriptor = open(folder + "/" + name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw FileTreeError("write", folder + "/" + name) }
            defer { close(descriptor) }
            try writeAll(bytes.span.bytes, to: descriptor)
        }
        return folder
    }
}
