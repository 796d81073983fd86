/// Reads a log's bytes block by block, up to the first block that is not intact.
package struct JournalScan {
    package struct Entry: Sendable, Equatable {
        package var block: JournalBlock
        /// Offset of the block in the bytes.
        package var offset: Int
    }

    /// Returns the blocks of `log` in order, and the number of bytes that they take. The bytes behind these are a torn tail.
    package static func blocks(of log: UnsafeRawBufferPointer) -> (entries: [Entry], length: Int) {
        var entries: [Entry] = []
        var offset = 0
        while let block = JournalBlock(header: UnsafeRawBufferPointer(rebasing: log[offset...])), offset + block.length <= log.count,
            JournalBlock.isIntact(UnsafeRawBufferPointer(rebasing: log[offset..<offset + block.length]))
        {
            entries.append(Entry(block: block, offset: offset))
            offset += block.length
        }
        return (entries, offset)
    }
}
