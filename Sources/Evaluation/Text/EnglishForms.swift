/// Unification of English words that have more than one written form.
enum EnglishForms {
    /// Returns the words with contractions, titles and spellings unified, and without hesitations.
    static func normalized(_ text: String) -> [String] {
        let tokens = text.replacing("’", with: "'").split(whereSeparator: \.isWhitespace).flatMap { pieces(of: $0).flatMap(expanded) }
        return tokens.filter { !hesitations.contains($0) }.map { spellings[$0] ?? $0 }
    }

    /// Returns runs of letters and digits, with the apostrophes and decimal points inside them.
    private static func pieces(of token: Substring) -> [String] {
        var pieces: [String] = []
        var current = ""
        let characters = Array(token)
        for (index, character) in characters.enumerated() {
            let next = index + 1 < characters.count ? characters[index + 1] : " "
            let isInside = !current.isEmpty && (next.isLetter || next.isNumber)
            if character.isLetter || character.isNumber {
                current.append(character)
            } else if character == "'" && isInside {
                current.append(character)
            } else if character == "." && isInside && next.isNumber && current.allSatisfy({ $0.isNumber }) {
                current.append(character)
            } else if character == "," && isInside && next.isNumber && current.allSatisfy({ $0.isNumber }) {
                // A comma between digits separates thousands: 1,000.
                continue
            } else if !current.isEmpty {
                pieces.append(current)
                current = ""
            }
        }
        if !current.isEmpty { pieces.append(current) }
        return pieces
    }

    private static func expanded(_ word: String) -> [String] {
        if let whole = contractions[word] { return whole }
        for (ending, meaning) in endings where word.hasSuffix(ending) && word.count > ending.count {
            return [String(word.dropLast(ending.count)), meaning]
        }
        return TranscriptNormalizer.split(word.replacing("'", with: "")).isEmpty ? [] : [word.replacing("'", with: "")]
    }

    private static let hesitations: Set<String> = ["hmm", "hm", "mm", "mhm", "mmm", "uh", "um", "uhm", "er", "erm", "ah"]

    private static let endings: [(String, String)] = [
        ("n't", "not"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'m", "am"), ("'d", "would"), ("'s", "is"),
    ]

    private static let contractions: [String: [String]] = [
        "won't": ["will", "not"], "can't": ["can", "not"], "cannot": ["can", "not"], "let's": ["let", "us"], "ain't": ["is", "not"],
        "shan't": ["shall", "not"], "y'all": ["you", "all"], "wanna": ["want", "to"], "gonna": ["going", "to"], "gotta": ["got", "to"],
        "i'ma": ["i", "am", "going", "to"], "imma": ["i", "am", "going", "to"], "woulda": ["would", "have"], "coulda": ["could", "have"],
        "shoulda": ["should", "have"], "ma'am": ["madam"], "o'clock": ["oclock"],
        "mr": ["mister"], "mrs": ["missus"], "ms": ["miss"], "dr": ["doctor"], "st": ["saint"], "prof": ["professor"], "capt": ["captain"],
        "gov": ["governor"], "sen": ["senator"], "rev": ["reverend"], "hon": ["honorable"], "jr": ["junior"], "sr": ["senior"], "lt": ["lieutenant"],
        "gen": ["general"], "vs": ["versus"], "ok": ["okay"], "'til": ["until"], "'em": ["them"],
    ]

    /// American spellings of common words, by their British spellings.
    private static let spellings: [String: String] = {
        var result: [String: String] = [:]
        let pairs = """
            colour color favour favor favourite favorite honour honor labour labor neighbour neighbor neighbourhood neighborhood behaviour behavior humour humor harbour harbor \
            rumour rumor vapour vapor armour armor flavour flavor parlour parlor splendour splendor endeavour endeavor odour odor vigour vigor valour valor \
            saviour savior candour candor clamour clamor centre center theatre theater metre meter litre liter fibre fiber sombre somber lustre luster \
            organise organize realise realize recognise recognize apologise apologize analyse analyze criticise criticize emphasise emphasize \
            travelled traveled traveller traveler travelling traveling cancelled canceled labelled labeled modelling modeling marvellous marvelous \
            jewellery jewelry grey gray programme program catalogue catalog dialogue dialog defence defense offence offense licence license practise practice \
            tyre tire plough plow cheque check draught draft kerb curb sceptical skeptical mould mold moustache mustache pyjamas pajamas \
            towards toward afterwards afterward amongst among whilst while learnt learned burnt burned dreamt dreamed spelt spelled
            """.split(whereSeparator: \.isWhitespace).map(String.init)
        for index in stride(from: 0, to: pairs.count - 1, by: 2) {
            let (british, american) = (pairs[index], pairs[index + 1])
            result[british] = american
            guard !british.hasSuffix("s"), !british.hasSuffix("d") else { continue }
            result[british + "s"] = american + "s"
            result[british + "d"] = american + "d"
            result[british + "ed"] = american + "ed"
            result[british + "ing"] = american + "ing"
        }
        return result
    }()
}
