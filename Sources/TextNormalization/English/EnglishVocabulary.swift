/// English words of numbers.
enum EnglishVocabulary {
    static let units = ["one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9]
    static let teens = [
        "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
        "nineteen": 19,
    ]
    static let tens = ["twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90]
    /// Zeros in digits that are spoken one by one.
    static let zeros: Set<String> = ["zero", "oh", "o"]
    /// Powers of ten.
    static let scales = [
        "thousand": 3, "lakh": 5, "million": 6, "crore": 7, "billion": 9, "trillion": 12, "quadrillion": 15, "quintillion": 18, "sextillion": 21,
    ]
    static let ordinalUnits = [
        "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    ]
    static let ordinalTeens = [
        "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
        "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70,
        "eightieth": 80, "ninetieth": 90,
    ]
    static let ordinalScales = ["hundredth": 2, "thousandth": 3, "millionth": 6, "billionth": 9]
    static let months: Set<String> = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ]
    static let decades = [
        "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90,
    ]

    static let numbers = Set(units.keys).union(teens.keys).union(tens.keys).union(scales.keys).union(ordinalUnits.keys).union(ordinalTeens.keys)
        .union(ordinalScales.keys).union(["hundred", "zero"])
    static let begins = numbers.union(zeros).union(months).union([
        "minus", "negative", "point", "plus", "double", "triple", "the", "quarter", "half", "a", "an",
    ])
}
