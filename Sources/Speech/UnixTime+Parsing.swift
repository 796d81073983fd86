extension UnixTime {
    /// Parses `2026-01-31T12:00:00Z`, optionally with a fraction and with an offset such as `+01:00`; or a day, `2026-01-31`, which means 0:00 UTC.
    /// Accepts times from 1970 on.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        func has(_ character: Character, at index: Int) -> Bool { index < bytes.count && bytes[index] == character.asciiValue }
        guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7), let day = number(8..<10),
            let midnight = UnixTime(year: year, month: month, day: day)
        else { return nil }
        guard bytes.count > 10 else {
            self = midnight
            return
        }
        guard has("T", at: 10) || has("t", at: 10) || has(" ", at: 10), let hour = number(11..<13), has(":", at: 13), let minute = number(14..<16),
            has(":", at: 16), let second = number(17..<19), hour < 24, minute < 60, second <= 60
        else { return nil }
        var position = 19
        var fraction: Int64 = 0
        if has(".", at: position) {
            position += 1
            let start = position
            while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
                // Only the milliseconds of the fraction are kept.
                if position - start < 3 { fraction = fraction * 10 + Int64(bytes[position] - 0x30) }
                position += 1
            }
            guard position > start else { return nil }
            for _ in min(position - start, 3)..<3 { fraction *= 10 }
        }
        var offset = 0
        if has("Z", at: position) || has("z", at: position) {
            position += 1
        } else {
            guard has("+", at: position) || has("-", at: position), let hours = number(position + 1..<position + 3), has(":", at: position + 3),
                let minutes = number(position + 4..<position + 6), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (has("-", at: position) ? -1 : 1)
            position += 6
        }
        guard position == bytes.count else { return nil }
        let seconds = Int64(hour * 3_600 + minute * 60 + second - offset * 60)
        self.init(milliseconds: midnight.milliseconds + seconds * 1_000 + fraction)
    }

    /// Makes the time of a number since 1970, as clients count: of seconds, or of milliseconds where the number is too large for seconds.
    package init(since1970 number: Double) {
        self.init(milliseconds: Int64((number < 100_000_000_000 ? number * 1_000 : number).rounded()))
    }

    /// Reads a moment as clients write it: `2026-01-31T12:00:00+01:00`, or a number since 1970. A day alone is not a moment.
    package init?(moment text: String) {
        var bytes = Array(text.utf8)
        // A client that does not escape its query sends a blank in place of the offset's plus sign.
        if bytes.count >= 25, bytes[bytes.count - 6] == UInt8(ascii: " ") { bytes[bytes.count - 6] = UInt8(ascii: "+") }
        if bytes.count > 10, let time = UnixTime(rfc3339: String(decoding: bytes, as: UTF8.self)) {
            self = time
            return
        }
        let isNumber = bytes.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        guard isNumber, bytes.first != UInt8(ascii: "."), let number = Double(text), number < 1e15 else { return nil }
        self.init(since1970: number)
    }
}
