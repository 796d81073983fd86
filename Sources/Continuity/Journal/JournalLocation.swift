/// The place of a block: the number of the log's file, and the byte offset in that file.
package struct JournalLocation: Hashable, Sendable {
    package var segment: UInt32
    package var offset: UInt32

    package init(segment: UInt32, offset: UInt32) {
        self.segment = segment
        self.offset = offset
    }

    /// The place that stands for no block: the end of a chain.
    package static let none = JournalLocation(segment: .max, offset: .max)
}
