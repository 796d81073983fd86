internal import Speech

/// A day or a time of day that a sentence names, such as "next Friday at half past five", relative to the time at which it was said.
///
/// English only. Times are in UTC, as all of Harken's: the offset of the user's clock is not known. Hours from 1 to 7 without "am" are in the afternoon.
struct SpokenDate: Sendable, Equatable {
    var start: UnixTime
    /// True if the sentence names a time of day; without one, the start is at 9:00.
    var hasTime: Bool

    private static let day: Int64 = 86_400_000
    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ]
    private static let small = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
        "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ]
    private static let ordinals = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
        "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
    ]

    /// Returns nil when the sentence names neither a day nor a time of day that is still to come.
    init?(in words: SpokenWords, said now: UnixTime) {
        let midnight = now.milliseconds - (now.milliseconds % Self.day + Self.day) % Self.day
        let day = Self.day(in: words, midnight), time = Self.time(in: words, isEvening: words.plain.contains { $0 == "tonight" || $0 == "evening" })
        guard day != nil || time != nil else { return nil }
        var start = (day ?? midnight) + (time ?? 9 * 60) * 60_000
        // A time of day that is over today is meant for tomorrow.
        if day == nil, start < now.milliseconds { start += Self.day }
        guard start >= midnight else { return nil }
        self.start = UnixTime(milliseconds: start)
        hasTime = time != nil
    }

    // MARK: - The day

    /// Returns midnight of the day.
    private static func day(in words: SpokenWords, _ midnight: Int64) -> Int64? {
        for index in words.plain.indices {
            let word = words.plain[index], next = words.plain.dropFirst(index + 1).first ?? ""
            switch word {
            case "tomorrow":
                let isAfter =
                    index >= 3 && words.end(of: ["the", "day", "after"], at: index - 3) != nil
                    || index >= 2 && words.end(of: ["day", "after"], at: index - 2) != nil
                return midnight + (isAfter ? 2 : 1) * day
            case "today", "tonight": return midnight
            case "next" where next == "week": return midnight + Int64(7 - weekday(of: midnight)) * day
            case "in":
                guard let count = number(next), index + 2 < words.plain.count else { continue }
                switch words.plain[index + 2] {
                case "day", "days": return midnight + Int64(count) * day
                case "week", "weeks": return midnight + Int64(count) * 7 * day
                default: continue
                }
            default:
                if let weekday = weekdays.firstIndex(of: word) {
                    var ahead = (weekday - Self.weekday(of: midnight) + 7) % 7
                    if ahead == 0 { ahead = 7 }
                    // "Next Friday" is that of the week to come.
                    if index > 0, words.plain[index - 1] == "next", ahead + Self.weekday(of: midnight) < 7 { ahead += 7 }
                    return midnight + Int64(ahead) * day
                }
                if let month = months.firstIndex(of: word), let date = date(words, month: month, at: index, midnight) { return date }
            }
        }
        return nil
    }

    private static func date(_ words: SpokenWords, month: Int, at index: Int, _ midnight: Int64) -> Int64? {
        let after = words.plain.dropFirst(index + 1).first(where: { $0 != "the" }).flatMap(ordinal)
        let before = words.plain[..<index].last(where: { $0 != "of" }).flatMap(ordinal)
        guard let number = after ?? before, (1...31).contains(number), let year = Int(UnixTime(milliseconds: midnight).rfc3339.prefix(4)) else {
            return nil
        }
        for year in year...year + 1 {
            if let date = UnixTime(year: year, month: month + 1, day: number), date.milliseconds >= midnight { return date.milliseconds }
        }
        return nil
    }

    /// 0 is Monday.
    private static func weekday(of midnight: Int64) -> Int { Int((midnight / day + 3) % 7) }

    // MARK: - The time of day

    /// Returns minutes since midnight.
    private static func time(in words: SpokenWords, isEvening: Bool) -> Int64? {
        for index in words.plain.indices {
            let word = words.plain[index], before = index > 0 ? words.plain[index - 1] : ""
            if word == "noon" { return 12 * 60 }
            if word == "midnight" { return 24 * 60 }
            if word == "past", before == "half", let hour = words.plain.dropFirst(index + 1).first.flatMap(number) {
                return minutes(hour, 30, suffix: suffix(words, behind: index + 2), isEvening)
            }
            if word == "o'clock", let hour = number(before) { return minutes(hour, 0, suffix: suffix(words, behind: index + 1), isEvening) }
            let clock = word.split(separator: ":").compactMap { Int($0) }
            if word.contains(":"), clock.count == 2 { return minutes(clock[0], clock[1], suffix: suffix(words, behind: index + 1), isEvening) }
            let (digits, glued) = split(word)
            guard let hour = digits.isEmpty ? number(word) : Int(digits) else { continue }
            if let glued { return minutes(hour, 0, suffix: glued, isEvening) }
            let next = words.plain.dropFirst(index + 1).first ?? "", half = next == "thirty" ? 30 : next == "fifteen" ? 15 : 0
            let suffix = suffix(words, behind: index + (half > 0 ? 2 : 1))
            if suffix != nil || before == "at" { return minutes(hour, half, suffix: suffix, isEvening) }
        }
        return nil
    }

    /// Splits `5pm` into its digits and `pm`.
    private static func split(_ word: String) -> (String, String?) {
        let digits = String(word.prefix(while: \.isNumber)), rest = word.dropFirst(digits.count)
        return digits.isEmpty ? ("", nil) : rest == "am" || rest == "pm" ? (digits, String(rest)) : rest.isEmpty ? (digits, nil) : ("", nil)
    }

    private static func suffix(_ words: SpokenWords, behind index: Int) -> String? {
        let rest = words.plain.dropFirst(index)
        guard let first = rest.first else { return nil }
        if first == "am" || first == "pm" { return first }
        if rest.dropFirst().first == "m", first == "a" || first == "p" { return first + "m" }
        if rest.starts(with: ["in", "the", "morning"]) { return "am" }
        return rest.starts(with: ["in", "the", "afternoon"]) || rest.starts(with: ["in", "the", "evening"]) ? "pm" : nil
    }

    private static func minutes(_ hour: Int, _ minute: Int, suffix: String?, _ isEvening: Bool) -> Int64? {
        guard (0...24).contains(hour), (0...59).contains(minute) else { return nil }
        var hour = hour
        switch suffix {
        case "am": if hour == 12 { hour = 0 }
        case "pm": if hour < 12 { hour += 12 }
        default: if (1...7).contains(hour) || isEvening && hour < 12 { hour += 12 }
        }
        return Int64(hour * 60 + minute)
    }

    // MARK: - Numbers

    private static func number(_ word: String) -> Int? {
        if let number = Int(word), (0...60).contains(number) { return number }
        return word == "a" || word == "an" ? 1 : small.firstIndex(of: word)
    }

    private static func ordinal(_ word: String) -> Int? {
        if let index = ordinals.firstIndex(of: word) { return index + 1 }
        let digits = word.prefix(while: \.isNumber), rest = word.dropFirst(digits.count)
        return ["", "st", "nd", "rd", "th"].contains(String(rest)) ? Int(digits) ?? number(word) : nil
    }
}
