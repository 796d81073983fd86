@testable import LocalEngine

/// Evidence about an utterance, and the language that the reference program of the trials (`language_rule.py`) tells from it. The evidence is random,
/// chosen so that every way through the program has cases.
struct LanguageCase: Sendable {
    typealias Text = (text: String, mean: Float, hasEnded: Bool)

    /// nil: unknown.
    var expected: String?
    var rule: LanguageRule
    var seconds: Double
    var english: TriedText
    var forced: Float
    var head: [String: Float]
    var texts: [String: TriedText]

    init(
        _ expected: String?, seconds: Double, former: String?, allowed: Set<String>?, english: Text, forced: Float, head: [String: Float],
        texts: [String: Text]
    ) {
        self.expected = expected
        rule = LanguageRule(allowed: allowed, former: former)
        self.seconds = seconds
        self.english = TriedText(english.text, mean: english.mean, hasEnded: english.hasEnded)
        self.forced = english.text.isEmpty ? -6 : forced
        self.head = head
        self.texts = texts.mapValues { TriedText($0.text, mean: $0.mean, hasEnded: $0.hasEnded) }
    }

    static let all: [LanguageCase] = [
        // Plainly English, by its text.
        LanguageCase(
            "en", seconds: 1.7, former: "en", allowed: ["de", "fr", "cy"], english: ("the birch canoe slid on the smooth planks", -0.232, true),
            forced: -1.05,
            head: ["en": -1.625, "de": -1.114, "fr": -3.217, "ca": -0.841, "cy": -5.649],
            texts: [:]),
        LanguageCase(
            "en", seconds: 1.7, former: nil, allowed: ["de", "fr", "cy"], english: ("Ever tried ever failed", -0.223, true), forced: -5.019,
            head: ["en": -0.137, "de": -3.731, "fr": -4.767, "ca": -4.726, "cy": -2.445],
            texts: [:]),
        LanguageCase(
            "en", seconds: 3.2, former: nil, allowed: nil, english: ("Fail again, fail better.", -0.195, true), forced: -1.078,
            head: ["en": -0.986, "de": -4.105, "fr": -1.381, "ca": -1.026, "cy": -7.335],
            texts: [:]),
        // Plainly English, by the probability of the language.
        LanguageCase(
            "en", seconds: 1.0, former: "de", allowed: ["en"], english: ("he said that", -0.168, true), forced: -4.255,
            head: ["en": -1.521, "de": -0.99, "fr": -2.566, "ca": -1.121, "cy": -4.895],
            texts: [
                "en": ("Fail again, fail better.", -0.861, true)
            ]),
        LanguageCase(
            "en", seconds: 3.2, former: nil, allowed: nil, english: ("you", -0.664, true), forced: -1.188,
            head: ["en": -0.012, "de": -5.541, "fr": -9.408, "ca": -6.759, "cy": -4.958],
            texts: [
                "en": ("you", -0.222, true)
            ]),
        LanguageCase(
            "en", seconds: 1.5, former: nil, allowed: ["en"], english: ("12 34 56", -0.774, true), forced: -5.756,
            head: ["en": -1.478, "de": -6.034, "fr": -5.637, "ca": -3.368, "cy": -0.313],
            texts: [
                "en": ("12 34 56", -1.011, false)
            ]),
        // Sure English, on which both models agree.
        LanguageCase(
            "en", seconds: 1.7, former: nil, allowed: ["en", "de"], english: ("Fail again, fail better.", -0.325, true), forced: -3.005,
            head: ["en": -0.352, "de": -1.276, "fr": -5.874, "ca": -6.477, "cy": -4.327],
            texts: [:]),
        LanguageCase(
            "en", seconds: 3.2, former: "de", allowed: nil, english: ("12 34 56", -0.207, true), forced: -0.894,
            head: ["en": -4.107, "de": -6.263, "fr": -1.996, "ca": -2.897, "cy": -0.235],
            texts: [:]),
        LanguageCase(
            "en", seconds: 3.2, former: "en", allowed: nil, english: ("12 34 56", -0.185, true), forced: -1.01,
            head: ["en": -6.199, "de": -1.659, "fr": -4.134, "ca": -2.585, "cy": -0.334],
            texts: [:]),
        // A language that is not allowed.
        LanguageCase(
            nil, seconds: 1.5, former: "de", allowed: ["de", "fr", "cy"], english: ("he said that", -1.031, true), forced: -6.126,
            head: ["en": -4.531, "de": -5.622, "fr": -12.542, "ca": -0.015, "cy": -7.282],
            texts: [:]),
        LanguageCase(
            nil, seconds: 1.0, former: nil, allowed: ["en", "de"], english: ("Fail again, fail better.", -1.022, true), forced: -3.128,
            head: ["en": -6.348, "de": -10.021, "fr": -0.021, "ca": -4.159, "cy": -5.847],
            texts: [:]),
        LanguageCase(
            nil, seconds: 3.2, former: nil, allowed: ["en", "de"], english: ("the verb is used for a false handbook", -0.662, false), forced: -2.278,
            head: ["en": -7.414, "de": -4.898, "fr": -1.38, "ca": -0.304, "cy": -6.038],
            texts: [:]),
        // English, by all evidence together.
        LanguageCase(
            "en", seconds: 1.5, former: "fr", allowed: nil, english: ("Ever tried ever failed", -0.492, true), forced: -2.873,
            head: ["en": -0.93, "de": -6.884, "fr": -2.482, "ca": -1.135, "cy": -1.612],
            texts: [
                "en": ("Ever tried ever failed", -0.5, true), "fr": ("les deux autres", -0.563, true),
            ]),
        LanguageCase(
            "en", seconds: 1.7, former: nil, allowed: nil, english: ("Ever tried ever failed", -0.693, true), forced: -1.378,
            head: ["en": -1.7, "de": -6.842, "fr": -0.206, "ca": -9.247, "cy": -6.133],
            texts: [
                "en": ("I do not know what you mean", -0.237, true), "fr": ("les deux autres", -0.688, true),
            ]),
        LanguageCase(
            "en", seconds: 1.7, former: "de", allowed: nil, english: ("he said that", -0.974, true), forced: -1.662,
            head: ["en": -1.394, "de": -1.532, "fr": -2.095, "ca": -1.884, "cy": -1.344],
            texts: [
                "en": ("he said that", -0.334, true), "de": ("12 34", -0.272, true),
            ]),
        LanguageCase(
            "en", seconds: 1.7, former: "en", allowed: nil, english: ("I do not know what you mean", -0.663, true), forced: -1.482,
            head: ["en": -0.565, "de": -2.457, "fr": -4.707, "ca": -3.446, "cy": -1.187],
            texts: [
                "en": ("I do not know what you mean", -0.562, true), "de": ("ich weiß nicht, was soll es bedeuten", -0.169, true),
            ]),
        LanguageCase(
            "en", seconds: 1.5, former: nil, allowed: nil, english: ("I do not know what you mean", -0.074, false), forced: -4.113,
            head: ["en": -0.155, "de": -2.339, "fr": -4.256, "ca": -4.081, "cy": -4.135],
            texts: [
                "en": ("I do not know what you mean", -0.855, true), "de": ("12 34", -0.18, true),
            ]),
        LanguageCase(
            "en", seconds: 1.5, former: "fr", allowed: ["de", "fr", "cy"], english: ("you", -0.302, true), forced: -4.794,
            head: ["en": -0.417, "de": -6.233, "fr": -2.569, "ca": -4.313, "cy": -1.391],
            texts: [
                "en": ("", -0.616, true), "fr": ("les deux autres", -1.068, false),
            ]),
        LanguageCase(
            "en", seconds: 1.5, former: "en", allowed: nil, english: ("I do not know what you mean", -0.489, false), forced: -3.383,
            head: ["en": -0.087, "de": -4.226, "fr": -7.145, "ca": -2.695, "cy": -7.674],
            texts: [
                "en": ("the birch canoe slid on the smooth planks", -0.794, true), "ca": ("les arenes", -0.994, true),
            ]),
        LanguageCase(
            "en", seconds: 3.2, former: "en", allowed: ["en", "de"], english: ("the birch canoe slid on the smooth planks", -1.03, true),
            forced: -6.092,
            head: ["en": -0.611, "de": -4.032, "fr": -2.829, "ca": -2.332, "cy": -1.26],
            texts: [
                "en": ("the birch canoe slid on the smooth planks", -1.079, true), "de": ("12 34", -0.949, false),
            ]),
        LanguageCase(
            "en", seconds: 1.7, former: "de", allowed: ["de", "fr", "cy"], english: ("you", -0.462, true), forced: -2.856,
            head: ["en": -1.66, "de": -2.498, "fr": -4.124, "ca": -3.86, "cy": -0.371],
            texts: [
                "en": ("12 34 56", -0.626, true), "cy": ("the birch canoe", -0.837, true),
            ]),
        // Unknown: all evidence is poor.
        LanguageCase(
            nil, seconds: 1.0, former: "de", allowed: nil, english: ("Fail again, fail better.", -0.237, false), forced: -2.056,
            head: ["en": -0.758, "de": -0.778, "fr": -3.007, "ca": -4.302, "cy": -4.698],
            texts: [
                "en": ("Fail again, fail better.", -1.123, true), "de": ("der hinter diesem Portal", -0.958, true),
            ]),
        LanguageCase(
            nil, seconds: 1.5, former: nil, allowed: nil, english: ("he said that", -0.601, true), forced: -3.274,
            head: ["en": -6.152, "de": -6.171, "fr": -4.907, "ca": -10.814, "cy": -0.012],
            texts: [
                "en": ("the birch canoe slid on the smooth planks", -0.326, true), "cy": ("the birch canoe", -0.467, true),
            ]),
        LanguageCase(
            nil, seconds: 3.2, former: "de", allowed: ["en", "de"], english: ("12 34 56", -1.113, true), forced: -1.081,
            head: ["en": -0.166, "de": -3.388, "fr": -4.103, "ca": -2.302, "cy": -5.977],
            texts: [
                "en": ("", -1.36, false), "de": ("ich weiß nicht, was soll es bedeuten", -0.617, true),
            ]),
        LanguageCase(
            nil, seconds: 1.5, former: "en", allowed: nil, english: ("you", -0.941, false), forced: -0.68,
            head: ["en": -7.836, "de": -11.871, "fr": -9.981, "ca": -0.0, "cy": -13.901],
            texts: [
                "en": ("", -0.972, true), "ca": ("les arenes", -1.035, true),
            ]),
        LanguageCase(
            nil, seconds: 1.0, former: nil, allowed: nil, english: ("Ever tried ever failed", -0.981, false), forced: -0.674,
            head: ["en": -3.537, "de": -0.034, "fr": -6.847, "ca": -6.184, "cy": -6.574],
            texts: [
                "en": ("Ever tried ever failed", -1.188, true), "de": ("Ever tried, ever failed", -1.041, false),
            ]),
        LanguageCase(
            nil, seconds: 3.2, former: nil, allowed: ["en", "de"], english: ("you", -0.129, false), forced: -5.267,
            head: ["en": -2.849, "de": -2.858, "fr": -0.202, "ca": -5.601, "cy": -2.755],
            texts: [
                "en": ("you", -1.216, true), "de": ("12 34", -0.297, true),
            ]),
        LanguageCase(
            nil, seconds: 1.5, former: nil, allowed: ["de", "fr", "cy"], english: ("Fail again, fail better.", -0.499, true), forced: -4.523,
            head: ["en": -0.432, "de": -2.668, "fr": -4.467, "ca": -1.403, "cy": -3.731],
            texts: [
                "en": ("he said that", -1.327, false), "de": ("12 34", -0.116, true),
            ]),
        LanguageCase(
            nil, seconds: 1.5, former: "en", allowed: ["de", "fr", "cy"], english: ("12 34 56", -0.682, false), forced: -4.956,
            head: ["en": -7.258, "de": -0.007, "fr": -7.936, "ca": -5.936, "cy": -5.628],
            texts: [
                "en": ("12 34 56", -0.727, true), "de": ("", -0.736, true),
            ]),
        // Another language.
        LanguageCase(
            "de", seconds: 3.2, former: "de", allowed: nil, english: ("the verb is used for a false handbook", -1.005, true), forced: -5.715,
            head: ["en": -1.143, "de": -0.497, "fr": -3.409, "ca": -6.935, "cy": -3.255],
            texts: [
                "en": ("12 34 56", -0.861, true), "de": ("Ever tried, ever failed", -0.732, true),
            ]),
        LanguageCase(
            "fr", seconds: 3.2, former: "en", allowed: ["de", "fr", "cy"], english: ("the verb is used for a false handbook", -0.344, false),
            forced: -5.12,
            head: ["en": -0.546, "de": -8.129, "fr": -0.901, "ca": -4.547, "cy": -5.606],
            texts: [
                "en": ("", -0.629, true), "fr": ("que voulez-vous dire 99", -0.316, true),
            ]),
        LanguageCase(
            "fr", seconds: 1.7, former: "fr", allowed: nil, english: ("he said that", -0.848, true), forced: -6.043,
            head: ["en": -1.95, "de": -5.473, "fr": -0.179, "ca": -6.138, "cy": -4.183],
            texts: [
                "en": ("he said that", -0.694, true), "fr": ("les deux autres", -0.451, true),
            ]),
        LanguageCase(
            "de", seconds: 3.2, former: nil, allowed: nil, english: ("you", -1.036, true), forced: -2.072,
            head: ["en": -2.575, "de": -0.82, "fr": -5.646, "ca": -5.638, "cy": -0.742],
            texts: [
                "en": ("he said that", -0.632, true), "de": ("ich weiß nicht, was soll es bedeuten", -0.802, true),
            ]),
        LanguageCase(
            "de", seconds: 1.7, former: nil, allowed: nil, english: ("Fail again, fail better.", -0.44, false), forced: -1.559,
            head: ["en": -1.976, "de": -0.4, "fr": -4.801, "ca": -1.842, "cy": -3.708],
            texts: [
                "en": ("12 34 56", -1.367, true), "de": ("ich weiß nicht, was soll es bedeuten", -0.722, true),
            ]),
        LanguageCase(
            "de", seconds: 1.7, former: nil, allowed: ["de", "fr", "cy"], english: ("12 34 56", -0.737, true), forced: -6.423,
            head: ["en": -2.468, "de": -1.159, "fr": -3.088, "ca": -1.345, "cy": -1.22],
            texts: [
                "en": ("12 34 56", -1.251, true), "de": ("der hinter diesem Portal", -0.352, true),
            ]),
        LanguageCase(
            "fr", seconds: 1.5, former: nil, allowed: ["de", "fr", "cy"], english: ("12 34 56", -0.421, true), forced: -5.41,
            head: ["en": -2.922, "de": -3.448, "fr": -0.097, "ca": -6.038, "cy": -5.337],
            texts: [
                "en": ("12 34 56", -1.349, true), "fr": ("les deux autres", -0.427, true),
            ]),
        LanguageCase(
            "fr", seconds: 1.0, former: "fr", allowed: nil, english: ("12 34 56", -0.529, false), forced: -0.999,
            head: ["en": -2.283, "de": -5.38, "fr": -0.957, "ca": -0.711, "cy": -4.01],
            texts: [
                "en": ("12 34 56", -0.643, true), "fr": ("les deux autres", -0.473, true),
            ]),
        // The former language, which short speech keeps.
        LanguageCase(
            "de", seconds: 1.5, former: "de", allowed: nil, english: ("the verb is used for a false handbook", -0.807, true), forced: -0.561,
            head: ["en": -4.747, "de": -7.101, "fr": -0.044, "ca": -3.98, "cy": -4.194],
            texts: [
                "en": ("you", -0.571, false), "de": ("der hinter diesem Portal", -0.182, true), "fr": ("que voulez-vous dire 99", -0.534, true),
            ]),
        LanguageCase(
            "fr", seconds: 1.0, former: "fr", allowed: ["de", "fr", "cy"], english: ("the verb is used for a false handbook", -0.808, true),
            forced: -2.151,
            head: ["en": -2.236, "de": -3.273, "fr": -10.236, "ca": -6.487, "cy": -0.158],
            texts: [
                "en": ("he said that", -0.379, true), "fr": ("les deux autres", -0.393, false), "cy": ("the birch canoe", -0.504, true),
            ]),
        LanguageCase(
            "de", seconds: 1.5, former: "de", allowed: nil, english: ("you", -0.516, false), forced: -4.153,
            head: ["en": -6.661, "de": -3.007, "fr": -0.334, "ca": -4.206, "cy": -1.522],
            texts: [
                "en": ("you", -1.28, true), "de": ("der hinter diesem Portal", -0.247, true), "fr": ("que voulez-vous dire 99", -0.201, true),
            ]),
    ]
}
