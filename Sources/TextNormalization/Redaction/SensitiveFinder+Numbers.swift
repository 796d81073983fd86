internal import Speech

extension SensitiveFinder {
    private static let numberCues: Set<RedactionCue> = [.card, .code, .expiry, .social, .account, .phone, .birth, .address, .other]

    private static let units: Set<String> = [
        "dollars", "dollar", "bucks", "cents", "euros", "euro", "pounds", "percent", "years", "year", "months", "month", "weeks", "days", "hours",
        "minutes", "seconds", "miles", "kilometers", "meters", "feet", "inches", "people", "times", "degrees", "points", "o'clock", "am", "pm", "a.m",
        "p.m", "grams", "items", "boxes", "pages", "point", "thousandths", "copies", "employees", "customers", "men", "women", "children",
    ]

    mutating func findNumbers() {
        guard !kinds.isDisjoint(with: Self.numeric) else { return }
        if kinds.contains(.accountNumber) { findIBANs() }
        for run in DigitRun.runs(in: tokens) {
            if let kind = kind(of: run) {
                add(run.range, kind)
            } else if let turnEnd = run.range.dropLast().last(where: { tokens[$0].endsTurn }) {
                // The number before the end of the turn may have been another one.
                for rest in DigitRun.runs(in: tokens, from: turnEnd + 1, through: run.range.upperBound) {
                    if let kind = kind(of: rest) { add(rest.range, kind) }
                }
            }
        }
    }

    private static let numeric: Set<SensitiveKind> = [
        .cardNumber, .cardExpiry, .cardCode, .socialSecurityNumber, .accountNumber, .phoneNumber, .number, .anyNumber,
    ]

    private func kind(of run: DigitRun) -> SensitiveKind? {
        let isTail = end != .whole && isTail(run.range.upperBound)
        // `o` and `one` alone are words.
        let isNumber = run.count > 1 || run.range.count > 1 || !["o", "oh"].contains(tokens[run.range.lowerBound].text)
        guard isNumber else { return isTail ? tailKind(of: run) ?? kind(ofRest: run) : nil }
        if let kind = wholeKind(of: run), kinds.contains(kind) { return kind }
        if kinds.contains(.anyNumber) { return .anyNumber }
        if kinds.contains(.number), run.count > 2 { return .number }
        return (isTail ? tailKind(of: run) : nil) ?? kind(ofRest: run)
    }

    /// Returns the kind of a number that stands right behind words which are not known: it may be the rest of a number that began in them. nil for
    /// other numbers, and for amounts.
    private func kind(ofRest run: DigitRun) -> SensitiveKind? {
        guard let before = tokens[..<run.range.lowerBound].last(where: { !$0.isFiller }), before.isUnknown, !isAmount(run) else { return nil }
        if let kind = before.label ?? before.entity?.kind, kinds.contains(kind) { return kind }
        return Self.kindsOfRests.first(where: kinds.contains)
    }

    /// The kinds of a number of which the beginning is not known, the likeliest first.
    private static let kindsOfRests: [SensitiveKind] = [
        .cardNumber, .phoneNumber, .socialSecurityNumber, .accountNumber, .cardExpiry, .cardCode, .number, .anyNumber,
    ]

    private func isAmount(_ run: DigitRun) -> Bool { text(run.range.upperBound).map(Self.units.contains) ?? false }

    /// Returns the kind of a number whose end is known.
    private func wholeKind(of run: DigitRun) -> SensitiveKind? {
        let start = run.range.lowerBound
        let cue = cues.nearest(Self.numberCues, before: start) ?? cueBehind(run)
        let count = run.count
        guard run.isIdentifying else { return nil }
        if run.holdsCard { return .cardNumber }
        if isAmount(run) || run.isCounted && count < 7 && cue == nil { return nil }
        if cue != .expiry, isBehindTime(start), run.isYear || run.isWrittenYear { return nil }
        if isTimeOfDay(run) { return nil }
        switch cue {
        case .expiry?: if 2...6 ~= count { return .cardExpiry }
        case .code?: if 3...4 ~= count { return .cardCode }
        case .card?:
            if isBehindCard(start), 3...6 ~= count { return count == 3 ? .cardCode : .cardExpiry }
            if count >= 4, run.spelled * 2 >= count || count > 5, !isEndOfCard(start) { return .cardNumber }
        case .social?: if count >= 3, run.spelled * 2 >= count || count > 5 { return .socialSecurityNumber }
        case .account?: if count >= 4, run.spelled * 2 >= count || count > 5 { return .accountNumber }
        case .phone?: if count >= 7 || count >= 3 && run.spelled == count { return .phoneNumber }
        case .other?: return nil
        case .birth?, .address?, .email?, .name?, nil: break
        }
        // A card's number of which a digit was misheard.
        if count == 15 || count == 16 { return .cardNumber }
        guard run.spelled * 2 >= count else { return nil }
        switch count {
        case 9: return .socialSecurityNumber
        case 7, 10, 11: return .phoneNumber
        default: return nil
        }
    }

