internal import Net
internal import Store

/// Streams blobs as the body of an answer that was begun, no faster than the client takes them. Lives on the exchange's loop.
final class BlobAnswer {
    /// Maximum number of bytes that wait for the client.
    private static let most = 1 << 20

    private let exchange: HTTPExchange
    private let reading: Reading

    /// Reads the blobs one after the other, off the loop.
    private actor Reading {
        private var names: ArraySlice<BlobName>
        private let store: any BlobStore
        private var reader: (any BlobReader)?

        init(_ content: StoredContent) {
            names = content.names[...]
            store = content.store
        }

        /// Returns the next bytes; nil at the end of the last blob. A blob that cannot be read ends where it cannot be read.
        func next() async -> [UInt8]? {
            while true {
                if let piece = try? await reader?.next() { return piece }
                guard let name = names.popFirst() else { return nil }
                reader = try? await store.read(name, nil)
            }
        }
    }

    private init(_ content: StoredContent, _ exchange: HTTPExchange) {
        self.exchange = exchange
        reading = Reading(content)
    }

    static func send(_ content: StoredContent, to exchange: HTTPExchange) { BlobAnswer(content, exchange).next() }

    private func next() {
        guard exchange.isOpen else { return }
        let sender = LoopBound(self, on: exchange.loop)
        Task(priority: .utility) { [reading] in
            let bytes = await reading.next()
            sender.enter { $0.send(bytes) }
        }
    }

    private func send(_ bytes: [UInt8]?) {
        guard exchange.isOpen else { return }
        guard let bytes else { return exchange.finish() }
        exchange.write(bytes)
        guard exchange.bufferedByteCount > Self.most else { return next() }
        exchange.onDrain = { [self] in
            exchange.onDrain = nil
            next()
        }
    }
}
