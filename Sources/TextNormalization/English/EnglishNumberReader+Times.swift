extension EnglishNumberReader {
    private static let zones: [String: String] = ["gmt": "GMT", "utc": "UTC", "est": "EST", "edt": "EDT", "cst": "CST", "pst": "PST", "pdt": "PDT"]

    /// `eleven fifty five p m`, `three o'clock`, `quarter past one`, `ten to eleven pm`.
    func time(_ start: Int) -> WrittenForm? {
        if let relative = relative(start) { return relative }
        guard let hour = hour(start, from: start) else { return nil }
        if let next = word(hour.end, from: start), ["o'clock", "oclock", "o’clock"].contains(next) {
            return form(hour.value, 0, hour.end + 1, from: start)
        }
        if let minutes = minutes(hour.end, from: start) {
            let isMarked = meridiem(minutes.end, from: start) != nil || zone(minutes.end, from: start) != nil
            // `eleven fifty five` is a year or a number too.
            guard isMarked || hour.value < 10, isMarked || !goesOn(minutes.end, from: start) else { return nil }
            return form(hour.value, minutes.value, minutes.end, from: start)
        }
        return meridiem(hour.end, from: start) == nil ? nil : form(hour.value, 0, hour.end, from: start)
    }

    /// `quarter past one`, `half past three`, `ten to eleven pm`, `one minute to one`.
    private func relative(_ start: Int) -> WrittenForm? {
        var index = start
        if word(index, from: start) == "a" { index += 1 }
        let minutes: Int
        var isCertain = true
        switch word(index, from: start) {
        case "quarter": (minutes, index) = (15, index + 1)
        case "half": (minutes, index) = (30, index + 1)
        default:
            guard index == start, let count = small(start, from: start), 1...29 ~= count.value else { return nil }
            (minutes, index) = (count.value, count.end)
            isCertain = ["minute", "minutes", "min", "mins"].contains(word(index, from: start))
            if isCertain { index += 1 }
        }
        let isPast = word(index, from: start) == "past"
        guard isPast || word(index, from: start) == "to", let hour = hour(index + 1, from: start) else { return nil }
        // `ten to eleven` is a range too.
        guard isPast || isCertain || meridiem(hour.end, from: start) != nil, minutes != 30 || isPast else { return nil }
        if isPast { return form(hour.value, minutes, hour.end, from: start) }
        return form(hour.value == 1 ? 12 : hour.value - 1, 60 - minutes, hour.end, from: start)
    }

    private func hour(_ index: Int, from start: Int) -> (value: Int, end: Int)? {
        guard let first = word(index, from: start), let value = EnglishVocabulary.units[first] ?? EnglishVocabulary.teens[first] ?? Int(first),
            1...12 ~= value
        else { return nil }
        return (value, index + 1)
    }

    private func minutes(_ index: Int, from start: Int) -> (value: Int, end: Int)? {
        guard let first = word(index, from: start) else { return nil }
        if EnglishVocabulary.zeros.contains(first), first != "zero", let second = word(index + 1, from: start),
            let unit = EnglishVocabulary.units[second]
        {
            return (unit, index + 2)
        }
        guard let count = small(index, from: start), 10...59 ~= count.value else { return nil }
        return count
    }

    /// True if the number goes on, or counts something.
    private func goesOn(_ index: Int, from start: Int) -> Bool {
        guard let next = word(index, from: start) else { return false }
        return EnglishVocabulary.numbers.contains(next) || EnglishVocabulary.zeros.contains(next) || next == "point" || next == "x"
            || Self.unit(index, from: start, in: self) != nil
    }

    private func meridiem(_ index: Int, from start: Int) -> (text: String, end: Int)? {
        switch word(index, from: start) {
        case "am": ("a.m.", index + 1)
        case "pm": ("p.m.", index + 1)
        case "a" where word(index + 1, from: start) == "m": ("a.m.", index + 2)
        case "p" where word(index + 1, from: start) == "m": ("p.m.", index + 2)
        default: nil
        }
    }

    private func zone(_ index: Int, from start: Int) -> (text: String, end: Int)? {
        guard let first = word(index, from: start) else { return nil }
        if let zone = Self.zones[first] { return (zone, index + 1) }
        guard let second = word(index + 1, from: start), let third = word(index + 2, from: start), let zone = Self.zones[first + second + third]
        else {
            return nil
        }
        return (zone, index + 3)
    }

    private func form(_ hour: Int, _ minutes: Int, _ end: Int, from start: Int) -> WrittenForm {
        var text = "\(Self.padded(hour)):\(Self.padded(minutes))"
        var end = end
        for part in [meridiem, zone] {
            guard let found = part(end, start) else { continue }
            text += " " + found.text
            end = found.end
        }
        return WrittenForm(kind: .times, end: end, text: text)
    }
}
