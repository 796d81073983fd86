internal import Dispatch
internal import Glibc
internal import Net

/// Streams files as the body of an answer that was begun. The files are read on another thread, no faster than the client takes them. Lives on the
/// exchange's loop.
final class FileAnswer {
    private static let piece = 65_536
    /// Maximum number of bytes that wait for the client.
    private static let most = 1 << 20
    private static let queue = DispatchQueue(label: "harken.files", qos: .utility, attributes: .concurrent)

    private let exchange: HTTPExchange
    private var files: ArraySlice<String>
    private var offset = 0

    private init(_ files: [String], _ exchange: HTTPExchange) {
        self.exchange = exchange
        self.files = files[...]
    }

    static func send(_ files: [String], to exchange: HTTPExchange) { FileAnswer(files, exchange).next() }

    private func next() {
        guard exchange.isOpen else { return }
        guard let file = files.first else { return exchange.finish() }
        let offset = offset
        let reader = LoopBound(self, on: exchange.loop)
        Self.queue.async {
            let bytes = Self.read(file, at: offset)
            reader.enter { $0.send(bytes) }
        }
    }

    private func send(_ bytes: [UInt8]) {
        guard exchange.isOpen else { return }
        offset += bytes.count
        if bytes.isEmpty {
            files = files.dropFirst()
            offset = 0
        }
        exchange.write(bytes)
        guard exchange.bufferedByteCount > Self.most else { return next() }
        exchange.onDrain = { [self] in
            exchange.onDrain = nil
            next()
        }
    }

    /// Reads a part of a file.
    ///
    /// - Returns: the bytes; empty at the file's end, and when the file cannot be read.
    private static func read(_ path: String, at offset: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: piece) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, piece, off_t(offset)))
        }
    }
}
