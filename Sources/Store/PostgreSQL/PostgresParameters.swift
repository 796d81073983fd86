/// The values of a statement's parameters in PostgreSQL's binary format.
struct PostgresParameters {
    /// All values, one after the other. It is never empty, so that an empty value is not NULL.
    private var bytes: [UInt8] = [0]
    /// Place of each value; nil for NULL.
    private var places: [Range<Int>?] = []

    init(_ values: [SQLValue]) {
        for value in values {
            let start = bytes.count
            switch value {
            case .integer(.none), .real(.none), .text(.none), .blob(.none):
                places.append(nil)
                continue
            case .integer(let integer?): append(integer.bigEndian)
            case .real(let real?): append(real.bitPattern.bigEndian)
            case .text(let text?): bytes += text.withoutZeros.utf8
            case .blob(let blob?): bytes += blob
            case .flag(let flag): bytes.append(flag ? 1 : 0)
            }
            places.append(start..<bytes.count)
        }
    }

    private mutating func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value) { bytes += $0 } }

    /// Calls `body` with the values' addresses, lengths and formats.
    func with<Value>(_ body: (Int32, [UnsafePointer<CChar>?], [Int32], [Int32]) -> Value) -> Value {
        bytes.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                body(
                    Int32(places.count), places.map { place in place.flatMap { place in bytes.baseAddress.map { $0 + place.lowerBound } } },
                    places.map { Int32($0?.count ?? 0) }, places.map { _ in 1 })
            }
        }
    }
}
