internal import Glibc

/// An order from the gateway to the factory of workers. Each order is one message of a socket that preserves message boundaries.
enum FactoryOrder: Equatable {
    /// Start a worker. The worker's end of its socket goes along with the message.
    case start
    /// Kill the worker if it has not ended yet, and report how it ended.
    case end(pid_t)

    static let byteCount = FactoryMessage.byteCount

    /// Parses an order; nil when the bytes are not an order.
    init?(_ bytes: ArraySlice<UInt8>) {
        switch FactoryMessage.read(bytes) {
        case (1, 0)?: self = .start
        case (2, let id)? where id > 0: self = .end(id)
        case _: return nil
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .start: FactoryMessage.bytes(1, 0)
        case .end(let id): FactoryMessage.bytes(2, id)
        }
    }
}

/// The answer to an order. Each order gets one answer, in the same sequence.
enum FactoryAnswer: Equatable {
    case started(pid_t)
    /// - Parameter status: the status in the form of `waitpid`.
    case ended(status: Int32)
    /// - Parameter code: an `errno`.
    case failed(code: Int32)

    /// Parses an answer; nil when the bytes are not an answer.
    init?(_ bytes: ArraySlice<UInt8>) {
        switch FactoryMessage.read(bytes) {
        case (1, let id)? where id > 0: self = .started(id)
        case (2, let status)?: self = .ended(status: status)
        case (3, let code)?: self = .failed(code: code)
        case _: return nil
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .started(let id): FactoryMessage.bytes(1, id)
        case .ended(let status): FactoryMessage.bytes(2, status)
        case .failed(let code): FactoryMessage.bytes(3, code)
        }
    }
}

/// The form of orders and answers: a kind and a number, four bytes each, little-endian.
private enum FactoryMessage {
    static let byteCount = 8

    static func read(_ bytes: ArraySlice<UInt8>) -> (kind: UInt32, number: Int32)? {
        guard bytes.count == byteCount else { return nil }
        return bytes.withUnsafeBytes { bytes in
            (
                UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)),
                Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: Int32.self))
            )
        }
    }

    static func bytes(_ kind: UInt32, _ number: Int32) -> [UInt8] {
        withUnsafeBytes(of: kind.littleEndian) { Array($0) } + withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
