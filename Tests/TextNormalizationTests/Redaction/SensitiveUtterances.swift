import HarkenTesting

/// Makes utterances with and without sensitive content, as people say it and recognizers write it. The same seed makes the same utterances.
struct SensitiveUtterances {
    struct SpokenWord {
        var text: String
        /// True for a word that must be hidden; nil: it does not matter.
        var isSensitive: Bool?
        /// Number of the entity within the utterance; 0: none.
        var entity = 0
    }

    private var random: SeededGenerator
    private var entities = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func pick<T>(_ list: [T]) -> T { list[Int(random.next() % UInt64(list.count))] }
    private mutating func chance(_ percent: Int) -> Bool { Int(random.next() % 100) < percent }
    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    // MARK: Utterances

    mutating func next() -> [SpokenWord] {
        entities = 0
        let template = chance(60) ? pick(Self.sensitive) : pick(Self.plain)
        var words: [SpokenWord] = []
        for part in template.split(separator: " ") {
            guard part.hasPrefix("{") else {
                words.append(SpokenWord(text: String(part), isSensitive: false))
                continue
            }
            words += slot(String(part.dropFirst().dropLast()))
        }
        return styled(words)
    }

    /// Returns an utterance cut into finals.
    mutating func finals(of words: [SpokenWord]) -> [[SpokenWord]] {
        guard words.count > 1 else { return [words] }
        let cuts = Set((0..<number(0...3)).map { _ in number(1...words.count - 1) }).sorted()
        var finals: [[SpokenWord]] = []
        var start = 0
        for cut in cuts + [words.count] {
            finals.append(Array(words[start..<cut]))
            start = cut
        }
        return finals
    }

    mutating func endsTurn() -> Bool { chance(15) }

    private mutating func styled(_ words: [SpokenWord]) -> [SpokenWord] {
        var words = words
        guard chance(60) else {
            for index in words.indices { words[index].text = words[index].text.lowercased() }
            return words
        }
        words[0].text = words[0].text.prefix(1).uppercased() + words[0].text.dropFirst()
        words[words.count - 1].text += "."
        for index in words.indices where words[index].text == "i" { words[index].text = "I" }
        return words
    }

    private mutating func slot(_ name: String) -> [SpokenWord] {
        let texts: [String]
        var isSensitive: Bool? = true
        switch name {
        case "card": texts = digits(card(), groups: [4, 4, 4, 4])
        case "cvv": texts = digits(random(count: 3), groups: [3])
        case "expiry": texts = expiry()
        case "ssn": texts = digits(socialSecurity(), groups: [3, 2, 4])
        case "account": texts = digits(random(count: number(8...12)), groups: [4, 4, 4])
        case "routing": texts = digits(random(count: 9), groups: [3, 3, 3])
        case "phone": texts = digits(phone(), groups: [3, 3, 4])
        case "email": texts = email()
        case "address": texts = address()
        case "birth": texts = birth()
        case "name": texts = name2()
        case "given": texts = [pick(Self.givenNames)]
        case "family": texts = [pick(Self.familyNames)]
        case "order":
            texts = digits(random(count: number(6...12)), groups: [4, 4, 4])
            isSensitive = false
        case "small": (texts, isSensitive) = (spoken(number(2...99)), false)
        case "hundreds": (texts, isSensitive) = (spoken(number(1...9)) + ["hundred"] + (chance(50) ? ["and"] + spoken(number(1...99)) : []), false)
        case "year": (texts, isSensitive) = (year(), false)
        case "price": (texts, isSensitive) = (chance(50) ? ["$\(number(1...999)).\(number(10...99))"] : spoken(number(2...99)) + ["dollars"], false)
        case "time":
            (texts, isSensitive) = (chance(50) ? ["\(number(1...12)):\(number(10...59))"] : spoken(number(1...12)) + spoken(number(20...59)), false)
        case "month":
            (texts, isSensitive) = ([pick(["January", "February", "March", "April", "June", "July", "August", "October", "December"])], false)
        case "ordinal": (texts, isSensitive) = ([pick(["first", "second", "third", "fourth", "fifth", "tenth", "twelfth"])], false)
        default: fatalError(name)
        }
        if isSensitive == true { entities += 1 }
        let fillers: Set<String> = ["uh", "um", "dash", "the", "of", "and", "slash", "at", "dot", "underscore"]
        return texts.map {
            SpokenWord(
                text: $0, isSensitive: isSensitive == true && fillers.contains($0) ? nil : isSensitive, entity: isSensitive == true ? entities : 0)
        }
    }

    // MARK: Numbers

    private mutating func random(count: Int) -> [Int] { [number(1...9)] + (1..<count).map { _ in number(0...9) } }

