internal import Speech

/// A day or a time of day that a sentence names, such as "next Friday at half past five", relative to the time at which it was said.
///
/// English only. Days and hours are those of the speaker's time zone. Hours from 1 to 7 without "am" are in the afternoon.
struct SpokenDate: Sendable, Equatable {
    var start: UnixTime
    /// Time from the start, at 9:00, to the same time of the next day if the sentence names no time of day; nil if it names one.
    var wholeDay: Duration?

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
    init?(in words: SpokenWords, said now: UnixTime, in zone: TimeZoneRules) {
        let today = zone.day(of: now)
        let day = Self.day(in: words, today), time = Self.time(in: words, isEvening: words.plain.contains { $0 == "tonight" || $0 == "evening" })
        guard day != nil || time != nil else { return nil }
        let minutes = time ?? 9 * 60
        var start = LocalTime(day ?? today, minutes: minutes)
        // A time of day that is over today is meant for tomorrow.
        if day == nil, zone.time(of: start) < now { start.day = start.day + 1 }
        guard start >= LocalTime(today) else { return nil }
        self.start = zone.time(of: start)
        wholeDay = time == nil ? zone.time(of: LocalTime(start.day + 1, minutes: minutes)) - self.start : nil
    }

    // MARK: - The day

    private static func day(in words: SpokenWords, _ today: CalendarDay) -> CalendarDay? {
        for index in words.plain.indices {
            let word = words.plain[index], next = words.plain.dropFirst(index + 1).first ?? ""
            switch word {
            case "tomorrow":
                let isAfter =
                    index >= 3 && words.end(of: ["the", "day", "after"], at: index - 3) != nil
                    || index >= 2 && words.end(of: ["day", "after"], at: index - 2) != nil
                return today + (isAfter ? 2 : 1)
            case "today", "tonight": return today
            case "next" where next == "week": return today + (7 - today.weekday)
            case "in":
                guard let count = number(next), index + 2 < words.plain.count else { continue }
                switch words.plain[index + 2] {
                case "day", "days": return today + count
                case "week", "weeks": return today + count * 7
                default: continue
                }
            default:
                if let weekday = weekdays.firstIndex(of: word) {
                    var ahead = (weekday - today.weekday + 7) % 7
                    if ahead == 0 { ahead = 7 }
                    // "Next Friday" is that of the week to come.
                    if index > 0, words.plain[index - 1] == "next", ahead + today.weekday < 7 { ahead += 7 }
                    return today + ahead
                }
                if let month = months.firstIndex(of: word), let date = date(words, month: month, at: index, today) { return date }
            }
        }
        return nil
    }

    private static func date(_ words: SpokenWords, month: Int, at index: Int, _ today: CalendarDay) -> CalendarDay? {
        let after = words.plain.dropFirst(index + 1).first(where: { $0 != "the" }).flatMap(ordinal)
        let before = words.plain[..<index].last(where: { $0 != "of" }).flatMap(ordinal)
        guard let number = after ?? before, (1...31).contains(number) else { return nil }
        return [today.year, today.year + 1].lazy.compactMap { CalendarDay(year: $0, month: month + 1, day: number) }.first { $0 >= today }
    }

    // MARK: - The time of day

    /// Returns minutes since midnight.
    private static func time(in words: SpokenWords, isEvening: Bool) -> Int? {
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

    private static func minutes(_ hour: Int, _ minute: Int, suffix: String?, _ isEvening: Bool) -> Int? {
        guard (0...24).contains(hour), (0...59).contains(minute) else { return nil }
        var hour = hour
        switch suffix {
        case "am": if hour == 12 { hour = 0 }
        case "pm": if hour < 12 { hour += 12 }
        default: if (1...7).contains(hour) || isEvening && hour < 12 { hour += 12 }
        }
        return hour * 60 + minute
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
