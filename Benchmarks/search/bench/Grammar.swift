import Foundation

/// Sentences as people say them, of more kinds than anybody reads: a hundred million million.
enum Grammar {
    private static let who = [
        "Anna", "Otto", "my sister", "the new manager", "our landlord", "Doctor Reyes", "the plumber", "grandmother", "Marcus", "the committee",
        "her lawyer", "the coach", "Priya", "the neighbour", "the architect", "uncle Ben", "the teacher", "a customer", "the nurse", "Captain Lee",
        "the accountant", "Sofia", "the landlady", "the intern", "the mayor", "his brother", "the mechanic", "Yusuf", "the librarian", "the chef",
    ]
    private static let did = [
        "asked about", "forgot", "wants to sell", "repaired", "is worried about", "ordered", "returned", "complained about", "will present",
        "cancelled", "promised to send", "found", "lost", "painted", "compared", "paid for", "borrowed", "explained", "praised", "postponed",
        "wrote down", "measured", "is looking for", "dropped", "packed", "signed", "photographed", "threw away", "tested", "described",
    ]
    private static let like = [
        "broken", "old", "expensive", "green", "wooden", "second", "missing", "heavy", "quarterly", "early", "wrong", "cheap", "digital", "frozen",
        "annual", "foreign", "empty", "noisy", "handmade", "unpaid", "blue", "small", "shared", "temporary", "loud", "dusty", "electric",
        "medical", "secret", "weekly",
    ]
    private static let what = [
        "bicycle", "invoice", "tax return", "kitchen table", "piano", "vaccination", "train ticket", "garden fence", "software update",
        "marketing budget", "violin lesson", "blood test", "insurance policy", "birthday cake", "telescope", "rental contract", "washing machine",
        "passport", "football match", "wedding dress", "roof", "database migration", "school play", "heat pump", "holiday photos", "chess set",
        "boat trip", "newspaper article", "dog collar", "coffee machine", "exam results", "parking permit", "solar panels", "recipe",
        "hearing aid", "flight booking", "guitar", "swimming pool", "mortgage", "allergy pills", "podcast episode", "spreadsheet", "suitcase",
        "orchard", "satellite dish", "loan", "tent", "microscope", "choir rehearsal", "library card",
    ]
    private static let place = [
        "in the office", "at the station", "next to the church", "in Lisbon", "over the phone", "at the market", "on the third floor",
        "during lunch", "in the garage", "near the harbour", "at the hospital", "on the balcony", "in the meeting", "at the airport",
        "behind the school", "in the basement", "by email", "at the bakery", "on the ferry", "in the mountains",
    ]
    private static let time = [
        "yesterday", "before Friday", "next month", "at half past nine", "last summer", "on Tuesday morning", "in two weeks", "after dinner",
        "every Sunday", "during the storm", "tonight", "on the first of May", "at the end of the quarter", "since Christmas", "this afternoon",
    ]
    private static let reason = [
        "because the deadline moved", "although nobody had asked", "so that the children can come along", "and it cost far too much",
        "but the colour was wrong", "since the bank refused", "and we all laughed", "because it rained for days", "so we need a second opinion",
        "and then the power went out", "which surprised everyone", "because of the noise", "and the doctor agreed", "but it was already closed",
        "if the weather holds",
    ]

    static func sentence(_ random: inout Random) -> String {
        var parts = [pick(who, &random), pick(did, &random), "the", pick(like, &random), pick(what, &random), pick(place, &random)]
        let more = random.unit()
        if more < 0.6 { parts.append(pick(time, &random)) }
        if more > 0.3 { parts.append(pick(reason, &random)) }
        return parts.joined(separator: " ")
    }

    private static func pick(_ list: [String], _ random: inout Random) -> String { list[random.below(list.count)] }

    private static let consonants = Array("bdfgklmnprstvz"), vowels = Array("aeiou")
    static let names = 200_000

    /// A word that means nothing. The first ones are common and the last ones rare, as words are (Zipf).
    static func name(_ random: inout Random) -> String { name(Int(exp(random.unit() * log(Double(names))))) }

    static func name(_ rank: Int) -> String {
        var rest = rank, word = ""
        for _ in 0..<3 {
            word.append(consonants[rest % consonants.count])
            rest /= consonants.count
            word.append(vowels[rest % vowels.count])
            rest /= vowels.count
        }
        return word + "k"
    }
}