    private mutating func card() -> [Int] {
        var digits = [pick([4, 5])] + (1..<15).map { _ in number(0...9) }
        if digits[0] == 5 { digits[1] = number(1...5) }
        let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
            let value = digit.offset % 2 == 0 ? digit.element * 2 : digit.element
            return sum + (value > 9 ? value - 9 : value)
        }
        return digits + [(10 - sum % 10) % 10]
    }

    private mutating func socialSecurity() -> [Int] { [number(1...8)] + (0..<8).map { _ in number(0...9) } }

    private mutating func phone() -> [Int] {
        [number(2...9)] + (0..<2).map { _ in number(0...9) } + [number(2...9)] + (0..<6).map { _ in number(0...9) }
    }

    private static let units = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    private static let teens = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
    private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

    private mutating func spoken(_ value: Int) -> [String] {
        if value < 10 { return [Self.units[value]] }
        if value < 20 { return [Self.teens[value - 10]] }
        if value % 10 == 0 { return [Self.tens[value / 10]] }
        return chance(50) ? [Self.tens[value / 10], Self.units[value % 10]] : [Self.tens[value / 10] + "-" + Self.units[value % 10]]
    }

    private mutating func year() -> [String] {
        let year = number(1950...2025)
        if chance(40) { return [String(year)] }
        if year >= 2000, year < 2010 { return ["two", "thousand"] + (year == 2000 ? [] : ["and"] + [Self.units[year - 2000]]) }
        let rest = year % 100
        return spoken(year / 100) + (rest < 10 ? ["oh", Self.units[rest]] : spoken(rest))
    }

    /// Says digits in one of the ways in which people say them.
    private mutating func digits(_ digits: [Int], groups: [Int]) -> [String] {
        switch number(0...9) {
        case 0: return grouped(digits, groups)
        case 1: return [grouped(digits, groups).joined(separator: "-")]
        case 2: return digits.map(String.init)
        case 3: return paired(digits)
        case 4: return mixed(digits, groups)
        case 5: return doubled(digits)
        default:
            var words = one(digits)
            if chance(25), words.count > 4 { words.insert(pick(["uh", "um", "dash"]), at: number(2...words.count - 2)) }
            return words
        }
    }

    private mutating func one(_ digits: [Int]) -> [String] {
        let zero = pick(["zero", "oh"])
        return digits.map { $0 == 0 ? zero : Self.units[$0] }
    }

    private func grouped(_ digits: [Int], _ groups: [Int]) -> [String] {
        var rest = digits[...]
        var texts: [String] = []
        for group in groups where !rest.isEmpty {
            texts.append(rest.prefix(group).map(String.init).joined())
            rest = rest.dropFirst(group)
        }
        if !rest.isEmpty { texts.append(rest.map(String.init).joined()) }
        return texts
    }

    /// `forty one eleven`
    private mutating func paired(_ digits: [Int]) -> [String] {
        var words: [String] = []
        var index = 0
        while index < digits.count {
            if index + 1 < digits.count, digits[index] > 0, chance(60) {
                words += spoken(digits[index] * 10 + digits[index + 1])
                index += 2
            } else {
                words.append(digits[index] == 0 ? "oh" : Self.units[digits[index]])
                index += 1
            }
        }
        return words
    }

    private mutating func mixed(_ digits: [Int], _ groups: [Int]) -> [String] {
        grouped(digits, groups).flatMap { group in chance(50) ? [group] : one(group.compactMap(\.wholeNumberValue)) }
    }

    private mutating func doubled(_ digits: [Int]) -> [String] {
        var words: [String] = []
        var index = 0
        while index < digits.count {
            let count = digits[index...].prefix { $0 == digits[index] }.count
            let name = digits[index] == 0 ? "oh" : Self.units[digits[index]]
            if count >= 2 {
                words += [count >= 3 ? "triple" : "double", name]
                index += min(count, 3)
            } else {
                words.append(name)
                index += 1
            }
        }
        return words
    }

    // MARK: Other content

    private mutating func expiry() -> [String] {
        let month = number(1...12), year = number(26...32)
        switch number(0...3) {
        case 0: return ["\(month < 10 ? "0" : "")\(month)/\(year)"]
        case 1: return (month < 10 ? ["oh", Self.units[month]] : spoken(month)) + spoken(year)
        case 2: return (month < 10 ? ["zero", Self.units[month]] : spoken(month)) + ["slash"] + spoken(year)
        default: return spoken(month) + ["twenty"] + spoken(year)
        }
    }

    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]

    private mutating func birth() -> [String] {
        let month = pick(Self.monthNames)
        switch number(0...4) {
        case 0: return ["\(number(1...12))/\(number(1...28))/\(number(1940...2005))"]
        case 1: return [month, pick(["third", "fourth", "tenth", "twelfth", "fifteenth"])] + year()
        case 2: return ["the", pick(["third", "fourth", "tenth", "twelfth", "fifteenth"]), "of", month] + year()
        case 3: return [month, "\(number(1...28))", "\(number(1940...2005))"]
        default: return [month] + spoken(number(10...28)) + year()
        }
    }

    private mutating func email() -> [String] {
        let given = pick(Self.givenNames).lowercased(), family = pick(Self.familyNames).lowercased()
        let domain = pick(["gmail", "yahoo", "outlook", "example", "hotmail", "acme"])
        switch number(0...4) {
        case 0: return ["\(given).\(family)@\(domain).com"]
        case 1: return [given, "dot", family, "at", domain, "dot", "com"]
        case 2: return [given, "underscore", family] + spoken(number(10...99)) + ["at", domain, "dot", pick(["com", "org", "net"])]
        case 3: return [given, "at", domain + ".com"]
        default: return [String(given.prefix(1)), family, "at", domain, "dot", "co", "dot", "uk"]
        }
    }

    private mutating func address() -> [String] {
        let name = pick(["Maple", "Oak", "Main", "Cedar", "Washington", "Elm", "Sunset", "River", "Church"])
        let street = pick(["Street", "Avenue", "Road", "Lane", "Boulevard", "Drive", "Court"])
        let house = chance(50) ? ["\(number(10...9_999))"] : spoken(number(10...99)) + (chance(30) ? spoken(number(10...99)) : [])
        return house + [name, street] + (chance(20) ? ["apartment"] + spoken(number(2...20)) : [])
    }

    private static let givenNames = [
        "James", "Mary", "Robert", "Patricia", "Michael", "Jennifer", "David", "Elizabeth", "Sarah", "Karen", "Daniel", "Nancy", "Kevin", "Sandra",
        "Olivia", "Emma", "Matthew", "Laura", "Priya", "Carlos", "Ahmed", "Fatima", "Stephen", "Heather", "Joshua", "Michelle",
    ]
    private static let familyNames = [
        "Smith", "Johnson", "Williams", "Garcia", "Rodriguez", "Martinez", "Anderson", "Thompson", "Nguyen", "Patel", "O'Brien", "Murphy", "Sullivan",
        "Peterson", "Sanders", "Schmidt", "Hernandez", "Collins",
    ]

    private mutating func name2() -> [String] { [pick(Self.givenNames), pick(Self.familyNames)] }

    private static let sensitive = [
        "my card number is {card}", "the card is {card} and it expires {expiry}", "sure it's {card}", "{card}",
        "yes {card} expires {expiry} cvv {cvv}",
        "you can charge my visa {card} the security code is {cvv}", "okay so the number on the card is {card} thanks", "the cvv is {cvv}",
        "expiration date {expiry}", "i think the expiry is {expiry}", "and the security code on the back is {cvv}",
        "my social is {ssn}", "my social security number is {ssn} i think", "{ssn} is my social", "the last one is social security {ssn} okay",
        "my account number is {account} at the bank", "the routing number is {routing} and the account is {account}",
        "please send it to account {account}", "the routing number {routing}",
        "my phone number is {phone}", "call me at {phone} please", "you can reach me at {phone} after work", "{phone}", "my cell is {phone}",
        "his number is {phone} i believe",
        "my email is {email}", "you can email me at {email}", "my email address is {email} thank you", "it's {email}",
        "send the email to {email} please",
        "i live at {address}", "my address is {address} in Boston", "ship it to {address} please", "we are located at {address}", "it's {address}",
        "i was born on {birth}", "my date of birth is {birth}", "birthday {birth}", "her birthday is {birth} and she lives nearby",
        "my name is {name}", "this is {name} speaking", "can i speak to {name} please", "i met {given} yesterday at the office",
        "mr {family} will see you now", "ask {name} about it", "my name is {name} and my phone number is {phone}",
        "hi i'm {given} and i need help with my account", "the first name is {given} and the last name is {family}",
    ]

    private static let plain = [
        "it costs {price} with tax", "i bought {small} apples and {small} oranges", "we were founded in {year} in a garage",
        "the meeting is at {time} on {month} {ordinal}", "i will be there in {small} minutes", "my order number is {order}",
        "the tracking number is {order} and it has not arrived", "there were {hundreds} people at the concert",
        "turn to page {small} in chapter {small}",
        "she is {small} years old and has {small} cats", "the score was {small} to {small} at half time", "mark my words it will rain in may",
        "i hope you will grace us with your presence", "we met at the station and walked home", "it was a two hour drive to the lake",
        "there is no way to know that", "i have one question about the bill", "the flight number is {small} at gate {small}",
        "the temperature is {small} degrees today", "i need to change my password", "could you send me an email about it at noon",
        "please look at the dot on the screen", "one two three testing testing", "the population grew to {small} thousand people",
        "we sold {hundreds} units in {month} {year}", "in {year} we moved to a new office", "take the second street on the left and drive on",
        "the first thing is to look at the second chapter", "this is about the card that i ordered", "my phone is broken and i cannot call",
        "the account was closed in {year}", "i was born in a small town", "what is your address", "he said that his name is on the list",
        "about {small} percent of the cards were blue", "version {small} point {small} is out", "that is a fair price for the house",
        "i'm sorry to hear that", "let me check that for you", "can you hear me now", "the rose garden opens at {time}",
        "we have {small} rooms and {small} beds", "chapter {small} begins on page {hundreds}", "the invoice for {price} is due on {month} {small}",
    ]
}
