import Glibc
import Net

/// Standard output or standard error, unbuffered: the text has left the process when a call returns.
struct StandardStream: Sendable {
    static let output = StandardStream(descriptor: STDOUT_FILENO)
    static let error = StandardStream(descriptor: STDERR_FILENO)

    let descriptor: Int32

    /// - Returns: false when nobody reads the stream any longer.
    @discardableResult func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    @discardableResult func write(_ bytes: [UInt8]) -> Bool {
        // Another program may have left the terminal non-blocking, so partial writes are handled.
        do throws(SystemError) { try writeAll(bytes.span.bytes, to: descriptor) } catch { return false }
        return true
    }

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
