package import Speech

/// A sentence in a script, as words and as people write it.
package struct ScriptSample: Sendable, CustomStringConvertible {
    package let name: String
    package let language: LanguageTag
    package let words: [String]
    package let text: String

    package var description: String { name }

    private init(_ name: String, _ language: String, _ words: [String], _ text: String) {
        self.name = name
        self.language = LanguageTag(language)
        self.words = words
        self.text = text
    }

    /// One sample of each kind of script, and of mixed ones.
    package static let all: [ScriptSample] = [
        .init("English", "en", ["Please", "call", "me", "at", "noon,", "not", "before."], "Please call me at noon, not before."),
        .init("Japanese", "ja", ["明日", "は", "東京", "で", "会議", "です。", "「はい」", "と、", "言った。"], "明日は東京で会議です。「はい」と、言った。"),
        .init("Chinese", "zh", ["今天", "天气", "很", "好，", "我们", "走", "吧。"], "今天天气很好，我们走吧。"),
        .init("Thai", "th", ["วันนี้", "อากาศ", "ดี", "มาก", "เรา", "ไป", "เดิน", "เล่น"], "วันนี้อากาศดีมากเราไปเดินเล่น"),
        .init("Lao", "lo", ["ມື້ນີ້", "ອາກາດ", "ດີ", "ຫຼາຍ"], "ມື້ນີ້ອາກາດດີຫຼາຍ"),
        .init("Khmer", "km", ["ថ្ងៃនេះ", "អាកាស", "ធាតុ", "ល្អ", "ណាស់។"], "ថ្ងៃនេះអាកាសធាតុល្អណាស់។"),
        .init("Burmese", "my", ["ဒီနေ့", "ရာသီဥတု", "သာယာ", "တယ်။"], "ဒီနေ့ရာသီဥတုသာယာတယ်။"),
        .init("Korean", "ko", ["오늘은", "날씨가", "아주", "좋습니다."], "오늘은 날씨가 아주 좋습니다."),
        .init("Arabic", "ar", ["مرحبا،", "كيف", "حالك؟"], "مرحبا، كيف حالك؟"),
        .init("Hebrew", "he", ["שלום,", "מה", "שלומך?"], "שלום, מה שלומך?"),
        .init("Hindi", "hi", ["आज", "मौसम", "बहुत", "अच्छा", "है।"], "आज मौसम बहुत अच्छा है।"),
        .init("Japanese with Latin", "ja", ["今日は", "Harken", "の", "API", "を", "3", "回", "使った。"], "今日はHarkenのAPIを3回使った。"),
        .init("Chinese with Latin", "zh", ["我", "的", "iPhone", "丢", "了。"], "我的 iPhone 丢了。"),
        .init("English with Japanese", "en", ["The", "word", "is", "東京", "here."], "The word is 東京 here."),
    ]

    /// Returns the words as they are spoken, one after the other.
    ///
    /// - Parameters:
    ///   - each: length of a word, in seconds.
    ///   - pause: silence behind each word, in seconds.
    package func spoken(each: Double = 0.25, pause: Double = 0, rate: SampleRate = .speech, speaker: SpeakerLabel? = nil) -> [Word] {
        words.enumerated().map { index, text in
            let start = SampleIndex(seconds: Double(index) * (each + pause), at: rate)
            return Word(text, SampleRange(start, start + SampleCount(Int64(each * Double(rate.hertz)))), confidence: 0.9, speaker: speaker)
        }
    }
}
