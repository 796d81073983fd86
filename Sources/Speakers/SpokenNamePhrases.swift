/// Phrases with which people say their names, in many languages.
enum SpokenNamePhrases {
    struct Phrase: Sendable {
        var letters: [Character]
        var isExplicit: Bool
        var isOfSpeaker = true
        var isCJK: Bool
    }

    /// Phrases that are followed by a name.
    static let before: [Phrase] =
        explicit.map { Phrase(letters: Array($0), isExplicit: true, isCJK: false) }
        + copular.map { Phrase(letters: Array($0), isExplicit: false, isCJK: false) }
        + pointing.map { Phrase(letters: Array($0), isExplicit: false, isOfSpeaker: false, isCJK: false) }
        + explicitCJK.map { Phrase(letters: Array($0), isExplicit: true, isCJK: true) }
        // These scripts have no capitals, so a word such as "doctor" looks like a name.
        + copularCJK.map { Phrase(letters: Array($0), isExplicit: false, isOfSpeaker: false, isCJK: true) }

    /// Phrases that follow the name.
    static let after: [[Character]] = ["is my name", "'s my name"].map { Array($0) }

    private static let explicit = [
        "my name is", "my name's", "my names", "the name is", "the name's", "you can call me", "they call me", "people call me", "i am called",
        "mein name ist", "ich heiße", "ich heisse",  // German
        "je m'appelle", "je m’appelle", "mon nom est", "mon prénom est",  // French
        "me llamo", "mi nombre es",  // Spanish
        "mi chiamo", "il mio nome è",  // Italian
        "meu nome é", "o meu nome é", "me chamo", "chamo-me",  // Portuguese
        "mijn naam is", "ik heet",  // Dutch
        "jag heter", "mitt namn är",  // Swedish
        "jeg heter", "mitt navn er",  // Norwegian
        "jeg hedder", "mit navn er",  // Danish
        "nimeni on", "minun nimeni on",  // Finnish
        "nazywam się", "mam na imię", "moje imię to",  // Polish
        "jmenuji se", "jmenuju se", "moje jméno je",  // Czech
        "volám sa", "moje meno je",  // Slovak
        "a nevem",  // Hungarian
        "mă numesc", "numele meu este", "mă cheamă",  // Romanian
        "меня зовут", "моё имя", "мое имя",  // Russian
        "мене звати", "моє ім'я", "моє ім’я",  // Ukrainian
        "казвам се", "името ми е",  // Bulgarian
        "zovem se", "moje ime je", "ime mi je",  // Croatian, Serbian, Slovene
        "зовем се", "моје име је", "ime mi je",
        "με λένε", "το όνομά μου είναι", "ονομάζομαι",  // Greek
        "benim adım", "adım", "ismim",  // Turkish
        "mano vardas", "mani sauc", "mu nimi on", "minu nimi on",  // Lithuanian, Latvian, Estonian
        "em dic", "el meu nom és",  // Catalan
        "nama saya", "namaku", "tên tôi là", "tôi tên là", "ang pangalan ko ay",  // Indonesian, Malay, Vietnamese, Filipino
        "मेरा नाम", "আমার নাম", "என் பெயர்", "నా పేరు",  // Hindi, Bengali, Tamil, Telugu
        "اسمي", "نام من", "השם שלי הוא", "קוראים לי", "שמי",  // Arabic, Persian, Hebrew
        "ผมชื่อ", "ฉันชื่อ", "jina langu ni",  // Thai, Swahili
    ]

    private static let copular = [
        "i am", "i'm", "i’m", "im", "je suis", "soy", "sono", "sou", "eu sou", "ik ben", "jag är", "jeg er", "olen", "jestem", "jsem", "sunt", "ben",
    ]

    /// Phrases that may be about anything, or that belong to a language in which nouns such as "doctor" have a capital.
    private static let pointing = ["this is", "it's", "это", "ich bin"]

    private static let explicitCJK = ["我的名字是", "我的名字叫", "我叫", "我名叫", "私の名前は", "僕の名前は", "제 이름은", "내 이름은", "저는 이름이"]
    private static let copularCJK = ["我是", "私は", "僕は", "저는 "]
    static let endingsCJK = ["と申します", "といいます", "と言います", "です", "입니다", "이에요", "예요", "이라고", "라고"]

    /// Words after such phrases that are not names, whatever their capitals: they begin sentences, or the recogniser capitalised them.
    static let noNames: Set<String> = [
        "a", "an", "the", "i", "i'm", "you", "he", "she", "it", "we", "they", "me", "him", "her", "us", "them", "my", "your", "his", "its", "our",
        "their",
        "not", "no", "yes", "yeah", "ok", "okay", "well", "so", "very", "too", "just", "also", "still", "really", "here", "there", "now", "then",
        "what",
        "who", "how", "why", "when", "where", "which", "that", "this", "these", "those", "and", "or", "but", "if", "because", "um", "uh", "er", "hmm",
        "oh", "ah", "hello", "hi", "hey", "good", "fine", "great", "bad", "glad", "happy", "sad", "sorry", "tired", "hungry", "thirsty", "sick",
        "ill",
        "busy", "ready", "done", "late", "early", "sure", "afraid", "angry", "bored", "excited", "nervous", "alone", "alive", "dead", "home", "back",
        "going", "doing", "coming", "trying", "looking", "working", "thinking", "gonna", "from", "in", "on", "at", "to", "of", "for", "with", "by",
        "about", "like", "all", "almost", "always", "never", "one", "two", "something", "nothing", "someone", "everyone", "everything", "impossible",
        "important", "today", "tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february",
        "march", "april", "june", "july", "august", "september", "october", "november", "december", "english", "american", "british", "german",
        "french", "spanish", "italian", "chinese", "japanese", "indian", "russian", "god", "mr", "mrs", "ms", "dr", "unknown", "speaker",
        "müde", "fertig", "nicht", "auch", "ein", "eine", "der", "die", "das", "fatigué", "pas", "un", "une", "le", "la", "cansado", "stanco",
        "学生", "老师", "中国人", "日本人", "学生です", "会社員",
    ]
}
