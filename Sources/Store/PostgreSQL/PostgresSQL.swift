/// Turns a statement of the stores into one of PostgreSQL: once for each statement and connection, when the statement is prepared.
///
/// Three things are different: parameters are `$1` in place of `?` and `?1`; the column `user` is quoted, because unquoted it is the name of the
/// database's own user; and there are no hints about indexes.
enum PostgresSQL {
    static func translated(_ text: String) -> String {
        let source = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(source.count + 32)
        var position = 0, parameters = 0
        while position < source.count {
            let byte = source[position]
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                // A doubled quote ends one literal and begins the next one.
                let end = source[(position + 1)...].firstIndex(of: byte) ?? source.count - 1
                result += source[position...end]
                position = end + 1
            case UInt8(ascii: "?"):
                let digits = source[(position + 1)...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                let number = Int(String(decoding: digits, as: UTF8.self)) ?? parameters + 1
                parameters = max(parameters, number)
                result += Array("$\(number)".utf8)
                position += 1 + digits.count
            case _ where isOfName(byte):
                let word = source[position...].prefix(while: isOfName)
                position += word.count
                switch String(decoding: word, as: UTF8.self) {
                case "user": result += Array("\"user\"".utf8)
                case "INDEXED":
                    // INDEXED BY name
                    for _ in 0..<2 {
                        position += source[position...].prefix { !isOfName($0) }.count
                        position += source[position...].prefix(while: isOfName).count
                    }
                default: result += word
                }
            default:
                result.append(byte)
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
