/// Copies the rows of all stores from one database to another one.
package enum StoreTransfer {
    /// Number of rows that are sent before their errors are looked at.
    private static let atOnce = 500

    /// Copies all rows as they are at one moment, in one transaction of the destination, and compares what both databases have.
    ///
    /// - Returns: the checksum of what was copied.
    /// - Throws: `conflict` when the destination has rows, or when it has not the same rows afterwards.
    package static func copy(from source: any SQLDatabase, to destination: any SQLDatabase) async throws(StoreError) -> StoreChecksum {
        let reader = try source.makeReader(for: .windows), words = destination.words
        let sent = try await destination.write(.readCommitted) { (target) throws(StoreError) in
            for table in StoredTable.all {
                var isEmpty = true
                try target.run(ComposedSQL("SELECT 1 FROM ", table.name, " LIMIT 1")) { (_) throws(StoreError) in isEmpty = false }
                guard isEmpty else { throw .conflict("the database to copy to is not empty: it has rows in \(table.name)") }
            }
            return try reader.runBlocking { (origin) throws(StoreError) in
                try origin.snapshot { (origin) throws(StoreError) in
                    var checksum = StoreChecksum()
                    for table in StoredTable.all { try copy(table, from: origin, to: target, words, &checksum) }
                    return checksum
                }
            }
        }
        let received = try await Self.checksum(of: destination)
        guard received == sent else { throw .conflict("the copy differs: \(sent) was sent, \(received) arrived") }
        return sent
    }

    private static func copy(
        _ table: StoredTable, from source: borrowing SQLConnection, to target: borrowing SQLConnection, _ words: any WordIndex,
        _ checksum: inout StoreChecksum
    ) throws(StoreError) {
        let insertion = table.insertion, isSegments = table.name.description == "segments"
        var waiting = 0
        try table.read(on: source) { (values) throws(StoreError) in
            checksum.add(values, of: table)
            try target.run(insertion, values)
            if isSegments, case .integer(let number?) = values[0], case .text(let text?) = values[3] { try words.add(text, of: number, on: target) }
            waiting += 1
            if waiting == atOnce {
                waiting = 0
                _ = try target.changedRows()
            }
        }
        if table.countsRows { try target.continueNumbers(of: table.name) }
    }

    /// Names of the columns that are copied: `table.column`.
    package static var columns: Set<String> {
        Set(StoredTable.all.flatMap { table in table.columns.map { "\(table.name).\($0.name)" } })
    }

    /// Returns the checksum of all rows of a database.
    package static func checksum(of database: any SQLDatabase) async throws(StoreError) -> StoreChecksum {
        try await database.read { (connection) throws(StoreError) in
            try connection.snapshot { (connection) throws(StoreError) in
                var checksum = StoreChecksum()
                for table in StoredTable.all {
                    try table.read(on: connection) { (values) throws(StoreError) in checksum.add(values, of: table) }
                }
                return checksum
            }
        }
    }
}

/// A checksum of rows, which does not depend on their order.
package struct StoreChecksum: Sendable, Equatable, CustomStringConvertible {
    package private(set) var rows = 0
    private var sums: (UInt64, UInt64) = (0, 0)

    mutating func add(_ values: [SQLValue], of table: StoredTable) {
        var hash = ContentHash()
        hash.add(UnsafeRawBufferPointer(start: table.name.utf8Start, count: table.name.utf8CodeUnitCount))
        for value in values {
            switch value {
            case .integer(let integer?): hash.add(1, integer)
            case .real(let real?): hash.add(2, Int64(bitPattern: real.bitPattern))
            case .text(let text?): hash.add(text)
            case .blob(let blob?):
                hash.add(4, Int64(blob.count))
                blob.withUnsafeBytes { hash.add($0) }
            case .flag(let flag): hash.add(5, flag ? 1 : 0)
            case .integer(.none), .real(.none), .text(.none), .blob(.none): hash.add(6, 0)
            }
        }
        rows += 1
        sums.0 &+= hash.values.0
        sums.1 &+= hash.values.1
    }

    package static func == (one: Self, other: Self) -> Bool { one.rows == other.rows && one.sums == other.sums }

    /// The number of rows, and 32 hexadecimal digits.
    package var description: String { "\(rows) rows, checksum \(ContentHash.digits(sums))" }
}
