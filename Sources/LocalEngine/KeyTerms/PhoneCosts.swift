/// A phone of the CMU dictionary, as its index in `PhoneCosts.names`.
package typealias Phone = UInt8

/// The costs of hearing one phone for another, by which the distance between two pronunciations is measured.
package enum PhoneCosts {
    /// The phones, vowels first.
    static let names = [
        "AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW", "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K",
        "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH",
    ]
    private static let vowelCount = 15
    private static let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Phone($0)) })

    /// Pairs of phones that are easily confused, with the cost of such a confusion.
    private static let near: [(cost: Float, pairs: String)] = [
        (0.2, "AH IH,AH EH,AH UH,AH AE,AH AA,IH IY,IH EH,AA AO,UH UW,EH AE,EH EY,AO OW,AH ER,S Z,SH ZH,TH DH,CH JH,AH AO,AY AA,AW AA,OW AH"),
        (0.35, "T D,P B,K G,F V,M N,N NG,CH SH,JH ZH,S SH,Z ZH,S TH,F TH,D DH,CH T,JH D,T TH,V DH,W V,V B,L R,Z DH,JH Y"),
        (0.4, "ER R"),
    ]

    /// Costs of changing one phone into another: row × `names.count` + column.
    private static let changes: [Float] = {
        let count = names.count
        var changes = [Float](repeating: 1, count: count * count)
        for a in 0..<count {
            for b in 0..<count {
                if a < vowelCount, b < vowelCount { changes[a * count + b] = 0.5 }
                if (a < vowelCount) != (b < vowelCount) { changes[a * count + b] = 1.3 }
                if a == b { changes[a * count + b] = 0 }
            }
        }
        for (cost, pairs) in near {
            for pair in pairs.split(separator: ",") {
                let ends = pair.split(separator: " ").compactMap { number(of: $0) }.map(Int.init)
                guard ends.count == 2 else { continue }
                changes[ends[0] * count + ends[1]] = cost
                changes[ends[1] * count + ends[0]] = cost
            }
        }
        return changes
    }()

    /// Costs of a phone that only one of the pronunciations has. Weak phones are often not heard.
    private static let drops: [Float] = {
        var drops = names.indices.map { Float($0 < vowelCount ? 0.5 : 0.8) }
        for (name, cost) in [("AH", 0.4), ("IH", 0.4), ("HH", 0.4), ("R", 0.5), ("Y", 0.4), ("W", 0.5), ("T", 0.6), ("D", 0.6)] as [(String, Float)] {
            if let phone = numbers[name] { drops[Int(phone)] = cost }
        }
        return drops
    }()

    /// Returns the phone with a name of the CMU dictionary; nil for any other text.
    static func number(of name: some StringProtocol) -> Phone? { numbers[String(name)] }

    static func change(_ a: Phone, _ b: Phone) -> Float { changes[Int(a) * names.count + Int(b)] }
    static func drop(_ phone: Phone) -> Float { drops[Int(phone)] }
}

/// The search for a term's phones in heard phones, one heard phone at a time.
struct PhoneDistance {
    private let term: [Phone]
    private let drops: [Float]
    /// Costs of turning the phones heard so far into the term's first phones, by the number of these.
    private var row: [Float]

    /// - Parameter term: the term's phones; at least one.
    init(to term: [Phone]) {
        self.term = term
        drops = term.map(PhoneCosts.drop)
        row = [0]
        row.reserveCapacity(term.count + 1)
        for drop in drops { row.append(row[row.count - 1] + drop) }
    }

    /// Cost of turning the phones heard so far into the term.
    var cost: Float { row[term.count] }

    /// Takes the next heard phone, and returns a lower bound of the cost, whatever phones follow.
    mutating func hear(_ phone: Phone) -> Float {
        let drop = PhoneCosts.drop(phone)
        var diagonal = row[0]
        row[0] += drop
        var minimum = row[0]
        for index in term.indices {
            let best = min(diagonal + PhoneCosts.change(phone, term[index]), row[index + 1] + drop, row[index] + drops[index])
            diagonal = row[index + 1]
            row[index + 1] = best
            minimum = min(minimum, best)
        }
        return minimum
    }
}
