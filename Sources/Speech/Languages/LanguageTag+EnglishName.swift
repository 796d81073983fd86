extension LanguageTag {
    /// The language's English name in lower case, as in Whisper's answers: `english` for `en-US`. The primary subtag when no English name is known.
    package var englishName: String { Self.englishNames[usual.primary] ?? Self.furtherNames[usual.primary] ?? primary }

    /// Returns the language with this English name, in any case; nil when no language has the name.
    package static func named(_ name: String) -> LanguageTag? { codes[name.lowercased()].map { LanguageTag($0) } }

    /// Primary subtags of the languages for which Whisper has an English name.
    package static var withEnglishNames: Set<String> { Set(englishNames.keys) }

    private static let codes = Dictionary(
        (englishNames.map { ($1, $0) } + furtherNames.map { ($1, $0) } + otherNames.map { ($0, $1) }), uniquingKeysWith: { first, _ in first })

    private static let englishNames: [String: String] = [
        "af": "afrikaans", "am": "amharic", "ar": "arabic", "as": "assamese", "az": "azerbaijani", "ba": "bashkir", "be": "belarusian",
        "bg": "bulgarian", "bn": "bengali", "bo": "tibetan", "br": "breton", "bs": "bosnian", "ca": "catalan", "cs": "czech", "cy": "welsh",
        "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
        "fi": "finnish", "fo": "faroese", "fr": "french", "gl": "galician", "gu": "gujarati", "ha": "hausa", "he": "hebrew", "hi": "hindi",
        "hr": "croatian", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "is": "icelandic", "it": "italian", "ja": "japanese",
        "jw": "javanese", "ka": "georgian", "kk": "kazakh", "km": "khmer", "kn": "kannada", "ko": "korean", "la": "latin",
        "lb": "luxembourgish", "ln": "lingala", "lo": "lao", "lt": "lithuanian", "lv": "latvian", "mg": "malagasy", "mi": "maori",
        "mk": "macedonian", "ml": "malayalam", "mn": "mongolian", "mr": "marathi", "ms": "malay", "mt": "maltese", "my": "myanmar",
        "ne": "nepali", "nl": "dutch", "nn": "nynorsk", "no": "norwegian", "oc": "occitan", "pa": "punjabi", "pl": "polish", "ps": "pashto",
        "pt": "portuguese", "ro": "romanian", "ru": "russian", "sa": "sanskrit", "sd": "sindhi", "si": "sinhala", "sk": "slovak",
        "sl": "slovenian", "sn": "shona", "so": "somali", "sq": "albanian", "sr": "serbian", "su": "sundanese", "sv": "swedish",
        "sw": "swahili", "ta": "tamil", "te": "telugu", "tg": "tajik", "th": "thai", "tk": "turkmen", "tl": "tagalog", "tr": "turkish",
        "tt": "tatar", "uk": "ukrainian", "ur": "urdu", "uz": "uzbek", "vi": "vietnamese", "yi": "yiddish", "yo": "yoruba",
        "yue": "cantonese", "zh": "chinese",
    ]

    /// Names of languages that Whisper does not know.
    private static let furtherNames: [String: String] = [
        "ak": "akan", "an": "aragonese", "ay": "aymara", "bm": "bambara", "ce": "chechen", "co": "corsican", "cv": "chuvash", "dv": "dhivehi",
        "ee": "ewe", "eo": "esperanto", "ff": "fula", "fj": "fijian", "fy": "frisian", "ga": "irish", "gd": "scottish gaelic", "gn": "guarani",
        "haw": "hawaiian", "ht": "haitian creole", "ia": "interlingua", "ig": "igbo", "iu": "inuktitut", "ki": "kikuyu", "ku": "kurdish",
        "ky": "kyrgyz", "lg": "luganda", "li": "limburgish", "nv": "navajo", "ny": "chichewa", "om": "oromo", "or": "odia", "os": "ossetian",
        "qu": "quechua", "rm": "romansh", "rn": "kirundi", "rw": "kinyarwanda", "sc": "sardinian", "sm": "samoan", "ss": "swati", "st": "sotho",
        "ti": "tigrinya", "tn": "tswana", "to": "tongan", "ts": "tsonga", "tw": "twi", "ty": "tahitian", "ug": "uyghur", "ve": "venda",
        "vo": "volapük", "wa": "walloon", "wo": "wolof", "xh": "xhosa", "za": "zhuang", "zu": "zulu", "ast": "asturian", "ceb": "cebuano",
        "ckb": "sorani", "luo": "luo", "nso": "sepedi", "nan": "hokkien", "wuu": "wu",
    ]

    /// Other names of languages: Whisper's, and some that people type.
    private static let otherNames: [String: String] = [
        "bahasa indonesia": "id", "bahasa melayu": "ms", "bangla": "bn", "bokmål": "no", "burmese": "my", "castilian": "es", "farsi": "fa",
        "filipino": "tl", "flemish": "nl", "gaelic": "gd", "haitian": "ht", "kirghiz": "ky", "letzeburgesch": "lb", "mandarin": "zh",
        "mandarin chinese": "zh", "moldavian": "ro", "moldovan": "ro", "norwegian bokmål": "no", "norwegian nynorsk": "nn", "oriya": "or",
        "panjabi": "pa", "pushto": "ps", "simplified chinese": "zh-Hans", "sinhalese": "si", "swiss german": "gsw", "traditional chinese": "zh-Hant",
        "uighur": "ug", "valencian": "ca", "中文": "zh", "粤语": "yue",
    ]
}
