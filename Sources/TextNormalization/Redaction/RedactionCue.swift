/// A word that tells what a number or a name behind it is.
enum RedactionCue: Sendable, Hashable {
    case card, code, expiry, social, account, phone, birth, address, email, name
    /// The number is something that nobody hides: of an order, a flight, a page.
    case other

    /// Returns the cue that the token at `index` completes; nil: none.
    static func cue(at index: Int, in tokens: [RedactionToken]) -> Self? {
        let text = tokens[index].text
        if let cue = words[text] {
            // `email address` is no postal address, `my case is` no reason to hold a card's cue back.
            return cue
        }
        guard let pairs = pairs[text], index > 0 else { return nil }
        // `ship it to`
        if text == "to", index > 1, ["it", "them", "that"].contains(tokens[index - 1].text) { return pairs[tokens[index - 2].text] }
        return pairs[tokens[index - 1].text]
    }

    private static let words: [String: Self] = {
        let listed: [(Self, String)] = [
            (.card, "card cards visa mastercard amex debit"), (.code, "cvv cvc cvv2 cvc2 csc"),
            (.expiry, "expires expiry expiration expiring exp thru"), (.social, "social ssn socials"),
            (.account, "account acct routing iban aba checking savings"),
            (.phone, "phone telephone cell cellphone mobile landline fax dial callback"),
            (.birth, "born birthday birthdate birth dob"), (.email, "email e-mail"), (.address, "address"), (.name, "name name's surname"),
            (
                .other,
                "order tracking confirmation invoice ticket case reference serial part model flight room version extension page chapter item product booking gate"
            ),
        ]
        var words: [String: Self] = [:]
        for (cue, list) in listed { for word in list.split(separator: " ") { words[String(word)] = cue } }
        return words
    }()

    /// Cues of two words, by the second and then the first one.
    private static let pairs: [String: [String: Self]] = [
        "code": ["security": .code, "sort": .account, "card": .code], "back": ["the": .code], "through": ["valid": .expiry, "good": .expiry],
        "until": ["valid": .expiry, "good": .expiry],
        "number": ["my": .phone, "her": .phone, "his": .phone, "our": .phone, "the": .phone, "your": .phone],
        "me": ["call": .phone, "text": .phone, "reach": .phone], "us": ["call": .phone, "text": .phone, "reach": .phone],
        "him": ["call": .phone, "reach": .phone], "her": ["call": .phone, "reach": .phone],
        "at": [
            "live": .address, "lives": .address, "living": .address, "reside": .address, "resides": .address, "located": .address,
            "reached": .phone,
        ], "to": ["deliver": .address, "ship": .address, "delivered": .address, "shipped": .address, "moved": .address, "mail": .address],
        "am": ["i": .name], "is": ["this": .name],
        // Spelt: D O B, C V V, S S N.
        "b": ["o": .birth], "v": ["v": .code], "c": ["v": .code], "n": ["s": .social],
    ]
}

/// The cues before each place of a text.
struct RedactionCues {
    /// The last place of each cue.
    private var last: [(cue: RedactionCue, index: Int, word: Int)] = []
    /// For each token, the number of words before it that are no part of a number.
    private let places: [Int]
    private let numbers: [Int]
    private let turnEnds: [Int]
    /// The words that were hidden before.
    private let hidden: [Int]

    init(_ tokens: [RedactionToken]) {
        var places: [Int] = []
        places.reserveCapacity(tokens.count)
        var place = 0
        for index in tokens.indices {
            let token = tokens[index]
            if token.numeral == nil, !token.isFiller, token.entity == nil { place += 1 }
            places.append(place)
            guard token.numeral == nil, let cue = RedactionCue.cue(at: index, in: tokens) else { continue }
            if cue == .address, index > 0, Self.notPostal.contains(tokens[index - 1].text) { continue }
            // `my card number` is no phone number.
            if cue == .phone, token.text == "number", let before = last.last, place - before.word < 4, before.cue != .other { continue }
            last.append((cue, index, place))
        }
        self.places = places
        numbers = tokens.indices.filter { tokens[$0].numeral != nil }
        turnEnds = tokens.indices.filter { tokens[$0].endsTurn }
        hidden = tokens.indices.filter { tokens[$0].entity != nil }
    }

    private func place(_ index: Int) -> Int { index < places.count ? places[index] : places.last ?? 0 }

    private static let notPostal: Set<String> = ["email", "e-mail", "mail", "ip", "mac", "web", "internet"]

    /// Returns the place behind the nearest cue of this kind before `index`; nil when there is none within `reach` words.
    func end(of cue: RedactionCue, before index: Int, reach: Int) -> Int? {
        guard let found = last.last(where: { $0.cue == cue && $0.index < index }) else { return nil }
        // An address has words that are no part of a number: whether the cue is used up is the caller's to find out.
        let isActive = cue == .email ? place(index) - found.word <= reach : isActive(found, at: index, reach: reach)
        return isActive ? found.index + 1 : nil
    }

    /// Returns the nearest cue of the kinds before `index`; nil when there is none within `reach` words (five for `other`).
    func nearest(_ kinds: Set<RedactionCue>, before index: Int, reach: Int = 8) -> RedactionCue? {
        guard let found = last.last(where: { $0.index < index && kinds.contains($0.cue) }),
            isActive(found, at: index, reach: found.cue == .other ? 5 : reach)
        else { return nil }
        return found.cue
    }

    /// A cue is used up when something was hidden behind it and the speaker has gone on to something else.
    private func isActive(_ cue: (cue: RedactionCue, index: Int, word: Int), at index: Int, reach: Int) -> Bool {
        guard place(index) - cue.word <= reach else { return false }
        if cue.cue == .other, let number = numbers.first(where: { $0 > cue.index }), number < index, place(index) > places[number] { return false }
        // After the end of a turn, an answer has few words before its number.
        if let turnEnd = turnEnds.last(where: { $0 < index }), turnEnd >= cue.index, cue.cue == .other || place(index) - places[turnEnd] > 3 {
            return false
        }
        guard let hidden = hidden.last(where: { $0 < index }), hidden > cue.index else { return true }
        let words = place(index) - places[hidden]
        return words == 0 || words < 3 && !(turnEnds.contains { hidden <= $0 && $0 < index })
    }
}
