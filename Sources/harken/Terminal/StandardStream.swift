import Glibc
import Net

/// Standard output or standard error. What is written has left the process when the call returns.
struct StandardStream: Sendable {
    static let output = StandardStream(descriptor: STDOUT_FILENO)
    static let error = StandardStream(descriptor: STDERR_FILENO)

    let descriptor: Int32

    /// - Returns: false when nobody reads any longer.
    @discardableResult func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    @discardableResult func write(_ bytes: [UInt8]) -> Bool {
        // A terminal may be one that another program left non-blocking.
        do throws(SystemError) { try writeAll(bytes.span.bytes, to: descriptor) } catch { return false }
        return true
    }

    @discardableResult func writeLine(_ text: String) -> Bool { write(text + "\n") }

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Columns of the terminal.
    var width: Int {
        // The four numbers of `struct winsize`: rows, columns, pixels. Release builds count that type as Swift's own and hide its members.
        var size: (rows: UInt16, columns: UInt16, width: UInt16, height: UInt16) = (0, 0, 0, 0)
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.columns > 0 else { return 80 }
        return Int(size.columns)
    }
}
