internal import API
internal import Framing
internal import Net
internal import Store

/// The answer that has blobs, or the range of their bytes that the request asks for.
enum BlobAnswer {
    /// Reads the blobs one after the other, off the loop.
    private actor Reading: AnswerSource {
        private var parts: ArraySlice<(name: BlobName, range: Range<Int>)> = []
        private let store: any BlobStore
        private let names: [BlobName]
        private var reader: (any BlobReader)?

        init(_ content: StoredContent) {
            names = content.names
            store = content.store
        }

        /// Chooses what is read, by the sizes of the blobs. A blob that cannot be found is left out.
        ///
        /// - Returns: the range of the request in the whole content, and the size of that content.
        func begin(_ headers: HTTPHeaders) async -> (range: ByteRange, count: Int) {
            var found: [(name: BlobName, range: Range<Int>)] = [], count = 0
            for name in names {
                guard let blob = try? await store.find(name) else { continue }
                found.append((name, count..<count + blob.byteCount))
                count += blob.byteCount
            }
            let range = ByteRange(headers, of: count)
            let wanted: Range<Int> =
                switch range {
                case .whole: 0..<count
                case .part(let part): part
                case .unsatisfiable: 0..<0
                }
            parts =
                found.compactMap { part in
                    let own = part.range.clamped(to: wanted)
                    return own.isEmpty ? nil : (part.name, own.lowerBound - part.range.lowerBound..<own.upperBound - part.range.lowerBound)
                }[...]
            return (range, count)
        }

        /// Returns the next bytes; nil at the end of the last blob. A blob that cannot be read ends where it cannot be read.
        func next() async -> [UInt8]? {
            while true {
                if let piece = try? await reader?.next() { return piece }
                guard let part = parts.popFirst() else { return nil }
                reader = try? await store.read(part.name, part.range)
            }
        }
    }

    /// - Parameter head: head of an answer with the whole content.
    static func send(_ content: StoredContent, _ head: HTTPResponseHead, to exchange: HTTPExchange, _ call: Call) {
        let reading = Reading(content), headers = exchange.request.headers
        Task {
            let (range, count) = await reading.begin(headers)
            exchange.loop.execute { begin(reading, range, of: count, head, exchange, call) }
        }
    }

    private static func begin(
        _ reading: Reading, _ range: ByteRange, of count: Int, _ head: HTTPResponseHead, _ exchange: HTTPExchange, _ call: Call
    ) {
        var head = head, length = count
        head.headers.set("Accept-Ranges", "bytes")
        switch range {
        case .whole: break
        case .part(let part):
            head.status = .partialContent
            head.headers.set("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(count)")
            length = part.count
        case .unsatisfiable:
            head.headers.set("Content-Range", "bytes */\(count)")
            return call.answer(exchange, HTTPResponseHead(.rangeNotSatisfiable, headers: head.headers))
        }
        call.begin(exchange, head, contentLength: length)
        SourceAnswer.send(reading, to: exchange)
    }
}