    /// `in 1984`, `at four twenty`
    private func isBehindTime(_ index: Int) -> Bool {
        guard index > 0 else { return false }
        let before = tokens[index - 1].text
        return ["in", "since", "of", "by", "until", "from", "during", "year", "before", "after"].contains(before)
            || EnglishVocabulary.months.contains(before)
    }

    /// True if nothing stands before a number in its final, or only `it's`.
    func isAnswer(_ index: Int) -> Bool {
        let before = tokens[min(first, index)..<index].filter { !$0.isFiller && $0.entity == nil }
        return before.allSatisfy { ["it's", "its", "that's", "yes", "sure", "yeah", "okay", "so", "is"].contains($0.text) }
    }

    /// `at eleven twenty one`
    private func isTimeOfDay(_ run: DigitRun) -> Bool {
        let start = run.range.lowerBound
        return start > 0 && tokens[start - 1].text == "at" && 3...4 ~= run.count && run.spelled < 3 && run.scales == 0
    }

    /// `… four two four two is my card`
    private func cueBehind(_ run: DigitRun) -> RedactionCue? {
        let end = run.range.upperBound
        guard let next = text(end), next == "is" || next == "that's" || next == "for" else { return nil }
        return (end + 1..<min(end + 4, tokens.count)).lazy.compactMap { RedactionCue.cue(at: $0, in: self.tokens) }.first
    }

    /// True if a card's number was hidden shortly before.
    private func isBehindCard(_ index: Int) -> Bool {
        findings.contains { $0.kind == .cardNumber && $0.range.upperBound <= index && index - $0.range.upperBound < 12 }
            || tokens[max(0, index - 12)..<index].contains { $0.entity?.kind == .cardNumber }
    }

    /// `ending in four two four two`
    private func isEndOfCard(_ index: Int) -> Bool {
        (max(0, index - 4)..<index).contains { ["ending", "ends", "last"].contains(tokens[$0].text) }
    }

    /// Returns the kind that a number at the end of the text may be once it is whole; nil when it is most likely nothing to hide.
    private func tailKind(of run: DigitRun) -> SensitiveKind? {
        let start = run.range.lowerBound
        let cue = cues.nearest(Self.numberCues, before: start, reach: 5)
        let byCue: SensitiveKind? =
            switch cue {
            case .card: isBehindCard(start) ? .cardExpiry : .cardNumber
            case .code: .cardCode
            case .expiry: .cardExpiry
            case .social: .socialSecurityNumber
            case .account: .accountNumber
            case .phone: .phoneNumber
            case .birth, .address, .email, .name, .other, nil: nil
            }
        if isBehindTime(start), run.isYear || run.isWrittenYear || run.count < 3 { return nil }
        if let byCue { return kinds.contains(byCue) ? byCue : nil }
        guard cue != .other, run.scales == 0, !run.isCounted else { return nil }
        let likely = [SensitiveKind.cardNumber, .phoneNumber, .socialSecurityNumber].first(where: kinds.contains)
        let isYear = run.isWrittenYear
        if run.count > 2, run.spelled * 2 >= run.count, !isYear { return likely }
        if run.count == 2, run.spelled == 2, run.range.count > 1 { return likely }
        // Somebody who begins an answer with a number goes on.
        if end == .amidTurn, isAnswer(start), run.isAnswer { return likely }
        if run.count > 5 || run.count > 3 && run.spelled == 0 && !run.isYear { return likely }
        return nil
    }

    /// `G B two nine N W B K …`, and written as one word.
    private mutating func findIBANs() {
        var index = 0
        while index < tokens.count {
            let token = tokens[index]
            if token.text.utf8.count >= 15, Self.isIBAN(token.text) { add(index..<index + 1, .accountNumber) }
            guard Self.isCode(token), let behind = cues.end(of: .account, before: index, reach: 8), behind <= index else {
                index += 1
                continue
            }
            var end = index
            var letters = 0
            while end < tokens.count, Self.isCode(tokens[end]) || tokens[end].isFiller {
                if tokens[end].numeral == nil, !tokens[end].isFiller { letters += 1 }
                end += 1
            }
            if letters > 1 { add(index..<end, .accountNumber) }
            index = max(end, index + 1)
        }
    }

    private static func isCode(_ token: RedactionToken) -> Bool {
        if token.numeral != nil { return true }
        let text = token.text.utf8
        if text.count == 1 {
            return text.first.map { 97...122 ~= $0 && $0 != UInt8(ascii: "a") && $0 != UInt8(ascii: "i") } ?? false || token.isCapital
        }
        return text.count <= 8 && text.contains { 48...57 ~= $0 } && text.allSatisfy { 48...57 ~= $0 || 97...122 ~= $0 }
    }

    private static func isIBAN(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count <= 34 && bytes[..<2].allSatisfy { 97...122 ~= $0 } && bytes[2..<4].allSatisfy { 48...57 ~= $0 }
            && bytes.allSatisfy { 48...57 ~= $0 || 97...122 ~= $0 }
    }
}
