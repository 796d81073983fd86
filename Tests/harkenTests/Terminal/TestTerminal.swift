import Foundation
import Glibc
import Testing

/// A terminal, of which a test has the other end.
final class TestTerminal: Sendable {
    let line: Int32
    private let keyboard: Int32

    init() throws {
        // TIOCSPTLCK and TIOCGPTPEER of Linux, which Swift does not import.
        keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
        var isLocked: Int32 = 0
        line = ioctl(keyboard, UInt(0x4004_5431), &isLocked) == 0 ? ioctl(keyboard, UInt(0x5441), O_RDWR | O_NOCTTY) : -1
        try #require(line >= 0)
    }

    deinit {
        close(line)
        close(keyboard)
    }

    func type(_ text: String) { _ = write(keyboard, text, text.utf8.count) }

    /// Returns what was written to the terminal since the last call.
    func shown() -> String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(keyboard, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
