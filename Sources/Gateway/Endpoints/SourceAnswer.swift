internal import API
internal import Framing
internal import Net

/// Sends the pieces of a body one after the other. A client that reads slowly is waited for.
/// Lives on the exchange's loop.
final class SourceAnswer {
    /// Number of bytes that wait for the client above which no more are added, and number of bytes that are added at a time: a piece may be larger
    /// than what may wait for a client.
    private static let maxBuffered = 1 << 20, slice = 1 << 18

    private let exchange: HTTPExchange
    private let source: any AnswerSource
    /// The bytes of the present piece that are not added yet.
    private var rest: ArraySlice<UInt8> = []

    private init(_ source: any AnswerSource, _ exchange: HTTPExchange) {
        self.exchange = exchange
        self.source = source
    }

    /// Sends a body whose answer was begun.
    static func send(_ source: any AnswerSource, to exchange: HTTPExchange) { SourceAnswer(source, exchange).next() }

    private func next() {
        guard exchange.isOpen, exchange.request.method != .head else { return exchange.finish() }
        let sender = LoopBound(self, on: exchange.loop)
        Task(priority: .utility) { [source] in
            let piece: Result<[UInt8]?, APIError>
            do throws(APIError) { piece = .success(try await source.next()) } catch { piece = .failure(error) }
            sender.enter { $0.send(piece) }
        }
    }

    private func send(_ piece: Result<[UInt8]?, APIError>) {
        guard exchange.isOpen else { return }
        guard case .success(let bytes) = piece else { return exchange.breakOff() }
        guard let bytes else { return exchange.finish() }
        rest = bytes[...]
        write()
    }

    private func write() {
        guard exchange.isOpen else { return }
        while !rest.isEmpty {
            exchange.write(Array(rest.prefix(Self.slice)))
            rest = rest.dropFirst(Self.slice)
            guard exchange.bufferedByteCount > Self.maxBuffered else { continue }
            exchange.onDrain = { [self] in
                exchange.onDrain = nil
                write()
            }
            return
        }
        next()
    }
}
