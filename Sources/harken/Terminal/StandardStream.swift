import Glibc
import Net
import Synchronization

/// Standard output or standard error, unbuffered: the text has left the process when a call returns.
struct StandardStream: Sendable {
    static let output = StandardStream(descriptor: STDOUT_FILENO)
    static let error = StandardStream(descriptor: STDERR_FILENO)

    let descriptor: Int32
    private let failure = WriteFailure()

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// - Returns: false when the text was not written, because nobody reads the stream any longer or the disk is full.
    @discardableResult func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    @discardableResult func write(_ bytes: [UInt8]) -> Bool {
        // Another program may have left the terminal non-blocking, so partial writes are handled.
        do throws(SystemError) { try writeAll(bytes.span.bytes, to: descriptor) } catch {
            failure.note(error.code)
            return false
        }
        return true
    }

    /// Returns the reason, a value of `errno`, for which a text was not written; nil when every text was written, and once the reason was returned.
    func takeFailure() -> Int32? { failure.take() }

    @discardableResult func writeLine(_ text: String) -> Bool { write(text + "\n") }

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Number of columns of the terminal.
    var width: Int {
        // The four numbers of `struct winsize`: rows, columns, pixels. Release builds take that type for Swift's own and hide its members.
        var size: (rows: UInt16, columns: UInt16, width: UInt16, height: UInt16) = (0, 0, 0, 0)
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.columns > 0 else { return 80 }
        return Int(size.columns)
    }
}

/// The first failure of a stream's writes that nobody has reported.
private final class WriteFailure: Sendable {
    /// A value of `errno`; 0: there is none.
    private let code = Atomic<Int32>(0)

    func note(_ code: Int32) { _ = self.code.compareExchange(expected: 0, desired: code, ordering: .relaxed) }

    func take() -> Int32? {
        let code = self.code.exchange(0, ordering: .relaxed)
        return code == 0 ? nil : code
    }
}
