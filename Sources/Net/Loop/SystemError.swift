import Glibc

/// A system call that failed.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call's name and its purpose, such as `"bind 127.0.0.1:8080"`.
    package let call: String
    /// The value of `errno`.
    package let code: Int32

    package init(call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    package var description: String { "\(call): \(Self.text(of: code))" }

    /// Returns the text of an `errno` value, such as "Address already in use".
    package static func text(of code: Int32) -> String {
        // glibc's strerror is safe from any thread for known codes.
        guard let text = strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }
}
