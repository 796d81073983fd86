import Glibc
import Store

/// Puts blobs until it is killed, four at a time. Each name is put again and again with growing values, and a blob is its value again and again, in four
/// bytes, the lowest first. Standard error tells which puts are done: `put NAME VALUE`.
///
/// Arguments: the folder, and a prefix of the names.
@main enum CrashBlobs {
    private static let byteCount = 300_000

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 3 else { exit(2) }
        let store = FolderBlobStore(words[1])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                guard let name = BlobName("\(words[2])-\(worker)") else { exit(2) }
                group.addTask {
                    for value in UInt32(1)... {
                        if value.isMultiple(of: 2) {
                            try await store.put(bytes(of: value, count: byteCount), as: name)
                        } else {
                            try await put(value, as: name, in: store)
                        }
                        tell("put \(name) \(value)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func bytes(of value: UInt32, count: Int) -> [UInt8] {
        [UInt32](repeating: value.littleEndian, count: count / 4).withUnsafeBytes { Array($0) }
    }

    /// Writes a draft in pieces, as an encoder does.
    private static func put(_ value: UInt32, as name: BlobName, in store: FolderBlobStore) async throws {
        let draft = try await store.makeDraft()
        guard let file = fopen(draft.path, "w") else { exit(3) }
        let piece = bytes(of: value, count: byteCount / 10)
        for _ in 0..<10 { fwrite(piece, 1, piece.count, file) }
        fclose(file)
        try await store.put(draft, as: name)
    }

    /// Writes a line at once, so that lines stay whole.
    private static func tell(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
