/// The place of a block: the file of a log, and the byte in that file.
package struct JournalLocation: Hashable, Sendable {
    package var segment: UInt32
    package var offset: UInt32

    package init(segment: UInt32, offset: UInt32) {
        self.segment = segment
        self.offset = offset
    }

    /// No block: the end of a chain.
    package static let none = JournalLocation(segment: .max, offset: .max)
}
