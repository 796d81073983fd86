import Framing

/// The members of a vendor's messages, gathered from front to back, once, without a document: a relay reads thousands of messages a second.
protocol MessageFields {
    associatedtype Message

    init()

    /// Reads the value of the member `name`, whatever it is.
    mutating func read(_ name: JSONReader.Name, from reader: inout JSONReader) throws(JSONReader.Malformed)

    /// What the members make.
    var message: Message { get }

    /// What stands for a text that is no message. Says what is wrong with it, never what it said.
    static func malformed(_ problem: String) -> Message
}

extension MessageFields {
    /// - Parameter sizeLimit: in bytes; what is longer is not read.
    static func message(parsing text: RawSpan, sizeLimit: Int) -> Message {
        guard text.byteCount <= sizeLimit else { return malformed("larger than \(sizeLimit) bytes") }
        return text.withUnsafeBytes { bytes in
            do throws(JSONReader.Malformed) {
                var reader = JSONReader(bytes)
                var fields = Self()
                try reader.object { name, reader throws(JSONReader.Malformed) in try fields.read(name, from: &reader) }
                try reader.end()
                return fields.message
            } catch {
                return malformed("not JSON at byte \(error.position)")
            }
        }
    }
}
